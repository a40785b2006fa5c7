/** One thing that is wrong with an object or an option. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface StatusDetails {
  readonly name?: string | undefined;
  readonly group?: string | undefined;
  readonly kind?: string | undefined;
  readonly uid?: string | undefined;
  readonly causes?: readonly Partial<Cause>[];
  readonly retryAfterSeconds?: number;
}

/** The API's answer to what went wrong, and to a delete. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string };
  readonly status: 'Success' | 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

/** An answer that is no success: thrown where it is found, answered at the edge. Texts are kube-apiserver's (1.37). */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly code = 'status';
  readonly status: Status;
  readonly httpStatus: number;

  constructor(
    httpStatus: number,
    reason: string | undefined,
    message: string,
    details?: StatusDetails,
    continueToken?: string,
  ) {
    super(message);
    this.httpStatus = httpStatus;
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: continueToken === undefined ? {} : { continue: continueToken },
      status: 'Failure',
      message,
      ...(reason && { reason }),
      ...(details && { details }),
      code: httpStatus,
    };
  }
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function notFound(plural: string, name: string, group = ''): StatusError {
  const message = `${qualified(plural, group)} ${JSON.stringify(name)} not found`;
  return new StatusError(404, 'NotFound', message, named(name, plural, group));
}

/** For paths that lead nowhere. */
export function unknownPath(): StatusError {
  return new StatusError(404, 'NotFound', 'the server could not find the requested resource', {});
}

export function methodNotAllowed(): StatusError {
  const message = 'the server does not allow this method on the requested resource';
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

export function notAcceptable(message: string, details?: StatusDetails): StatusError {
  return new StatusError(406, 'NotAcceptable', message, details);
}

export function alreadyExists(plural: string, name: string, isBeingDeleted: boolean, group = ''): StatusError {
  const what = `${qualified(plural, group)} ${JSON.stringify(name)} already exists`;
  const message = isBeingDeleted ? `object is being deleted: ${what}` : what;
  return new StatusError(409, 'AlreadyExists', message, named(name, plural, group));
}

/** `what` is the plural, or the kind: the API server says now this, now that. */
export function conflict(what: string, name: string, why: string, group = ''): StatusError {
  const message = `Operation cannot be fulfilled on ${qualified(what, group)} ${JSON.stringify(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, named(name, what, group));
}

export function modifiedMeanwhile(plural: string, name: string, group = ''): StatusError {
  const why = 'the object has been modified; please apply your changes to the latest version and try again';
  return conflict(plural, name, why, group);
}

export function expired(message: string, continueToken?: string): StatusError {
  return new StatusError(410, 'Expired', message, undefined, continueToken);
}

export function tooLargeResourceVersion(asked: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
}

/** `kind` as `ConfigMap`, or `ListOptions` with the group `meta.k8s.io`. */
export function invalid(kind: string, name: string, causes: readonly Cause[], group = ''): StatusError {
  const texts = causes.map(({ field, message }) => `${field}: ${message}`);
  const list = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new StatusError(422, 'Invalid', `${qualified(kind, group)} ${JSON.stringify(name)} is invalid: ${list}`, {
    ...(name !== '' && { name }),
    ...(group !== '' && { group }),
    ...(kind !== '' && { kind }),
    causes,
  });
}

export function unsupportedMediaType(message: string): StatusError {
  return new StatusError(415, 'UnsupportedMediaType', message);
}

export function tooLarge(message: string): StatusError {
  return new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
}

/** The core group has no name. */
function qualified(what: string, group: string): string {
  return group === '' ? what : `${what}.${group}`;
}

function named(name: string, kind: string, group: string): StatusDetails {
  return { name, ...(group !== '' && { group }), kind };
}
