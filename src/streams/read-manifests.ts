import { concatMap, debounceTime, defer, from, merge, type Observable, of, switchMap } from 'rxjs';
import { objectKey, type ResourceEvent, type Scope, type SourceError, type WatchedObject } from '../model.js';
import { manifestDocuments } from './manifest-documents.js';
import { readManifestFiles } from './manifest-files.js';
import { manifestObject } from './manifest-object.js';
import { scopeMatcher } from './scope-matcher.js';
import { watchPaths } from './watch-paths.js';

export interface ManifestOptions {
  /** Of objects that name none. @default 'default' */
  readonly namespace?: string;
  /** Reads everything again when a file changes. @default false: reads once and completes */
  readonly watch?: boolean;
  /** Quiet time after a change, since editors write in several steps. @default 100 */
  readonly debounceMs?: number;
}

/**
 * The objects of a scope from manifests, files and folders of YAML or JSON, in the language of the other sources.
 *
 *     once     -(init a b init-done|)
 *     watch    -(init a b init-done)-----(init a' init-done)…     after a change
 *     fault    -(init a f|)                                       f: failed, with file and line
 *
 * What cannot be read is a value, and the rest goes on; but without all of it the list is not complete, so there is no
 * `init-done`, and nothing is removed because of a typing error. Of two manifests of one object the later one counts,
 * as with `kubectl apply`. Selectors are applied here. Never errors.
 */
export function readManifests(
  paths: readonly string[],
  scope: Scope,
  options: ManifestOptions = {},
): Observable<ResourceEvent> {
  const { namespace = 'default', watch = false, debounceMs = 100 } = options;
  const isInScope = scopeMatcher(scope);
  const nextWithinMs = watch ? Number.POSITIVE_INFINITY : 0;
  const once$ = defer(() => read(paths, namespace)).pipe(
    concatMap(({ objects, errors }) => {
      const applied = objects.filter(isInScope).map((object): ResourceEvent => ({ type: 'init-apply', scope, object }));
      const failed = errors.map((error): ResourceEvent => ({ type: 'failed', scope, error, retryInMs: nextWithinMs }));
      const end: readonly ResourceEvent[] =
        errors.length === 0
          ? [
              { type: 'init-done', scope },
              { type: 'alive', scope, nextWithinMs },
            ]
          : failed;
      return from<ResourceEvent[]>([{ type: 'init', scope }, ...applied, ...end]);
    }),
  );
  // A change while reading begins the reading anew: nothing of what was half read is said.
  return watch
    ? merge(of(undefined), watchPaths(paths).pipe(debounceTime(debounceMs))).pipe(switchMap(() => once$))
    : once$;
}

/** Reads all manifests. Objects stand once each, where they were first named. */
async function read(paths: readonly string[], namespace: string) {
  // The only use of the parser in the pipeline; the container never reads manifests and so never loads it.
  const yaml = await import('yaml');
  const objects = new Map<string, WatchedObject>();
  const errors: SourceError[] = [];
  for await (const file of readManifestFiles(paths)) {
    if ('error' in file) {
      errors.push(file.error);
      continue;
    }
    const found = manifestDocuments(file.path, file.text, yaml);
    errors.push(...found.errors);
    for (const document of found.documents) {
      try {
        const object = manifestObject(document, file.path, namespace);
        if (object !== undefined) {
          objects.set(objectKey(object), object);
        }
      } catch (error) {
        errors.push(error as SourceError);
      }
    }
  }
  return { objects: [...objects.values()], errors };
}
