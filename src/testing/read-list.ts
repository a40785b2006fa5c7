import { decodeContinue, encodeContinue } from './continue-token.js';
import type { EmbeddedResource } from './embedded-kubernetes.js';
import type { ListOptions } from './list-options.js';
import { mustBeReached, parseRevision, revisionFault } from './resource-version.js';
import { badRequest, expired } from './status.js';
import type { Store } from './store.js';
import type { StoredEntry } from './stored-entry.js';

/** A page of a list, or all of it. */
export interface ListPage {
  readonly revision: number;
  readonly entries: readonly StoredEntry[];
  /** Absent on the last page. */
  readonly continueToken?: string;
  /** How many follow; absent where nobody counts them. */
  readonly remaining?: number;
}

const EXPIRED_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
const EXPIRED_VERSION = 'The resourceVersion for the provided list is too old.';

/**
 * Reads a list by the rules of resourceVersion:
 *
 *     continue                        the state that the first page was of
 *     unset                           the newest state
 *     0                               the same, and `limit` does not count (the API server's cache knows no pages there)
 *     N with Exact, or with a limit   the state at N
 *     N else                          the newest state, which must not be older than N
 *
 * Throws the API server's 400, 410 and 504. `namespace` is `''` for all of them.
 */
export function readList(store: Store, resource: EmbeddedResource, namespace: string, options: ListOptions): ListPage {
  const { resourceVersion, selects, matches, onlyName } = options;
  const limit = resourceVersion === '0' ? 0 : options.limit;
  const { revision, start } = options.continueToken === '' ? firstPage(store, options) : laterPage(store, options);
  const state = revision === store.revision ? store.entries(resource) : store.entriesAt(resource, revision);
  const prefix = namespace === '' ? '' : `${namespace}/`;
  const behind = withPrefix(state.from(prefix + start), prefix);
  // Where the name makes the key, there is one to look at, and so no next page.
  const isOne = onlyName !== undefined && (prefix !== '' || resource === 'namespaces');
  const candidates = isOne ? behind.filter(({ name }) => name === onlyName) : behind;

  const found: StoredEntry[] = [];
  let seen = 0;
  for (const entry of candidates) {
    if (limit > 0 && found.length === limit) break;
    seen += 1;
    if (matches(entry)) found.push(entry);
  }
  const left = candidates.length - seen;
  const last = candidates[seen - 1];
  if (left === 0 || last === undefined) return { revision, entries: found };
  // The next page begins right behind the last key that was looked at. In a namespace the key has a slash in front.
  const next = `${prefix === '' ? '' : '/'}${last.key.slice(prefix.length)}\0`;
  const page = { revision, entries: found, continueToken: encodeContinue({ revision, start: next }) };
  return selects ? page : { ...page, remaining: left };
}

interface PageStart {
  readonly revision: number;
  readonly start: string;
}

function firstPage(store: Store, { resourceVersion, resourceVersionMatch, limit }: ListOptions): PageStart {
  const newest = { revision: store.revision, start: '' };
  if (resourceVersion === '' || resourceVersion === '0') return newest;
  const revision = parseRevision(resourceVersion);
  if (revision === undefined) throw badRequest(`invalid resource version: ${revisionFault(resourceVersion)}`);
  mustBeReached(revision, store);
  const isExact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === '' && limit > 0);
  if (!isExact) return newest;
  if (revision < store.oldestListable) throw expired(EXPIRED_VERSION);
  return { revision, start: '' };
}

function laterPage(store: Store, { continueToken, resourceVersion }: ListOptions): PageStart {
  const { revision, start } = decodeContinue(continueToken);
  if (resourceVersion !== '' && resourceVersion !== '0') {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  if (revision === undefined) return { revision: store.revision, start };
  mustBeReached(revision, store);
  if (revision < store.oldestListable) {
    throw expired(EXPIRED_CONTINUE, encodeContinue({ revision: undefined, start: `/${start}` }));
  }
  return { revision, start };
}

/** Of sorted entries those in front that belong to one namespace. */
function withPrefix(entries: readonly StoredEntry[], prefix: string): readonly StoredEntry[] {
  const end = entries.findIndex(({ key }) => !key.startsWith(prefix));
  return end === -1 ? entries : entries.slice(0, end);
}
