import type { Config } from '../config/options.js';
import type { Scope, SidecarEvent } from '../model.js';
import { UnwrittenPaths } from '../unwritten-paths.js';

export interface ListVerdict {
  readonly observe: (event: SidecarEvent) => void;
  /** Every list is complete, and every file was tried. */
  readonly listed: () => boolean;
  /** Why `METHOD=LIST` exits with 1, one sentence each; none when everything was collected. */
  readonly faults: (config: Pick<Config, 'listTimeout' | 'listStrict'>) => readonly string[];
}

/**
 * Whether one pass over everything was complete. Faults of a list or of the disk always count, those of single objects
 * (refusals, collisions, a path that is taken by a directory), and namespaces that were found and may not be read, with `LIST_STRICT=true`.
 */
export function listVerdict(): ListVerdict {
  const unwritten = new UnwrittenPaths();
  let listed = false;
  let refused = 0;
  const joined = new Set<Scope>();
  const forbidden = new Set<Scope>();
  return {
    observe(event) {
      if (event.type === 'listed') {
        listed = true;
      } else if (event.type === 'joined') {
        joined.add(event.scope);
      } else if (event.type === 'left') {
        joined.delete(event.scope);
        forbidden.delete(event.scope);
      } else if (event.type === 'failed' && event.error.code === 'forbidden' && joined.has(event.scope)) {
        forbidden.add(event.scope);
      } else if (event.type === 'init-done') {
        forbidden.delete(event.scope);
      } else if (event.type === 'refused' || event.type === 'conflict') {
        refused++;
      } else if (event.type === 'file') {
        unwritten.note(event);
        refused += event.op === 'failed' && event.error.fault === 'object' ? 1 : 0;
      }
    },
    listed: () => listed,
    faults: ({ listTimeout, listStrict }) => [
      ...(listed ? [] : [`not every list was complete after LIST_TIMEOUT=${listTimeout} seconds`]),
      ...(unwritten.size > 0 ? [`${unwritten.size} files could not be written`] : []),
      ...(listStrict && forbidden.size > 0
        ? [`${forbidden.size} lists that are forbidden count because of LIST_STRICT=true`]
        : []),
      ...(listStrict && refused > 0 ? [`${refused} refusals count because of LIST_STRICT=true`] : []),
    ],
  };
}
