import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface FakeProcess {
  readonly pid: number;
  readonly parent?: number;
  readonly comm: string;
  readonly args?: readonly string[];
  readonly exe?: string;
  readonly state?: string;
  readonly startTime?: number;
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ks-signal-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder as /proc, with what is read of it, in the kernel's format. */
export function procFolder(...processes: readonly FakeProcess[]): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'sys'));
  for (const process of processes) putProcess(folder, process);
  return folder;
}

export function putProcess(folder: string, fake: FakeProcess): void {
  const { pid, parent = 0, comm, args = [], exe, state = 'S', startTime = 100 + pid } = fake;
  const place = join(folder, String(pid));
  mkdirSync(place, { recursive: true });
  // Fields 5 to 21 of proc_pid_stat(5) are not looked at; 22 is the start time.
  const rest = [state, parent, ...Array.from({ length: 17 }, (_, index) => 1_000 + index), startTime, 4_096, 7];
  writeFileSync(join(place, 'stat'), `${pid} (${comm}) ${rest.join(' ')}\n`);
  writeFileSync(join(place, 'cmdline'), args.map((arg) => `${arg}\0`).join(''));
  if (exe !== undefined) symlinkSync(exe, join(place, 'exe'));
}
