import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path/posix';

/** A process as /proc shows it. */
export interface ProcessEntry {
  readonly pid: number;
  readonly parentPid: number;
  /** The kernel's name of it, cut at 15 bytes. */
  readonly comm: string;
  /** In clock ticks since boot, as text: with the pid it tells a process from a later one of the same number. */
  readonly startTime: string;
  /** Empty for a kernel thread. */
  readonly args: readonly string[];
  /** `undefined` where we may not look: another user's. */
  readonly exe: string | undefined;
}

/** Every process that can be read, by pid in ascending order. One that ends while we look, or that we may not see, is not among them. */
export function readProcesses(procFolder: string): ReadonlyMap<number, ProcessEntry> {
  const processes = new Map<number, ProcessEntry>();
  const pids = readdirSync(procFolder).filter((name) => /^\d+$/.test(name));
  for (const pid of pids.map(Number).sort((a, b) => a - b)) {
    const entry = readProcess(procFolder, pid);
    if (entry !== undefined) processes.set(pid, entry);
  }
  return processes;
}

/** `undefined` of one that is gone, or dead and not yet collected by its parent. */
export function readProcess(procFolder: string, pid: number): ProcessEntry | undefined {
  const folder = join(procFolder, String(pid));
  try {
    const stat = readStat(readFileSync(join(folder, 'stat'), 'utf8'));
    if (stat === undefined) return undefined;
    const args = readFileSync(join(folder, 'cmdline'), 'utf8').replace(/\0+$/, '').split('\0');
    return { pid, ...stat, args: args[0] === '' && args.length === 1 ? [] : args, exe: readExe(folder) };
  } catch {
    return undefined;
  }
}

/** proc_pid_stat(5): `pid (comm) state ppid … starttime`. A comm may hold spaces and parentheses, so the last one ends it. */
function readStat(stat: string): Pick<ProcessEntry, 'comm' | 'parentPid' | 'startTime'> | undefined {
  const [, comm, rest] = /^\d+ \((.*)\) (.+)$/s.exec(stat.trimEnd()) ?? [];
  const fields = rest?.split(' ') ?? [];
  // Field 3 of the manual page comes first here: state, then ppid (4); starttime is field 22.
  const [state, parentPid, startTime] = [fields[0], fields[1], fields[19]];
  if (comm === undefined || parentPid === undefined || startTime === undefined) return undefined;
  if (state === 'Z' || state === 'X') return undefined;
  return { comm, parentPid: Number(parentPid), startTime };
}

function readExe(folder: string): string | undefined {
  try {
    return readlinkSync(join(folder, 'exe')).replace(/ \(deleted\)$/, '');
  } catch {
    return undefined;
  }
}
