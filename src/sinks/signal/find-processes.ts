import { basename } from 'node:path/posix';
import type { ProcessSelector } from '../../config/process-selector.js';
import { type ProcessEntry, readProcesses } from './process-table.js';
import { readPidFile } from './read-pid-file.js';

export interface FindProcessesOptions {
  readonly selector: ProcessSelector;
  /** `SIGNAL_ALL`: several are wanted. */
  readonly all: boolean;
  readonly self: { readonly pid: number };
  /** `/proc` */
  readonly procFolder: string;
}

export type FoundProcesses = { readonly found: readonly ProcessEntry[] } | { readonly fault: string };

/** Shown of many in a message. */
const MAX_NAMED = 5;

/**
 * Whom to signal, as the process table is now.
 *
 * 1. What the selector matches. By name: the kernel's name, or the file name of the program or of its first argument, since the
 *    kernel cuts at 15 bytes. By command line: a pattern. By pid file: the number in it.
 * 2. Never: the pause container, which is PID 1 where processes are shared; ourselves and what we started; other sidecars of our
 *    kind, which have no handler and would end; of a pattern, those that started us, since it stands in their arguments too.
 * 3. Not the descendants of a match: of nginx, php-fpm or a forking server the first process is the one that reloads and tells its
 *    workers, which have the same name.
 * 4. Exactly one must be left, unless several are wanted.
 */
export function findProcesses(options: FindProcessesOptions): FoundProcesses {
  const { selector, all, self, procFolder } = options;
  const wanted = selector.by === 'pidfile' ? readPidFile(selector.path) : undefined;
  if (wanted !== undefined && 'fault' in wanted) return wanted;
  const processes = readProcesses(procFolder);
  const matches = [...processes.values()].filter((entry) => isMatch(entry, selector, wanted?.pid)); // 1
  const allowed = matches.filter((entry) => !isOffLimits(entry, processes, self.pid, selector)); // 2
  if (allowed.length === 0) return { fault: noneSentence(selector, matches) };
  const pids = new Set(allowed.map(({ pid }) => pid));
  const found = allowed.filter((entry) => !ancestorsOf(entry, processes).some(({ pid }) => pids.has(pid))); // 3
  if (found.length === 1 || all) return { found }; // 4
  return {
    fault:
      `Expected SIGNAL_PROCESS=${selector.text} to match one process, got ${found.length} (${named(found)}): ` +
      'make it narrower, or set SIGNAL_ALL=true.',
  };
}

/** The pid and the kernel's name. Never the arguments, which may hold passwords. */
export function shownProcess({ pid, comm }: ProcessEntry): string {
  return `${pid} ${comm.replace(/[^\x20-\x7e]/g, '?')}`;
}

function isMatch(entry: ProcessEntry, selector: ProcessSelector, pid: number | undefined): boolean {
  const { comm, args, exe } = entry;
  switch (selector.by) {
    case 'name':
      return [comm, basename(args[0] ?? ''), basename(exe ?? '')].includes(selector.name);
    case 'cmdline':
      return selector.pattern.test(args.join(' '));
    case 'pidfile':
      return entry.pid === pid;
  }
}

function isOffLimits(
  entry: ProcessEntry,
  processes: ReadonlyMap<number, ProcessEntry>,
  selfPid: number,
  selector: ProcessSelector,
): boolean {
  if (entry.pid === 1 && entry.comm === 'pause') return true;
  if (entry.pid === selfPid || ancestorsOf(entry, processes).some(({ pid }) => pid === selfPid)) return true;
  const self = processes.get(selfPid);
  if (self === undefined) return false;
  if (isOfOurKind(entry, self)) return true;
  return selector.by === 'cmdline' && ancestorsOf(self, processes).includes(entry);
}

/** The same program with the same script, whatever flags come behind it and whatever init stands before it. */
function isOfOurKind(entry: ProcessEntry, self: ProcessEntry): boolean {
  const script = self.args.findIndex((arg, index) => index > 0 && !arg.startsWith('-'));
  const ours = self.args.slice(0, script + 1);
  if (ours.length === 0) return false;
  return entry.args.some((_, start) => ours.every((arg, index) => entry.args[start + index] === arg));
}

/** From the parent up. Ends at a circle too: pids change hands while the table is read. */
function ancestorsOf(entry: ProcessEntry, processes: ReadonlyMap<number, ProcessEntry>): readonly ProcessEntry[] {
  const ancestors = new Set<ProcessEntry>();
  let parent = processes.get(entry.parentPid);
  while (parent !== undefined && parent !== entry && !ancestors.has(parent)) {
    ancestors.add(parent);
    parent = processes.get(parent.parentPid);
  }
  return [...ancestors];
}

function noneSentence({ text }: ProcessSelector, matches: readonly ProcessEntry[]): string {
  if (matches.length > 0) {
    return (
      `SIGNAL_PROCESS=${text} matches only what must not be signalled (${named(matches)}): the pause container, ` +
      'this sidecar, what it started, or another of its kind.'
    );
  }
  return `No process matches SIGNAL_PROCESS=${text}: see that the application runs and that the pod has shareProcessNamespace: true.`;
}

function named(processes: readonly ProcessEntry[]): string {
  const rest = processes.length > MAX_NAMED ? ', …' : '';
  return processes.slice(0, MAX_NAMED).map(shownProcess).join(', ') + rest;
}
