import nodeFs from 'node:fs';
import type { FileSystem } from '../../../../../src/sinks/files/file-system.js';

export type Call = keyof FileSystem;

/** `node:fs`, with `before` called ahead of each call; what it throws, the call throws. */
export function watchedFs(before: (call: Call, args: readonly unknown[]) => void): FileSystem {
  const calls = [
    'closeSync',
    'fchmodSync',
    'fstatSync',
    'ftruncateSync',
    'lstatSync',
    'mkdirSync',
    'openSync',
    'readdirSync',
    'readSync',
    'renameSync',
    'rmdirSync',
    'statSync',
    'unlinkSync',
    'writeSync',
  ] as const;
  const wrapped: Record<string, unknown> = {};
  for (const call of calls) {
    const act = nodeFs[call] as (...args: unknown[]) => unknown;
    wrapped[call] = (...args: unknown[]) => {
      before(call, args);
      return act(...args);
    };
  }
  wrapped['realpathSync'] = { native: nodeFs.realpathSync.native };
  return wrapped as unknown as FileSystem;
}

export function errno(code: string): Error {
  return Object.assign(new Error(code), { code });
}
