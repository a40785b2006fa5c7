import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, concatMap, delay, firstValueFrom, NEVER, of, Subject, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scriptEnvironment } from '../../../../src/config/script-environment.js';
import type { HookOutput, Notification, NotificationOutcome } from '../../../../src/model.js';
import { eventFile } from '../../../../src/sinks/script/event-file.js';
import { type NotifyScriptOptions, notifyScript } from '../../../../src/sinks/script/notify-script.js';

let folder: string;
let bin: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'notify-script-'));
  bin = fs.mkdtempSync(join(tmpdir(), 'notify-script-bin-'));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.rmSync(bin, { recursive: true });
});

const PATH = process.env['PATH'] ?? '';

function notification(covers: number): Notification {
  const path = `/folder/${covers}`;
  return { reason: 'change', covers, changes: [{ op: 'created', path, owner: 'configmap/default/x', sha256: 'ab' }] };
}

function script(content: string, mode = 0o755): string {
  const path = join(bin, 'script');
  fs.writeFileSync(path, content, { mode });
  fs.chmodSync(path, mode);
  return path;
}

function options(path: string, more: Partial<NotifyScriptOptions> = {}): NotifyScriptOptions {
  return {
    script: path,
    folder,
    env: { PATH },
    timeoutMs: 20_000,
    instance: 'pod',
    life: 'life',
    kill: (pid, signal) => process.kill(pid, signal),
    random: () => 0,
    ...more,
  };
}

/** One notification told, or failed once and given up. */
async function tell(path: string, more: Partial<NotifyScriptOptions> = {}) {
  const said = await firstValueFrom(
    of(notification(1)).pipe(notifyScript(options(path, { once: true, ...more })), toArray()),
  );
  const outcomes = said.filter((one): one is NotificationOutcome => one.type === 'notification');
  const lines = said.filter((one): one is HookOutput => one.type === 'hook-output').map(({ line }) => line);
  const [outcome] = outcomes;
  expect(outcomes).toHaveLength(1);
  const message = outcome?.op === 'failed' ? outcome.message.replaceAll(path, 'X') : undefined;
  return { outcome, message, lines };
}

async function pidIn(name: string): Promise<number> {
  const path = join(folder, name);
  await expect.poll(() => fs.existsSync(path) && fs.readFileSync(path, 'utf8').trim()).toMatch(/^\d+$/);
  return Number(fs.readFileSync(path, 'utf8'));
}

function isAlive(pid: number): boolean {
  try {
    return !/\) Z/.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('notifyScript', () => {
  it('has told with exit code 0, and gives what the script printed', async () => {
    const { outcome, lines } = await tell(script('#!/bin/sh\necho hello\n'));
    expect(outcome).toEqual({ type: 'notification', op: 'told', target: 'script', covers: 1, tries: 1 });
    expect(lines).toEqual(['hello']);
  });

  it('executes what is executable, by the program that it names', async () => {
    const path = script(`#!${process.execPath}\nprocess.stdout.write(process.argv0)`);
    expect((await tell(path)).lines).toEqual([expect.stringContaining('node')]);
  });

  it.each([
    ['is not executable', 0o644],
    ['is executable and names no program', 0o755],
  ])('gives to sh what %s', async (_, mode) => {
    expect(await tell(script('echo "$0"', mode))).toMatchObject({
      outcome: { op: 'told' },
      lines: [join(bin, 'script')],
    });
  });

  it('gives to sh what the kernel does not take for a program', async () => {
    // The bytes of a program of another machine; sh says what it makes of them.
    const { message } = await tell(script('\u007fELF\u0000\n'));
    expect(message).toMatch(/^The script X (exited with 12[67]|could not be run)/);
  });

  it.each([
    [
      'exits otherwise',
      'exit 3',
      'The script X exited with 3, expected 0; what it printed is in the log at LOG_LEVEL=DEBUG.',
    ],
    [
      'dies',
      'kill -KILL $$',
      'The script X was ended by SIGKILL, expected exit code 0; what it printed is in the log at LOG_LEVEL=DEBUG.',
    ],
  ])('has failed where the script %s', async (_, content, message) => {
    const told = await tell(script(content));
    expect(told.outcome).toMatchObject({ op: 'failed', covers: 1, tries: 1, retryInMs: undefined });
    expect(told.message).toBe(message);
  });

  it('says what is wrong with a script that cannot be run', async () => {
    expect((await tell('/nowhere/x')).message).toBe('The script X does not exist: mount it, or unset SCRIPT.');
    expect((await tell(bin)).message).toBe('The script X is a directory.');
    expect((await tell(script('#!/nowhere/python\n'))).message).toContain('needs /nowhere/python');
    const notThere = join(bin, 'not-there');
    expect((await tell(script('#!/bin/sh\n'), { folder: notThere })).message).toBe(
      `The script X could not be run (ENOENT): its working directory ${notThere} does not exist.`,
    );
  });

  it('ends a script that hangs, with what it began, and says so', async () => {
    const path = script(
      'trap "" TERM\nsh -c \'trap "" TERM; echo $$ > child; sleep 60; true\' &\necho $$ > leader\nsleep 60; sleep 60',
    );
    const { outcome, message } = await tell(path, { timeoutMs: 500 });
    expect(outcome).toMatchObject({ op: 'failed' });
    expect(message).toBe('The script X did not end within 0.5 s (SCRIPT_TIMEOUT) and was killed.');
    const pids = [await pidIn('leader'), await pidIn('child')];
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false]);
  });

  it('is not held by a script that leaves a daemon behind, which holds its output', async () => {
    const path = script(
      'sh -c \'trap "" TERM; echo $$ > child; sleep 60; true\' &\nwhile ! [ -s child ]; do :; done\n',
    );
    expect((await tell(path)).outcome).toMatchObject({ op: 'told' });
    const child = await pidIn('child');
    await expect.poll(() => isAlive(child)).toBe(false);
  });

  it('reads a flood to its end, and gives a part', async () => {
    const { outcome, lines } = await tell(script('head -c 104857600 /dev/zero | tr "\\0" "\\n"'));
    expect(outcome).toMatchObject({ op: 'told' });
    expect(lines).toHaveLength(65_537);
    expect(lines.at(-1)).toMatch(/bytes more, not shown/);
  }, 60_000);

  it('on unsubscribe kills the process group, and leaves no event file', async () => {
    const path = script(
      'trap "" TERM\nsh -c \'trap "" TERM; echo $$ > child; sleep 60; true\' &\necho $$ > leader\nsleep 60',
    );
    const file = eventFile({ fs, directory: () => folder, identity: 'id', random: () => 'a'.repeat(16) });
    const subscription = of(notification(1))
      .pipe(notifyScript(options(path, { eventFile: file })))
      .subscribe();
    const pids = [await pidIn('leader'), await pidIn('child')];
    expect(fs.existsSync(join(folder, `.ks-id-${'a'.repeat(16)}.tmp`))).toBe(true);
    subscription.unsubscribe();
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false]);
    expect(fs.existsSync(join(folder, `.ks-id-${'a'.repeat(16)}.tmp`))).toBe(false);
  });

  it('never runs two at once, and merges what comes while one runs', async () => {
    const path = script(
      'mkdir lock || echo twice >> runs\nprintf "%s\\n" "$SIDECAR_CHANGED_COUNT" >> runs\nsleep 0.1\nrmdir lock',
    );
    const outcomes = await firstValueFrom(
      of(1, 2, 3, 4).pipe(
        concatMap((covers) => of(notification(covers)).pipe(delay(10))),
        notifyScript(options(path)),
        toArray(),
      ),
    );
    expect(fs.readFileSync(join(folder, 'runs'), 'utf8')).toBe('1\n3\n');
    expect(outcomes).toMatchObject([
      { op: 'told', covers: 1 },
      { op: 'told', covers: 4 },
    ]);
  });

  it('owes what failed, and tries it at once with the next batch, with all that is owed', async () => {
    const path = join(bin, 'script');
    const notifications$ = new Subject<Notification>();
    const outcomes: (NotificationOutcome | HookOutput)[] = [];
    const subscription = notifications$
      .pipe(notifyScript(options(path, { retryIntervalMs: 80_000 })))
      .subscribe((said) => outcomes.push(said));
    notifications$.next(notification(1));
    await expect.poll(() => outcomes).toMatchObject([{ op: 'failed', covers: 1, retryInMs: 10_000 }]);
    script('echo "$SIDECAR_CHANGED_COUNT"');
    notifications$.next(notification(2));
    await expect.poll(() => outcomes.slice(1)).toMatchObject([{ line: '2' }, { op: 'told', covers: 2 }]);
    subscription.unsubscribe();
  });

  it('tries again by itself after a while', async () => {
    const path = script('[ -e second ] || { touch second; exit 1; }');
    const outcomes = await firstValueFrom(
      of(notification(1)).pipe(notifyScript(options(path, { retryIntervalMs: 1_000 })), toArray()),
    );
    expect(outcomes).toMatchObject([
      { op: 'failed', retryInMs: 125 },
      { op: 'told', tries: 2 },
    ]);
  });

  it.each([
    [{ script: 'relative' }, TypeError],
    [{ timeoutMs: -1 }, RangeError],
    [{ retryIntervalMs: Number.NaN }, RangeError],
  ])('throws for %j', (wrong, error) => {
    expect(() => notifyScript({ ...options('/x'), ...wrong })).toThrow(error);
  });
});

describe('what a script is told', () => {
  it('is its environment, and no credential of ours', async () => {
    const env = scriptEnvironment(
      {
        PATH,
        MINE: 'yes',
        REQ_PASSWORD: 's3cret-password',
        REQ_URL: 'http://x/?token=s3cret-token',
        PW: 's3cret-password',
      },
      ['s3cret-password'],
    );
    const { lines } = await tell(script('#!/bin/sh\nenv\n'), { env });
    expect(lines.join('\n')).not.toContain('s3cret');
    for (const line of [
      'MINE=yes',
      'SIDECAR_REASON=change',
      `SIDECAR_FOLDER=${folder}`,
      'SIDECAR_CHANGED_COUNT=1',
      'SIDECAR_FILES=created\t/folder/1\tconfigmap/default/x\tab',
      'SIDECAR_FILES_TRUNCATED=false',
    ]) {
      expect(lines).toContain(line);
    }
    // Nothing of this very process, whose environment is another one.
    expect(lines.filter((line) => line.startsWith('VITEST'))).toEqual([]);
  });

  it('has the folder as its working directory', async () => {
    expect((await tell(script('pwd'))).lines).toEqual([folder]);
  });

  it('is all in the event file, which goes afterwards', async () => {
    const file = eventFile({ fs, directory: () => folder, identity: 'id', random: () => 'a'.repeat(16) });
    const { lines } = await tell(script('cat "$SIDECAR_EVENT_FILE"; echo "$SIDECAR_BATCH_ID"'), { eventFile: file });
    const document = JSON.parse(lines[0] ?? '');
    expect(document).toMatchObject({ schemaVersion: 1, instance: 'pod', attempt: 1, folder, truncated: false });
    expect(document.files).toMatchObject([{ path: '/folder/1', sha256: 'ab' }]);
    expect(lines[1]).toBe(document.batchId);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('is told without an event file where it cannot be written, which is said', async () => {
    const put = () => {
      throw Object.assign(new Error('read-only'), { code: 'EROFS' });
    };
    const { outcome, lines } = await tell(script('env | grep -c SIDECAR_EVENT_FILE; :'), {
      eventFile: { put, remove: () => expect.unreachable() },
    });
    expect(outcome).toMatchObject({ op: 'told' });
    expect(lines).toEqual(['(the event file cannot be written, EROFS: SIDECAR_EVENT_FILE is not set)', '0']);
  });

  it('keeps its batch id over tries, and gets another one when changes join', async () => {
    const path = script('echo "$SIDECAR_BATCH_ID" >> ids; exit 1');
    const notifications$ = new Subject<Notification>();
    const subscription = notifications$.pipe(notifyScript(options(path, { retryIntervalMs: 1_000 }))).subscribe();
    const ids = () =>
      fs.existsSync(join(folder, 'ids')) ? fs.readFileSync(join(folder, 'ids'), 'utf8').trim().split('\n') : [];
    notifications$.next(notification(1));
    await expect.poll(() => ids().length).toBeGreaterThanOrEqual(2);
    notifications$.next(notification(2));
    await expect.poll(() => new Set(ids()).size).toBe(2);
    subscription.unsubscribe();
    expect(ids()[0]).toBe(ids()[1]);
  });

  it('stays subscribed to what comes, until it is unsubscribed', async () => {
    const path = script('exit 0');
    const told = await firstValueFrom(concat(of(notification(1)), NEVER).pipe(notifyScript(options(path))));
    expect(told).toMatchObject({ op: 'told' });
  });
});
