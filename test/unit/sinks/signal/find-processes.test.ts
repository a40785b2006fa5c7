import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { processSelector } from '../../../../src/config/process-selector.js';
import { findProcesses } from '../../../../src/sinks/signal/find-processes.js';
import { type FakeProcess, procFolder, temporaryFolder } from './proc-folder.js';

const pause: FakeProcess = { pid: 1, comm: 'pause', args: ['/pause'] };
const ours: FakeProcess = {
  pid: 30,
  comm: 'node',
  args: ['/usr/bin/node', '--jitless', '/app/k8s-sidecar.js', '--signal-process=cmdline:nginx'],
  exe: '/usr/bin/node',
};
const master: FakeProcess = { pid: 7, comm: 'nginx', args: ['nginx: master process nginx -g daemon off;'] };
const workers: readonly FakeProcess[] = [8, 9].map((pid) => ({
  pid,
  parent: 7,
  comm: 'nginx',
  args: ['nginx: worker process'],
}));

/** The pids that are found, or the sentence why not. */
function find(selector: string, processes: readonly FakeProcess[], all = false): readonly number[] | string {
  return findIn(selector, procFolder(...processes), all);
}

function findIn(selector: string, folder: string, all = false): readonly number[] | string {
  const parsed = processSelector.parse(selector);
  if ('expected' in parsed) throw new Error(parsed.expected);
  const looked = findProcesses({ selector: parsed.value, all, self: { pid: 30 }, procFolder: folder });
  return 'found' in looked ? looked.found.map(({ pid }) => pid) : looked.fault;
}

function pidFile(content: string): string {
  const path = join(temporaryFolder(), 'app.pid');
  writeFileSync(path, content);
  return path;
}

describe('a process is found', () => {
  const long = 'a-program-of-a-long-name';
  it.each<[string, string, FakeProcess]>([
    ["by the kernel's name", 'name:nginx', master],
    [
      'by the file name of its first argument',
      `name:${long}`,
      { pid: 5, comm: long.slice(0, 15), args: [`/bin/${long}`] },
    ],
    ['by the file name of its program', `name:${long}`, { pid: 5, comm: 'x', args: ['y'], exe: `/opt/${long}` }],
    ['by a program that was replaced since', `name:${long}`, { pid: 5, comm: 'x', exe: `/opt/${long} (deleted)` }],
    ['by a name with parentheses and spaces', 'name:a) S 1 (b', { pid: 5, comm: 'a) S 1 (b' }],
    [
      'by its arguments, joined by spaces',
      'cmdline:^/bin/app --port 80$',
      { pid: 5, comm: 'x', args: ['/bin/app', '--port', '80'] },
    ],
  ])('%s', (_, selector, process) => {
    expect(find(selector, [pause, process, ours])).toEqual([process.pid]);
  });

  it('by the number in a pid file, whatever stands behind its first line', () => {
    const folder = procFolder(pause, master, ours, ...workers);
    for (const content of ['7', '7\n', ' 7 \n', '7\n/var/lib/data\n1700000000\n'])
      expect(findIn(`pidfile:${pidFile(content)}`, folder)).toEqual([7]);
    expect(findIn(`pidfile:${pidFile('9')}`, folder)).toEqual([9]);
  });

  it('as PID 1, where it shares its processes with us and nothing pauses there', () => {
    expect(find('name:app', [{ pid: 1, comm: 'app' }, ours])).toEqual([1]);
  });

  it('not by a part of its name', () => {
    expect(find('name:ngin', [pause, master, ours])).toMatch(
      /^No process matches SIGNAL_PROCESS=name:ngin: .*shareProcessNamespace/,
    );
  });
});

describe('exactly one must match', () => {
  it('and a master counts for its workers, at whatever depth', () => {
    const nested = { pid: 10, parent: 11, comm: 'nginx' };
    const shell = { pid: 11, parent: 8, comm: 'sh' };
    expect(find('name:nginx', [pause, ...workers, master, shell, nested, ours])).toEqual([7]);
  });

  it('or none is signalled, and the sentence names five of them without their arguments', () => {
    const several = [2, 3, 4, 5, 6, 7].map((pid) => ({ pid, comm: 'nginx', args: ['nginx', '--password=hunter2'] }));
    expect(find('name:nginx', [pause, ...several, ours])).toBe(
      'Expected SIGNAL_PROCESS=name:nginx to match one process, got 6 (2 nginx, 3 nginx, 4 nginx, 5 nginx, 6 nginx, …): ' +
        'make it narrower, or set SIGNAL_ALL=true.',
    );
  });

  it('unless all are wanted: workers are left to their master still', () => {
    const second = { ...master, pid: 20 };
    expect(find('name:nginx', [pause, master, ...workers, second, ours], true)).toEqual([7, 20]);
  });

  it('and a circle of parents, read while pids changed hands, ends', () => {
    const circle = [
      { pid: 40, parent: 41, comm: 'a' },
      { pid: 41, parent: 42, comm: 'b' },
      { pid: 42, parent: 41, comm: 'c' },
    ];
    expect(find('name:a', [pause, ...circle, ours])).toEqual([40]);
  });
});

describe('never signalled are', () => {
  const tini = { pid: 29, comm: 'tini', args: ['tini', '--', ...(ours.args ?? [])] };
  const sibling = { pid: 50, parent: 49, comm: 'node', args: [...(ours.args ?? []).slice(0, 3), '--label=other'] };
  it.each<[string, string, readonly FakeProcess[]]>([
    ['the pause container', 'name:pause', [pause, ours]],
    ['ourselves', 'name:node', [pause, ours]],
    ['ourselves, as a program without a script', 'name:k8s-sidecar', [pause, { ...ours, args: ['k8s-sidecar'] }]],
    ['what we started', 'name:nginx', [pause, ours, { pid: 31, parent: 30, comm: 'sh' }, { ...master, parent: 31 }]],
    ['another sidecar of our kind', 'name:node', [pause, ours, sibling]],
    ['the init of another sidecar', 'cmdline:tini', [pause, ours, { ...tini, pid: 49 }, sibling]],
    [
      'by a pattern, what started us: it stands in its arguments',
      'cmdline:nginx',
      [pause, { ...ours, parent: 29 }, tini],
    ],
    [
      'by a pattern, a shell that started us with it',
      'cmdline:nginx',
      [pause, { ...ours, parent: 29 }, { pid: 29, comm: 'sh', args: ['sh', '-c', (ours.args ?? []).join(' ')] }],
    ],
    ['by a pid file, ourselves', `pidfile:30`, [pause, ours]],
  ])('%s', (_, selector, processes) => {
    const folder = procFolder(...processes);
    const text = selector === 'pidfile:30' ? `pidfile:${pidFile('30')}` : selector;
    expect(findIn(text, folder, true)).toMatch(/^SIGNAL_PROCESS=\S+ matches only what must not be signalled \(\d+ \w+/);
  });

  it('but an application that starts us is, by its name', () => {
    const supervisor = { pid: 1, comm: 'supervisord', args: ['supervisord'] };
    expect(find('name:supervisord', [supervisor, { ...ours, parent: 1 }])).toEqual([1]);
  });

  it('but an application of the same interpreter with another script is', () => {
    const app = { pid: 60, comm: 'node', args: ['/usr/bin/node', '--jitless', '/srv/server.js'] };
    expect(find('cmdline:server', [pause, ours, app])).toEqual([60]);
    const bare = { ...ours, args: ['/usr/bin/node'] };
    expect(find('cmdline:server', [pause, bare, app])).toEqual([60]);
  });

  it('and where we are not in the table, the rest of the rules hold', () => {
    expect(find('name:nginx', [pause, master])).toEqual([7]);
  });
});

describe('of the process table', () => {
  it('what is dead, has gone, or cannot be read is left out', () => {
    const folder = procFolder(pause, ours, master, { ...master, pid: 70, state: 'Z' }, { ...master, pid: 71 });
    rmSync(join(folder, '71', 'cmdline'));
    mkdirSync(join(folder, '72'));
    mkdirSync(join(folder, '73'));
    writeFileSync(join(folder, '73', 'stat'), '73 (nginx) S 1');
    writeFileSync(join(folder, '73', 'cmdline'), '');
    expect(findIn('name:nginx', folder)).toEqual([7]);
  });

  it('names with control characters are shown without them', () => {
    const odd = [5, 6].map((pid) => ({ pid, comm: 'a\nb\u001b', args: ['app'] }));
    expect(find('name:app', [pause, ours, ...odd])).toContain('(5 a?b?, 6 a?b?)');
  });
});

describe('a pid file', () => {
  it.each([
    ['that is empty', ''],
    ['with a word', 'nginx'],
    ['with a sign', '-1'],
    ['of zero', '0'],
    ['beyond what Linux gives out', '4194305'],
    ['with more than a number in its line', '7 8'],
    ['of many digits', '0'.repeat(70)],
  ])('%s is refused, and its content not shown', (_, content) => {
    const path = pidFile(content);
    expect(findIn(`pidfile:${path}`, procFolder(pause, master, ours))).toBe(
      `SIGNAL_PROCESS=pidfile:${path} does not begin with a line that is a process id.`,
    );
  });

  it('that is missing is said to be, since the application may not be up', () => {
    const path = join(temporaryFolder(), 'none.pid');
    expect(findIn(`pidfile:${path}`, procFolder())).toMatch(/does not exist: the application may not be up yet\.$/);
  });

  it('that is a directory is refused', () => {
    expect(findIn(`pidfile:${temporaryFolder()}`, procFolder())).toMatch(/is no regular file\.$/);
  });

  it('whose process has gone matches nobody', () => {
    expect(findIn(`pidfile:${pidFile('99')}`, procFolder(pause, master, ours))).toMatch(/^No process matches/);
  });
});
