import { existsSync, mkdtempSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TargetFolder } from '../../../bench/target-folder.js';

let base: string;
let folder: TargetFolder;
const put = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
const wanted = new Map([
  ['a', 'one'],
  ['b', 'two'],
]);

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'bench-'));
  folder = new TargetFolder(base);
  put('a', 'one');
  put('b', 'two');
});
afterEach(() => rmSync(base, { recursive: true }));

describe('the folder that a measured program fills', () => {
  test('is right when the files are what the API server holds, whatever else the program keeps there', () => {
    put('.journal', 'own');
    expect(folder.difference(wanted)).toBeUndefined();
    expect(() => folder.expect(wanted)).not.toThrow();
  });

  test.each([
    ['a file is missing', () => unlinkSync(join(folder.path, 'b')), 'Expected 2 files'],
    ['there is one too many', () => put('c', 'three'), 'Expected 2 files'],
    ['a content is an older one', () => put('b', 'two, older'), 'Expected b'],
    ['a file is empty', () => put('a', ''), 'Expected a'],
    ['a file has another name', () => renameSync(join(folder.path, 'b'), join(folder.path, 'c')), 'Expected c'],
  ])('is wrong when %s', (_, change, message) => {
    change();
    expect(() => folder.expect(wanted)).toThrow(message);
  });

  test('knows by its own clock when the last file came, by a write or by a rename', async () => {
    const [before, tick] = [folder.now(), 30];
    await new Promise((resolve) => setTimeout(resolve, tick));
    put('.stage', 'new');
    await new Promise((resolve) => setTimeout(resolve, tick));
    const staged = folder.now();
    renameSync(join(folder.path, '.stage'), join(folder.path, 'a'));
    expect(folder.lastChange()).toBeGreaterThanOrEqual(staged);
    expect(folder.lastChange()).toBeGreaterThan(before);
    expect(folder.lastChange()).toBeLessThanOrEqual(folder.now());
  });

  test('is gone when it is removed, and leaves nothing beside it', () => {
    folder.now();
    folder.remove();
    expect(existsSync(folder.path)).toBe(false);
  });
});
