import { describe, expect, test } from 'vitest';
import type { SidecarEvent } from '../../../src/model.js';
import { logEvents } from '../../../src/observe/log-events.js';
import type { Logger } from '../../../src/observe/logger.js';
import {
  alive,
  configmaps,
  failed,
  gone,
  joined,
  lastTry,
  left,
  owner,
  secrets,
  told,
  untold,
  unwritten,
  written,
} from './events.js';

function setUp(options: { maxRemembered?: number } = {}) {
  const all: { level: string; message: string; fields: unknown }[] = [];
  let now = 0;
  const at = (level: string) => (message: string, fields?: unknown) => void all.push({ level, message, fields });
  const logger: Logger = {
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    critical: at('critical'),
  };
  const log = logEvents(logger, { clock: () => now, ...options });
  return {
    wait: (ms: number) => {
      now += ms;
    },
    /** The lines above DEBUG that these events make. */
    log: (...events: SidecarEvent[]) => {
      all.length = 0;
      for (const event of events) log(event);
      return all.filter(({ level }) => level !== 'debug').map(({ level, message }) => `${level}: ${message}`);
    },
    all,
  };
}

const refused = (message: string, entry?: string): SidecarEvent => ({
  type: 'refused',
  key: owner,
  entry,
  reason: 'path',
  message,
});

describe('the election', () => {
  const election = (event: object) => ({ type: 'leadership', ...event }) as SidecarEvent;
  const term = { mayAct: () => true, remainingMs: () => 1 };
  const leading = election({ state: 'leading', term });
  const standing = (leader?: string, ended?: string) =>
    election({ state: 'standing', leader, ...(ended && { ended }) });
  const unable = election({ state: 'failed', code: 'forbidden', message: 'add a Role', retryInMs: 30_000 });

  test('is one line for each change of who leads', () => {
    const { log } = setUp();
    expect(log(standing('b'), leading, standing('c', 'taken'), leading, standing(undefined, 'expired'))).toEqual([
      'info: another replica leads',
      'info: this replica leads',
      'warning: this replica leads no more: another one has the Lease',
      'info: this replica leads',
      'warning: this replica leads no more: the Lease was not renewed in time',
    ]);
    expect(log(standing(undefined, 'released'))).toEqual(['info: this replica leads no more: it is stopped']);
  });

  test('that cannot be held is a warning, once until it goes well', () => {
    const { log, wait } = setUp();
    expect(log(unable, unable)).toEqual(['warning: no election: add a Role']);
    for (const well of [leading, standing('b')]) {
      log(well);
      wait(60_000);
      expect(log(unable, unable)).toEqual(['warning: no election: add a Role']);
    }
  });
});

describe('files', () => {
  test('a change is one line with object, size and a short hash', () => {
    const { log, all } = setUp();
    expect(log(written('/a'), written('/a', 'updated'), gone('/a'))).toEqual([
      'info: wrote /a',
      'info: wrote /a',
      'info: removed /a',
    ]);
    expect(all[1]?.fields).toEqual({ op: 'updated', object: owner, size: 3, sha256: 'abcdef012345' });
  });

  test('what changed nothing is at DEBUG', () => {
    const { log, all } = setUp();
    expect(log(written('/a', 'unchanged'), gone('/a', 'absent'))).toEqual([]);
    expect(all.map(({ message }) => message)).toEqual(['unchanged /a', 'absent /a']);
  });

  test('a fault of the disk is an error, said once for a folder, and so is its end', () => {
    const { log } = setUp();
    expect(log(unwritten('/d/a'), unwritten('/d/b'), unwritten('/d/a'), unwritten('/e/c'))).toEqual([
      'error: ENOSPC: /d/a',
      'error: ENOSPC: /e/c',
    ]);
    expect(log(written('/d/a'))).toEqual(['info: wrote /d/a']);
    expect(log(gone('/d/b', 'absent'))).toEqual(['info: files can be written again after ENOSPC /d']);
    expect(log(written('/d/b'))).toEqual(['info: wrote /d/b']);
  });

  test('a fault of the whole disk is said once for all folders', () => {
    const { log } = setUp();
    const full = (path: string) => unwritten(path, 'disk', 'ENOSPC', true);
    expect(log(full('/d/a'), full('/e/b'))).toEqual(['error: ENOSPC: /d/a']);
    expect(log(written('/d/a'), written('/e/b'))).toContain('info: files can be written again after ENOSPC');
  });

  test('a fault of an object is a warning for each path', () => {
    const { log } = setUp();
    const taken = (path: string) => unwritten(path, 'object', 'EISDIR');
    expect(log(taken('/d/a'), taken('/d/b'), taken('/d/a'))).toEqual([
      'warning: EISDIR: /d/a',
      'warning: EISDIR: /d/b',
    ]);
  });

  test('another fault of the same path is not its end', () => {
    const { log } = setUp();
    expect(log(unwritten('/d/a'), unwritten('/d/a', 'disk', 'EROFS'), unwritten('/d/a'))).toEqual([
      'error: ENOSPC: /d/a',
      'error: EROFS: /d/a',
    ]);
  });
});

describe('sources', () => {
  test('a failure is said once, and its end', () => {
    const { log } = setUp();
    expect(log(failed(), failed(), failed())).toEqual(['warning: unreachable as it is']);
    expect(log(alive(), alive())).toEqual(['info: reached the configmaps in namespace default again']);
  });

  test('another failure of the same scope, and the same one of another scope, are said too', () => {
    const { log } = setUp();
    expect(
      log(failed(), failed(configmaps, 'server', 500), failed(configmaps, 'server', 503), failed(secrets)),
    ).toEqual([
      'warning: unreachable as it is',
      'warning: server as it is',
      'warning: server as it is',
      'warning: unreachable as it is',
    ]);
  });

  test('an expired resourceVersion is part of the protocol', () => {
    const { log, all } = setUp();
    expect(log(failed(configmaps, 'expired', 410), alive())).toEqual([]);
    expect(all[0]?.fields).toMatchObject({ code: 'expired', status: 410, retryInSeconds: 0.8 });
  });

  test('a connection that is cut each second makes two lines a minute', () => {
    const { log, wait } = setUp();
    const lines: string[] = [];
    for (let second = 0; second < 600; second++) {
      lines.push(...log(failed(), alive()));
      wait(1000);
    }
    expect(lines).toHaveLength(20);
  });

  test('an outage of hours is one line', () => {
    const { log, wait } = setUp();
    const lines: string[] = [];
    for (let minute = 0; minute < 600; minute++) {
      lines.push(...log(failed(), failed()));
      wait(60_000);
    }
    expect(lines).toHaveLength(1);
  });

  test('an outage that began in the quiet time is said as soon as that is over', () => {
    const { log, wait } = setUp();
    log(failed(), alive());
    expect(log(failed(), failed())).toEqual([]);
    wait(60_000);
    expect(log(failed(), failed())).toEqual(['warning: unreachable as it is']);
    expect(log(alive())).toHaveLength(1);
  });

  test('a fault that was not said has no end either', () => {
    const { log } = setUp();
    log(failed(), alive());
    expect(log(failed(), alive())).toEqual([]);
  });

  test('a namespace that joins after the start, or leaves, is said; those of the start are at DEBUG', () => {
    const { log } = setUp();
    expect(log(joined(), { type: 'synced' }).slice(0, -1)).toEqual([]);
    expect(log(joined({ ...configmaps, namespace: 'late' }), left())).toEqual([
      'info: reading the configmaps in namespace late, which joined',
      'info: the configmaps in namespace default left',
    ]);
  });

  test('a fault goes with its namespace: one that comes again is not said to work again', () => {
    const { log, wait } = setUp();
    expect(log(joined(), failed(configmaps, 'forbidden', 403), failed(configmaps, 'forbidden', 403))).toEqual([
      'warning: forbidden as it is',
    ]);
    log(left());
    wait(60_000);
    expect(log(joined(), alive())).toEqual([]);
    expect(log(failed(configmaps, 'forbidden', 403))).toEqual(['warning: forbidden as it is']);
  });

  test('objects of a namespace that left before the end of the initial sync are not counted', () => {
    const { log, all } = setUp();
    const counted: SidecarEvent = { type: 'objects', scope: configmaps, count: 3 };
    log(joined(), counted, left(), { type: 'synced' });
    expect(all.at(-1)?.fields).toMatchObject({ objects: 0 });
  });

  test('lists are at DEBUG', () => {
    const { log, all } = setUp();
    const lines = log(
      { type: 'init', scope: secrets },
      { type: 'objects', scope: secrets, count: 2 },
      { type: 'init-done', scope: secrets },
      { type: 'listed' },
    );
    expect(lines).toEqual([]);
    expect(all.map(({ message }) => message)).toEqual([
      'listing the secrets in all namespaces',
      '2 secrets in all namespaces',
      'listed the secrets in all namespaces',
      'every list is complete, and every file was tried',
    ]);
  });
});

describe('refusals and conflicts', () => {
  test('a refusal is said again only when it changes', () => {
    const { log } = setUp();
    expect(log(refused('a'), refused('a'), refused('b'), refused('b', 'key'), refused('b'), refused('a'))).toEqual([
      'warning: a',
      'warning: b',
      'warning: b',
      'warning: a',
    ]);
  });

  test('a conflict is said again only when it is another one', () => {
    const { log } = setUp();
    const conflict: SidecarEvent = { type: 'conflict', path: '/a', winner: owner, loser: 'secret/b/c' };
    const text = 'warning: two objects want /a: configmap/default/rules has it, secret/b/c waits';
    expect(log(conflict, conflict, { ...conflict, path: '/b' })).toEqual([text, text.replace('/a', '/b')]);
    expect(log({ ...conflict, loser: 'secret/b/d' }, conflict)).toHaveLength(2);
  });

  test('what was said is remembered for the last ones only', () => {
    const { log } = setUp({ maxRemembered: 2 });
    expect(log(refused('a', '1'), refused('a', '2'), refused('a', '3'), refused('a', '3'))).toHaveLength(3);
    expect(log(refused('a', '2'), refused('a', '1'))).toEqual(['warning: a']);
  });
});

describe('notifications', () => {
  test('each one is said, with target, status and tries', () => {
    const { log, all } = setUp();
    expect(log(told(), told())).toEqual(['info: told request', 'info: told request']);
    expect(all[0]?.fields).toEqual({ target: 'request', status: 200, tries: 1 });
  });

  test('a failure is said once, with the time of the next try, until it is another one', () => {
    const { log, all } = setUp();
    expect(log(untold(503), untold(503), untold(401))).toEqual([
      'warning: could not tell request, will try again: status 503',
      'warning: could not tell request, will try again: status 401',
    ]);
    expect(all[0]?.fields).toMatchObject({ retryInSeconds: 60 });
    expect(log(told())).toEqual(['info: told request, which had failed before']);
  });

  test('one that is given up is an error', () => {
    expect(setUp().log(lastTry())).toEqual(['error: could not tell request, given up: refused']);
  });
});

test('what a hook prints is at DEBUG, line by line, with the hook and the stream', () => {
  const { log, all } = setUp();
  const event: SidecarEvent = { type: 'hook-output', target: 'script', stream: 'stderr', line: 'hello' };
  expect(log(event)).toEqual([]);
  expect(all).toMatchObject([{ level: 'debug', message: 'hello', fields: { target: 'script', stream: 'stderr' } }]);
});

describe('the folder', () => {
  test('the journal is said to fail once, and to work again once', () => {
    const { log } = setUp();
    const fails: SidecarEvent = { type: 'folder', state: 'journal-failed', error: new Error('full') };
    const works: SidecarEvent = { type: 'folder', state: 'journal-recovered' };
    expect(log(works, fails, fails, works, works)).toEqual([
      'error: the journal of owned files cannot be written: new files wait',
      'info: the journal of owned files can be written again',
    ]);
  });

  test('of many bad lines in the journal the first is a warning', () => {
    const { log, all } = setUp();
    const line: SidecarEvent = { type: 'folder', state: 'journal-line-ignored', reason: 'outside the roots' };
    expect(log(line, line, line)).toEqual(['warning: a line of the journal of owned files was ignored']);
    expect(all).toHaveLength(3);
  });

  test('another directory in its place is a warning each time', () => {
    const replaced: SidecarEvent = { type: 'folder', state: 'replaced' };
    expect(setUp().log(replaced, replaced)).toHaveLength(2);
  });
});

test('the initial sync is one line with counts', () => {
  const { log, all } = setUp();
  log(
    { type: 'objects', scope: configmaps, count: 3 },
    { type: 'objects', scope: secrets, count: 2 },
    { type: 'objects', scope: configmaps, count: 4 },
    written('/a'),
    written('/b', 'unchanged'),
    gone('/c'),
    unwritten('/d', 'object', 'EISDIR'),
    refused('x'),
    { type: 'synced' },
  );
  expect(all.at(-1)).toEqual({
    level: 'info',
    message: 'the initial sync is done',
    fields: { objects: 6, created: 1, updated: 0, unchanged: 1, removed: 1, absent: 0, failed: 1, refused: 1 },
  });
});

describe('a validator', () => {
  const run = (result: 'passed' | 'refused' | 'undecided' | 'not-run'): SidecarEvent => ({
    type: 'validation',
    result,
    objects: 2,
    message: 'why',
    retryInMs: result === 'not-run' ? 1_000 : undefined,
  });

  test('that gives no answer is one line, and one when it answers again', () => {
    const { log, all } = setUp();
    expect(log(run('not-run'), run('undecided'), run('not-run'))).toEqual([
      'error: VALIDATE gave no answer, the files wait: why',
    ]);
    expect(all[0]?.fields).toEqual({ objects: 2, retryInSeconds: 1 });
    expect(log(run('refused'), run('passed'))).toEqual(['info: VALIDATE answers again']);
  });
});
