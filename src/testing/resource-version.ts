import { StatusError, tooLargeResourceVersion } from './status.js';
import type { Store } from './store.js';

/** A resourceVersion as the number that only the server may take it for; `undefined` for a text that is none. */
export function parseRevision(text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** What Go says of one that is none. */
export function revisionFault(text: string): string {
  const quoted = JSON.stringify(text);
  return `resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`;
}

/** Of a watch and of a get, where none is 0. Throws the API server's 500 (a list answers 400). */
export function requiredRevision(text: string): number {
  const revision = text === '' ? 0 : parseRevision(text);
  if (revision === undefined) throw new StatusError(500, undefined, revisionFault(text));
  return revision;
}

/** Throws the API server's 504: it would wait for that revision, and give up. */
export function mustBeReached(revision: number, store: Store): void {
  if (revision > store.revision) throw tooLargeResourceVersion(revision, store.revision);
}
