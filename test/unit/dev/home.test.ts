import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filesIn, openHome } from '../../../src/dev/open-home.js';
import { putKubeconfig } from '../../../src/dev/put-kubeconfig.js';

let folder: string;
let temp: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-home-'));
  temp = join(folder, 'temp');
  mkdirSync(temp);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** The superuser may write everywhere. */
function asNobody<T>(act: () => T): T {
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(65_534);
  try {
    return act();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe('the home of dev', () => {
  test('is below the working directory, with a folder for files, and nobody else looks into it', () => {
    const home = openHome(folder, temp);
    expect(home).toBe(join(folder, '.k8s-sidecar'));
    expect(statSync(filesIn(home)).isDirectory()).toBe(true);
    expect(modeOf(home)).toBe(0o700);
  });

  test('is the same again, with the files that are there', () => {
    const file = join(filesIn(openHome(folder, temp)), 'a');
    writeFileSync(file, 'a');
    openHome(folder, temp);
    expect(readFileSync(file, 'utf8')).toBe('a');
  });

  test.each([
    ['the home', '.k8s-sidecar'],
    ['the folder for files', '.k8s-sidecar/files'],
  ])('is a fresh temporary folder where %s cannot be had', (_, inTheWay) => {
    mkdirSync(dirname(join(folder, inTheWay)), { recursive: true });
    writeFileSync(join(folder, inTheWay), 'a file');
    const home = openHome(folder, temp);
    expect(dirname(home)).toBe(temp);
    expect(modeOf(home)).toBe(0o700);
    expect(openHome(folder, temp)).not.toBe(home);
  });

  test.each([
    ['the home', '.k8s-sidecar'],
    ['the folder for files', '.k8s-sidecar/files'],
  ])('is a fresh temporary folder where %s cannot be written', (_, readOnly) => {
    openHome(folder, temp);
    chmodSync(temp, 0o777);
    chmodSync(folder, 0o755);
    chmodSync(join(folder, '.k8s-sidecar'), 0o777);
    chmodSync(join(folder, '.k8s-sidecar/files'), 0o777);
    chmodSync(join(folder, readOnly), 0o555);
    expect(dirname(asNobody(() => openHome(folder, temp)))).toBe(temp);
  });

  test('is nowhere where that fails too', () => {
    writeFileSync(join(folder, '.k8s-sidecar'), 'a file');
    expect(() => openHome(folder, join(folder, 'missing'))).toThrow(/ENOENT/);
  });
});

describe('the kubeconfig', () => {
  test('is for the user alone, also where an older one was for all', () => {
    const path = join(folder, 'kubeconfig');
    writeFileSync(path, 'old', { mode: 0o666 });
    putKubeconfig(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(modeOf(path)).toBe(0o600);
  });

  test('is not written through a link', () => {
    const path = join(folder, 'kubeconfig');
    const elsewhere = join(folder, 'elsewhere');
    writeFileSync(elsewhere, 'kept');
    symlinkSync(elsewhere, path);
    putKubeconfig(path, 'new');
    expect(readFileSync(elsewhere, 'utf8')).toBe('kept');
  });

  test('is removed in the end, as often as it is asked', () => {
    const path = join(folder, 'kubeconfig');
    const remove = putKubeconfig(path, 'ours');
    remove();
    remove();
    expect(existsSync(path)).toBe(false);
  });

  test('stays where it is of somebody else by then', () => {
    const path = join(folder, 'kubeconfig');
    const remove = putKubeconfig(path, 'ours');
    putKubeconfig(path, 'theirs');
    remove();
    expect(readFileSync(path, 'utf8')).toBe('theirs');
  });
});
