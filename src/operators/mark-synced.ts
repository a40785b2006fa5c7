import { defer, type OperatorFunction } from 'rxjs';
import type { FileOutcome, Listed, Synced } from '../model.js';
import { UnwrittenPaths } from '../unwritten-paths.js';
import { concatMapIterable } from './concat-map-iterable.js';

/**
 * Adds `synced` once every file of the initial lists is on disk: behind `listed`, or behind the outcome that mends the
 * last file which the disk refused. A file that its object is to blame for is not waited for.
 *
 *     outcomes   -w-x-l-w-|     x: a disk-fault failure, l: listed, w: a file that was written
 *     result     -w-x-l-(ws)-|
 *
 * Passes everything on; completes and errors with the source.
 */
export function markSynced<T extends { readonly type: string }>(): OperatorFunction<
  T | FileOutcome | Listed,
  T | FileOutcome | Listed | Synced
> {
  return (source$) =>
    defer(() => {
      const unwritten = new UnwrittenPaths();
      let listed = false;
      let synced = false;
      return source$.pipe(
        concatMapIterable((event): (T | FileOutcome | Listed | Synced)[] => {
          if (isFileOutcome(event)) {
            unwritten.note(event);
          }
          listed ||= event.type === 'listed';
          if (synced || !listed || unwritten.size > 0) {
            return [event];
          }
          synced = true;
          return [event, { type: 'synced' }];
        }),
      );
    });
}

function isFileOutcome(event: { readonly type: string }): event is FileOutcome {
  return event.type === 'file';
}
