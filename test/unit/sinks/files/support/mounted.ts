import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** `undefined` where this user may not mount; such tests are skipped, which the reporter shows. */
export const mayMount = ((): boolean => {
  const point = mkdtempSync(join(tmpdir(), 'ks-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', point], { stdio: 'ignore' });
    execFileSync('umount', [point], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(point);
  }
})();

/** A mount of one test, gone after it. */
export function mount(point: string, ...args: string[]): void {
  execFileSync('mount', [...args, point]);
  onTestFinished(() => void execFileSync('umount', ['-l', point]));
}

/** A real, tiny file system. */
export function tinyDisk(size: string): string {
  const point = mkdtempSync(join(tmpdir(), 'ks-disk-'));
  onTestFinished(() => rmdirSync(point));
  mount(point, '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs');
  return point;
}

export function remount(point: string, options: string): void {
  execFileSync('mount', ['-o', `remount,${options}`, point]);
}
