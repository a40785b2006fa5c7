import { createHash } from 'node:crypto';
import { escapeHarmful } from '../../escape-harmful.js';
import type { WatchedKind, WatchedObject } from '../../model.js';
import type { Correlated } from './correlator.js';

/** An Event of the core group, as it is created. */
export interface EventObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Event';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly involvedObject: Readonly<
    Record<'apiVersion' | 'kind' | 'namespace' | 'name' | 'uid' | 'resourceVersion', string>
  >;
  readonly type: 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly source: { readonly component: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string;
  readonly count: 1;
}

const COMPONENT = 'k8s-sidecar';

const KINDS: Readonly<Record<WatchedKind, string>> = {
  configmap: 'ConfigMap',
  secret: 'Secret',
  namespace: 'Namespace',
};

/** What events.k8s.io allows; clients print no more either. */
const MAX_MESSAGE = 1_024;
const MAX_INSTANCE = 128;

/** DNS-1123 subdomains, as all names of objects here. */
const MAX_NAME = 253;

export interface EventObjectOptions {
  /** The pod's name. */
  readonly instance: string;
  readonly nowMs: number;
}

/**
 * The Event for what is said of `object`.
 *
 * Of the core group, not of events.k8s.io: there `count`, `lastTimestamp` and the message can be changed, which is how an Event is
 * repeated, and `kubectl describe` shows both alike. That finds Events by the object's uid, so an Event without it would be seen
 * by few.
 *
 * The name is a hash of what is said, and not of who says it or when, so that a restart, or a second replica, meets the Event
 * that there is. That of combined ones does not depend on their messages.
 */
export function eventObject(
  object: WatchedObject,
  { notice, combined }: Correlated,
  { instance, nowMs }: EventObjectOptions,
): EventObject {
  const { kind, namespace, name, uid, resourceVersion } = object;
  const { reason, about } = notice;
  const said = combined ? [] : [about, notice.message];
  const message = combined ? `(combined from similar events): ${notice.message}` : notice.message;
  const time = new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName(name, [COMPONENT, uid, reason, ...said]), namespace },
    involvedObject: { apiVersion: 'v1', kind: KINDS[kind], namespace, name, uid, resourceVersion },
    type: 'Warning',
    reason,
    message: cut(escapeHarmful(message), MAX_MESSAGE),
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: cut(instance, MAX_INSTANCE),
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
}

function eventName(name: string, parts: readonly string[]): string {
  const hash = createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 16);
  return name.length + 1 + hash.length <= MAX_NAME ? `${name}.${hash}` : `${COMPONENT}.${hash}`;
}

/** Never through the middle of a character. */
function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
