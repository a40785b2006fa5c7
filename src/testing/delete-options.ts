import { invalidValue, notSupported } from './cause.js';
import { unknownKind } from './decode-object.js';
import { decodeStruct } from './decode-struct.js';
import { DELETE_OPTIONS } from './go-type.js';
import { type Cause, invalid } from './status.js';
import { dryRunFaults } from './write-options.js';

export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
  /** The finalizer that the propagation policy puts on the object, for a garbage collector to take it away. */
  readonly finalizer: 'orphan' | 'foregroundDeletion' | undefined;
}

interface Given {
  readonly preconditions?: DeleteOptions['preconditions'];
  readonly propagationPolicy?: string;
  readonly orphanDependents?: boolean;
  readonly dryRun?: readonly string[];
}

const POLICIES = ['Foreground', 'Background', 'Orphan', 'nil'];

/** From the body, or from the query where there is no body. Throws the API server's 422, or a `DecodeError`. */
export function deleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const given = body === undefined ? fromQuery(query) : fromBody(body);
  const { dryRun = [], propagationPolicy, orphanDependents } = given;
  const causes: Cause[] = [];
  if (propagationPolicy !== undefined && !POLICIES.slice(0, 3).includes(propagationPolicy)) {
    causes.push(notSupported('propagationPolicy', propagationPolicy, POLICIES));
  } else if (propagationPolicy !== undefined && orphanDependents !== undefined) {
    const fault = 'orphanDependents and deletionPropagation cannot be both set';
    causes.push(invalidValue('propagationPolicy', propagationPolicy, fault));
  }
  causes.push(...dryRunFaults(dryRun));
  if (causes.length > 0) throw invalid('DeleteOptions', '', causes, 'meta.k8s.io');
  const isOrphan = propagationPolicy === 'Orphan' || orphanDependents === true;
  const isForeground = propagationPolicy === 'Foreground';
  return {
    dryRun: dryRun.length > 0,
    preconditions: given.preconditions ?? {},
    finalizer: isOrphan ? 'orphan' : isForeground ? 'foregroundDeletion' : undefined,
  };
}

function fromBody(body: unknown): Given {
  const { kind = 'DeleteOptions', apiVersion = 'v1', ...given } = decodeStruct(body, DELETE_OPTIONS).value;
  // Every group has its own, all alike.
  if (kind !== 'DeleteOptions') throw unknownKind(kind, apiVersion);
  return given as Given;
}

function fromQuery(query: URLSearchParams): Given {
  const policy = query.get('propagationPolicy');
  return { ...(policy && { propagationPolicy: policy }), dryRun: query.getAll('dryRun') };
}
