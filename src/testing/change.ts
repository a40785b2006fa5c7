import type { EmbeddedResource } from './embedded-kubernetes.js';
import type { StoredEntry } from './stored-entry.js';

/** One write. There is one for each revision. */
export interface Change {
  readonly resource: EmbeddedResource;
  readonly revision: number;
  /** What stood there before; absent for a create. */
  readonly previous?: StoredEntry | undefined;
  /** What stands there now; absent for a delete. */
  readonly current?: StoredEntry | undefined;
}
