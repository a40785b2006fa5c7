import type { IncomingMessage } from 'node:http';
import type { Observable } from 'rxjs';
import type { Answer } from './answer.js';
import type { View } from './represent.js';
import type { RequestInfo } from './request-info.js';
import type { ResourceSpec } from './resources.js';
import { notFound } from './status.js';
import type { Store } from './store.js';
import type { StoredEntry } from './stored-entry.js';

/** What all requests of one server share. */
export interface ApiContext {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly bookmarkIntervalMs: number;
  /** A bookmark to each watch that allows them. */
  readonly bookmarks$: Observable<void>;
  /** Ends all watches as their timeout would. */
  readonly ended$: Observable<void>;
  readonly openWatches: { count: number };
}

/** One request for objects. */
export interface ApiCall {
  readonly context: ApiContext;
  readonly info: RequestInfo;
  readonly spec: ResourceSpec;
  /** `''` where the path names none. */
  readonly namespace: string;
  readonly name: string;
  readonly view: View;
  readonly request: IncomingMessage;
  readonly answer: Answer;
}

/** Throws the API server's 404. */
export function entryOf({ context, spec, namespace, name }: ApiCall): StoredEntry {
  const entry = context.store.get(spec.resource, namespace, name);
  if (!entry) throw notFound(spec.resource, name, spec.group);
  return entry;
}
