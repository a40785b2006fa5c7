import type { ProcessSelector } from '../../config/process-selector.js';
import type { SignalName } from '../../config/signal-name.js';
import { errnoOf } from '../../errno-of.js';
import { findProcesses, shownProcess } from './find-processes.js';
import { type ProcessEntry, readProcess } from './process-table.js';

export interface SendSignalOptions {
  readonly signal: SignalName;
  readonly selector: ProcessSelector;
  /** `SIGNAL_ALL`. */
  readonly all: boolean;
  readonly self: { readonly pid: number };
  /** As `process.kill`. */
  readonly kill: (pid: number, signal: SignalName) => unknown;
  /** @default '/proc' */
  readonly procFolder?: string | undefined;
}

/** Who was signalled, or why nobody or not everybody was: one sentence. */
export type SentSignal = { readonly sent: readonly ProcessEntry[] } | { readonly fault: string };

/**
 * Finds the processes and signals them, all in one turn. Each is looked at again right before: its pid may have gone to
 * another process since. What is left between that look and the signal is some microseconds. (Linux has descriptors of processes
 * for it, which Node cannot open.) Of several, each is tried; one that has ended meanwhile needs no signal.
 */
export function sendSignal(options: SendSignalOptions): SentSignal {
  const { procFolder = '/proc', signal, kill } = options;
  let looked: ReturnType<typeof findProcesses>;
  try {
    looked = findProcesses({ ...options, procFolder });
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    return { fault: `The processes cannot be listed: ${procFolder} cannot be read (${code}).` };
  }
  if ('fault' in looked) return looked;
  const sent: ProcessEntry[] = [];
  const faults: string[] = [];
  for (const entry of looked.found) {
    try {
      if (readProcess(procFolder, entry.pid)?.startTime !== entry.startTime) continue;
      kill(entry.pid, signal);
      sent.push(entry);
    } catch (error) {
      const code = errnoOf(error) ?? 'unknown';
      if (code !== 'ESRCH') faults.push(faultSentence(entry, signal, code));
    }
  }
  if (faults.length > 0) return { fault: faults.join(' ') };
  if (sent.length > 0) return { sent };
  return { fault: `Process ${looked.found.map(shownProcess).join(', ')} ended before it could be sent ${signal}.` };
}

function faultSentence(entry: ProcessEntry, signal: SignalName, code: string): string {
  const why =
    code === 'EPERM'
      ? 'it runs as another user: run both as the same one, or add the capability KILL'
      : 'kill(2) failed';
  return `Process ${shownProcess(entry)} could not be sent ${signal} (${code}): ${why}.`;
}
