import { type Observable, Subject } from 'rxjs';
import type { Change } from './change.js';
import type { EmbeddedResource } from './embedded-kubernetes.js';
import { createHistory } from './history.js';
import type { KubeObject } from './kube-object.js';
import { RESOURCES } from './resources.js';
import { createSortedEntries, type SortedEntries } from './sorted-entries.js';
import { keyOf, type StoredEntry, storedEntry } from './stored-entry.js';

/** Objects and their history under one counter of revisions, as in etcd. Knows nothing of HTTP and of validity. */
export interface Store {
  /** Of the last write; 1 when there was none (etcd's). */
  readonly revision: number;
  /** The oldest revision from which all that followed can be told. */
  readonly oldestWatchable: number;
  /** The oldest revision whose state can be told. */
  readonly oldestListable: number;
  /** Each write, at once. */
  readonly changes$: Observable<Change>;
  get(resource: EmbeddedResource, namespace: string, name: string): StoredEntry | undefined;
  /** Creates or replaces. The object needs no resourceVersion. */
  put(resource: EmbeddedResource, object: KubeObject): StoredEntry;
  /** The revision of the delete. */
  remove(entry: StoredEntry): number;
  /** By key. */
  entries(resource: EmbeddedResource): SortedEntries;
  /** As they were at a revision from `oldestListable` on. */
  entriesAt(resource: EmbeddedResource, revision: number): SortedEntries;
  /** What followed a revision from `oldestWatchable` on. */
  changesSince(revision: number): readonly Change[];
  /** Nothing before now can be watched from any more; lists of the past go on. */
  endBirth(): void;
  compact(): void;
}

export function createStore(historyLength: number): Store {
  const history = createHistory(historyLength);
  const tables = new Map(RESOURCES.map(({ resource }) => [resource, createSortedEntries()]));
  const changes$ = new Subject<Change>();
  const table = (resource: EmbeddedResource) => tables.get(resource) as ReturnType<typeof createSortedEntries>;
  let revision = 1;
  let birth = 1;

  const record = (change: Change): void => {
    revision = change.revision;
    history.add(change);
    changes$.next(change);
  };

  return {
    changes$,
    get revision() {
      return revision;
    },
    get oldestWatchable() {
      return Math.max(birth, history.oldest);
    },
    get oldestListable() {
      return history.oldest;
    },
    get: (resource, namespace, name) => table(resource).get(keyOf(namespace, name)),
    put(resource, object) {
      const current = storedEntry(resource, object, revision + 1);
      const previous = table(resource).put(current);
      record({ resource, revision: revision + 1, previous, current });
      return current;
    },
    remove(entry) {
      table(entry.resource).remove(entry.key);
      record({ resource: entry.resource, revision: revision + 1, previous: entry });
      return revision;
    },
    entries: table,
    entriesAt(resource, at) {
      const undone = history.since(at).filter((change) => change.resource === resource);
      if (undone.length === 0) return table(resource);
      const past = createSortedEntries(table(resource).from(''));
      for (const { previous, current } of undone.reverse()) {
        if (previous) past.put(previous);
        else if (current) past.remove(current.key);
      }
      return past;
    },
    changesSince: (since) => history.since(since),
    endBirth() {
      birth = revision;
    },
    compact() {
      history.clear(revision);
    },
  };
}
