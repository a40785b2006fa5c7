import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A real directory of one test, gone after it. */
export function temporaryFolder(parent = tmpdir()): string {
  const path = mkdtempSync(join(parent, 'ks-files-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
