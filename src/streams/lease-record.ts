import { isRecord } from '../kubernetes/is-record.js';
import { SourceError } from '../model.js';

/** A Lease of coordination.k8s.io, as far as an election needs it. */
export interface LeaseRecord {
  readonly uid: string;
  readonly resourceVersion: string;
  /** The empty string: nobody. */
  readonly holder: string;
  /** What its holder asked for; 0 where it says nothing. */
  readonly durationMs: number;
  readonly transitions: number;
  /** All of it, to be sent back: fields that we do not know stay. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** The answer to a GET, a POST or a PUT. Throws a `malformed` `SourceError`. */
export function parseLease(answer: unknown): LeaseRecord {
  const { metadata = undefined, spec = {} } = isRecord(answer) ? answer : {};
  const { uid, resourceVersion } = isRecord(metadata) ? metadata : {};
  if (!isRecord(metadata) || !isRecord(spec) || typeof uid !== 'string' || typeof resourceVersion !== 'string') {
    throw new SourceError('malformed', 'The answer of the Kubernetes API to our request for a Lease is not a Lease.');
  }
  const { holderIdentity: holder, leaseDurationSeconds: seconds, leaseTransitions: transitions } = spec;
  // Each version has its owners of fields, none of which is ours to send.
  const { managedFields: _, ...kept } = metadata;
  return {
    uid,
    resourceVersion,
    holder: typeof holder === 'string' ? holder : '',
    durationMs: typeof seconds === 'number' ? seconds * 1_000 : 0,
    transitions: typeof transitions === 'number' ? transitions : 0,
    metadata: kept,
    spec,
  };
}

/** Whether nobody has written its terms in between: a label or an annotation is no renewal. */
export function isSameTerm(one: LeaseRecord, other: LeaseRecord): boolean {
  return one.uid === other.uid && JSON.stringify(one.spec) === JSON.stringify(other.spec);
}

export interface LeaseTerms {
  readonly identity: string;
  readonly leaseMs: number;
  /** As `microTime` gives it. */
  readonly time: string;
}

/** What the Lease says while `identity` holds it; `previous` is what it said before. */
export function heldSpec(previous: LeaseRecord | undefined, { identity, leaseMs, time }: LeaseTerms): object {
  const isRenewal = previous?.holder === identity;
  return {
    ...previous?.spec,
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(leaseMs / 1_000),
    acquireTime: (isRenewal && previous.spec['acquireTime']) || time,
    renewTime: time,
    leaseTransitions: previous === undefined ? 0 : previous.transitions + (isRenewal ? 0 : 1),
  };
}

/** Nobody holds it, and whoever does not look at that has to wait for a second only (as client-go releases). */
export function releasedSpec(previous: LeaseRecord, time: string): object {
  return { ...previous.spec, holderIdentity: '', leaseDurationSeconds: 1, acquireTime: time, renewTime: time };
}

/** Microseconds since 1970 as the API writes them: `2030-01-02T03:04:05.678901Z`. */
export function microTime(micros: number): string {
  const ms = Math.floor(micros / 1_000);
  return new Date(ms).toISOString().replace('Z', `${String(micros - ms * 1_000).padStart(3, '0')}Z`);
}
