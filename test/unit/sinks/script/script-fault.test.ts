import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scriptFault } from '../../../../src/sinks/script/script-fault.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'script-fault-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const env = { PATH: '/usr/bin:/bin' };

/** What is wrong with a script of that content, without its path. */
function fault(content: string, mode: number, environment: Record<string, string> = env): string | undefined {
  const script = join(folder, 'script');
  writeFileSync(script, content);
  chmodSync(script, mode);
  return scriptFault(script, environment)?.replace(script, 'X');
}

describe('scriptFault', () => {
  it.each<[string, string, number]>([
    ['a script for sh that is not executable', 'exit 0', 0o644],
    ['one without a first line for the kernel', 'exit 0', 0o755],
    ['one that names sh', '#!/bin/sh\nexit 0\n', 0o755],
    ['one that names sh with an option', '#! /bin/sh -e\n', 0o755],
    ['one that names a program by env', '#!/usr/bin/env sh\n', 0o755],
    ['one that gives env an option', '#!/usr/bin/env -S nosuchprogram -x\n', 0o755],
    ['one whose later lines end in CR LF', '#!/bin/sh\nexit 0\r\n', 0o755],
    ['an empty one', '', 0o755],
  ])('%s is fine', (_, content, mode) => {
    expect(fault(content, mode)).toBeUndefined();
  });

  it.each<[string, string, RegExp]>([
    ['a program that is not there', '#!/usr/bin/nosuchprogram\n', /^The script X needs \/usr\/bin\/nosuchprogram,/],
    ['one that env does not find', '#!/usr/bin/env nosuchprogram\n', /^The script X needs nosuchprogram, which is not/],
    ['a line of Windows', '#!/bin/sh\r\nexit 0\r\n', /^The first line of the script X ends in CR LF/],
    ['a line of Windows, the only one', '#!/bin/sh\r', /CR LF/],
  ])('an executable script that names %s', (_, content, expected) => {
    expect(fault(content, 0o755)).toMatch(expected);
  });

  it('there is nothing, or a directory', () => {
    const path = join(folder, 'x');
    expect(scriptFault(path, env)).toBe(`The script ${path} does not exist: mount it, or unset SCRIPT.`);
    expect(scriptFault(folder, env)).toBe(`The script ${folder} is a directory.`);
    expect(scriptFault('/dev/null', env)).toBe('The script /dev/null is no file.');
  });

  it('its folder is a file', () => {
    const path = join(folder, 'file');
    writeFileSync(path, '');
    expect(scriptFault(join(path, 'x'), env)).toBe(`The script ${path}/x cannot be read (ENOTDIR).`);
  });

  it.skipIf(process.getuid?.() === 0)('it may not be read', () => {
    expect(fault('exit 0', 0o200)).toBe('The script X cannot be read (EACCES).');
    expect(fault('exit 0', 0o300)).toBeUndefined();
  });

  it('is not executable, and there is no sh', () => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    expect(fault('exit 0', 0o644, { PATH: bin })).toMatch(
      /^The script X is not executable, and there is no sh to run it/,
    );
    expect(fault('exit 0', 0o644, { PATH: `${bin}:/bin` })).toBeUndefined();
    expect(fault('exit 0', 0o644, {})).toBeUndefined();
  });
});
