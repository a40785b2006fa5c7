import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { HookOutput, ObjectKey, ReadyFile, WritePlan } from '../../../../src/model.js';
import type { Verdict } from '../../../../src/operators/validation-round.js';
import { openValidator, type ValidatorOptions } from '../../../../src/sinks/validate/open-validator.js';
import { put, temporaryFolder } from './folders.js';

const IDENTITY = '0123456789abcdef';
const owner: ObjectKey = 'configmap/default/a';

function setUp(script: string, more: Partial<ValidatorOptions> = {}) {
  const folder = temporaryFolder();
  const validateFolder = join(temporaryFolder(), 'candidates');
  const options: ValidatorOptions = {
    file: put(join(temporaryFolder(), 'validate'), script, 0o755),
    validateFolder,
    folder,
    identity: IDENTITY,
    roots: () => [{ real: folder }],
    published: () => new Map(),
    platform: 'linux',
    env: { PATH: process.env['PATH'] ?? '' },
    timeoutMs: 10_000,
    kill: (pid, signal) => process.kill(pid, signal),
    ...more,
  };
  const validator = openValidator(options);
  const ask = async (plan: WritePlan = planOf({})) => {
    const said = await lastValueFrom(validator.validate(plan).pipe(toArray()));
    const verdict = said.findLast((event): event is Verdict => event.type === 'verdict');
    const lines = said.filter((event): event is HookOutput => event.type === 'hook-output');
    expect(said.filter((event) => event.type === 'verdict')).toHaveLength(1);
    return {
      verdict,
      lines: lines.map(({ stream, line }) => `${stream}: ${line}`),
      targets: lines.map(({ target }) => target),
    };
  };
  return { validator, ask, folder, validateFolder, options };
}

function planOf(writes: Readonly<Record<string, string>>, removes: readonly string[] = []): WritePlan {
  return {
    type: 'plan',
    writes: Object.entries(writes).map(([path, content]) => ({ owner, file: { path, bytes: Buffer.from(content) } })),
    removes: removes.map((path) => ({ owner, path })),
  };
}

describe('the command', () => {
  it('is shown the files as they would be, as its working directory and by its environment', async () => {
    const script =
      '#!/bin/sh\nset -e\ncd /\ncat "$SIDECAR_CANDIDATE/a" "$SIDECAR_CANDIDATE/b"\necho "$SIDECAR_FOLDER"\ntest ! -e "$SIDECAR_CANDIDATE/old"\n';
    const published = new Map<string, ObjectKey>();
    const { ask, folder } = setUp(script, { published: () => published });
    for (const name of ['a', 'old']) published.set(put(join(folder, name), `${name}\n`), owner);
    const { verdict, lines, targets } = await ask(planOf({ [join(folder, 'b')]: 'b\n' }, [join(folder, 'old')]));
    expect(verdict).toEqual({ type: 'verdict', says: 'yes' });
    expect(lines).toEqual(['stdout: a', 'stdout: b', `stdout: ${folder}`]);
    expect(new Set(targets)).toEqual(new Set(['validate']));
    const there = setUp('#!/bin/sh\nexec test "$(pwd -P)" = "$(cd "$SIDECAR_CANDIDATE" && pwd -P)"\n');
    expect((await there.ask()).verdict).toEqual({ type: 'verdict', says: 'yes' });
  });

  it.each<[string, string, string, RegExp]>([
    ['another exit code is no', 'exit 1', 'no', /exited with 1; what it printed is in the log at LOG_LEVEL=DEBUG$/],
    [
      '127 is that a program of it is not there',
      'ks-no-such-program',
      'not-run',
      /exited with 127, so it or a program that it needs/,
    ],
    ['126 is that a program of it cannot be run', 'exit 126', 'not-run', /exited with 126/],
    ['an end by a signal is no answer', 'kill -SEGV $$', 'none', /was ended by SIGSEGV$/],
    [
      'an end by the time limit is no answer',
      'sleep 60',
      'none',
      /did not end within 0\.3 s \(VALIDATE_TIMEOUT\) and was killed$/,
    ],
  ])('%s', async (_, command, says, message) => {
    const timeoutMs = command === 'sleep 60' ? 300 : 10_000;
    const { verdict } = await setUp(`#!/bin/sh\n${command}\n`, { timeoutMs }).ask();
    expect(verdict).toMatchObject({ says, message: expect.stringMatching(message) });
  });

  it('that is missing was not run', async () => {
    const { verdict } = await setUp('', { file: '/nowhere/validate' }).ask();
    expect(verdict).toEqual({
      type: 'verdict',
      says: 'not-run',
      message: 'The script /nowhere/validate does not exist: mount it, or unset VALIDATE',
    });
  });

  it('that is not executable is given to sh', async () => {
    const file = put(join(temporaryFolder(), 'validate'), 'exit 3\n', 0o644);
    expect((await setUp('', { file }).ask()).verdict).toMatchObject({ says: 'no' });
  });

  it('that is executable without a first line is given to sh', async () => {
    expect((await setUp('exit 3\n').ask()).verdict).toMatchObject({ says: 'no' });
  });

  it('without a program to run it was not run', async () => {
    const file = put(join(temporaryFolder(), 'validate'), 'exit 3\n', 0o644);
    expect((await setUp('', { file, env: { PATH: '/nowhere' } }).ask()).verdict).toMatchObject({
      says: 'not-run',
      message: expect.stringMatching(/is not executable, and there is no sh to run it/),
    });
  });
});

describe('the candidate', () => {
  it('goes when it was decided about, whatever the command made in it', async () => {
    const { ask, validateFolder } = setUp('#!/bin/sh\nmkdir -p x/y\necho junk > x/y/z\nchmod 0 x\nexit 1\n');
    await ask();
    expect(readdirSync(validateFolder)).toEqual([]);
  });

  it('goes with the process group of the command when it is unsubscribed', async () => {
    const { validator, validateFolder, folder } = setUp(
      '#!/bin/sh\necho $$ > "$SIDECAR_FOLDER/pid"\nsleep 60 &\nwait\n',
    );
    const subscription = validator.validate(planOf({})).subscribe();
    const pidFile = join(folder, 'pid');
    while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '')
      await new Promise((resolve) => setImmediate(resolve));
    const pid = Number(readFileSync(pidFile, 'utf8'));
    expect(readdirSync(validateFolder)).toHaveLength(1);
    subscription.unsubscribe();
    expect(readdirSync(validateFolder)).toEqual([]);
    for (;;) {
      try {
        process.kill(-pid, 0);
        await new Promise((resolve) => setImmediate(resolve));
      } catch (error) {
        expect(error).toMatchObject({ code: 'ESRCH' });
        break;
      }
    }
  });

  it('that cannot be made is no answer of the command', async () => {
    const validateFolder = join(put(join(temporaryFolder(), 'file'), ''), 'below');
    const { verdict } = await setUp('#!/bin/sh\nexit 0\n', { validateFolder }).ask();
    expect(verdict).toMatchObject({
      says: 'not-run',
      message: expect.stringMatching(/^VALIDATE_FOLDER cannot take the candidate \(E(EXIST|NOTDIR)\)/),
    });
  });

  it('of an earlier life of ours goes at the start, and nothing else', () => {
    const validateFolder = temporaryFolder();
    const outside = put(join(temporaryFolder(), 'kept'), '');
    const names = [
      `.ks-${IDENTITY}-0011223344556677`,
      `.ks-${IDENTITY}-short`,
      '.ks-fedcba9876543210-0011223344556677',
      'other',
    ];
    for (const name of names) mkdirSync(join(validateFolder, name, 'sub'), { recursive: true });
    symlinkSync(join(outside, '..'), join(validateFolder, names[0] as string, 'link'));
    setUp('', { validateFolder });
    expect(readdirSync(validateFolder).sort()).toEqual(names.slice(1).sort());
    expect(existsSync(outside)).toBe(true);
  });
});

describe('a plan changes something', () => {
  it.each<[string, boolean, (folder: string) => WritePlan]>([
    ['by other content', true, (folder) => planOf({ [join(folder, 'a')]: 'A' })],
    ['by a longer content', true, (folder) => planOf({ [join(folder, 'a')]: 'aa' })],
    ['by a new file', true, (folder) => planOf({ [join(folder, 'new')]: '' })],
    ['by a file in place of a directory', true, (folder) => planOf({ [join(folder, 'directory')]: '' })],
    ['by a file in place of a link', true, (folder) => planOf({ [join(folder, 'link')]: 'a' })],
    ['by a remove', true, (folder) => planOf({}, [join(folder, 'a')])],
    ['not by the same content', false, (folder) => planOf({ [join(folder, 'a')]: 'a' })],
    ['not by a remove of what is not there', false, (folder) => planOf({}, [join(folder, 'gone')])],
    ["not by a remove of what is nobody's", false, (folder) => planOf({}, [join(folder, 'foreign')])],
  ])('%s', (_, changes, plan) => {
    const published = new Map<string, ObjectKey>();
    const { validator, folder } = setUp('', { published: () => published });
    for (const name of ['a', 'gone', 'directory', 'link']) published.set(join(folder, name), owner);
    put(join(folder, 'a'), 'a');
    put(join(folder, 'foreign'), '');
    mkdirSync(join(folder, 'directory'));
    symlinkSync(join(folder, 'a'), join(folder, 'link'));
    expect(validator.changes(plan(folder))).toBe(changes);
  });

  it('by a staged file of another hash, not by one of the same', () => {
    const { validator, folder } = setUp('');
    writeFileSync(join(folder, 'a'), 'a');
    const sha256 = 'ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb';
    const staged = (hash: string): ReadyFile => ({
      path: join(folder, 'a'),
      staged: { stagedAt: '/s', sha256: hash, size: 1 },
    });
    const changes = (file: ReadyFile) => validator.changes({ type: 'plan', writes: [{ owner, file }], removes: [] });
    expect(changes(staged(sha256))).toBe(false);
    expect(changes(staged(sha256.replace('c', 'd')))).toBe(true);
  });
});
