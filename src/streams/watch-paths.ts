import { type FSWatcher, statSync, watch } from 'node:fs';
import { dirname } from 'node:path';
import { Observable } from 'rxjs';

/**
 * Emits when something at or below these paths may have changed: too often rather than too rarely. A path that is no folder
 * is watched through the folder that holds it, since editors replace files. A path that cannot be watched is not; never errors.
 */
export function watchPaths(paths: readonly string[]): Observable<void> {
  return new Observable((subscriber) => {
    const watchers: FSWatcher[] = [];
    subscriber.add(() => {
      for (const watcher of watchers) {
        watcher.close();
      }
    });
    for (const path of paths) {
      const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
      try {
        const watcher = watch(isFolder ? path : dirname(path), { recursive: isFolder }, () => subscriber.next());
        watcher.on('error', () => subscriber.next());
        watchers.push(watcher);
      } catch {
        // Neither the path nor its folder is there: what is read of it says so.
      }
    }
  });
}
