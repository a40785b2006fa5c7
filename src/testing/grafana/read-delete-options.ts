import { isRecord } from '../../kubernetes/is-record.js';
import { badRequest } from '../status.js';
import { type ApisResource, resourceConflict } from './apis-errors.js';

export interface DeleteOptions {
  /** `gracePeriodSeconds: 0` skips what would refuse a delete (validateDelete of register.go). */
  readonly isForced: boolean;
}

/** DeleteOptions in the body, with their preconditions. Throws 400 and 409. */
export function readDeleteOptions(
  body: Buffer,
  resource: ApisResource,
  { uid: name, objectUid, resourceVersion }: { uid: string; objectUid: string; resourceVersion: string },
): DeleteOptions {
  if (body.length === 0) return { isForced: false };
  const options = parse(body);
  const preconditions = isRecord(options['preconditions']) ? options['preconditions'] : {};
  const current = { uid: objectUid, resourceVersion };
  for (const field of ['uid', 'resourceVersion'] as const) {
    const wanted = preconditions[field] ?? current[field];
    if (wanted !== current[field]) {
      const why = `the ${field === 'uid' ? 'UID' : 'ResourceVersion'} in the precondition is not that of the object`;
      throw resourceConflict(resource, name, `Precondition failed: ${why}`);
    }
  }
  return { isForced: options['gracePeriodSeconds'] === 0 };
}

function parse(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    const json: unknown = JSON.parse(body.toString());
    if (isRecord(json)) return json;
  } catch {
    // The parser's own message would quote it.
  }
  throw badRequest("couldn't parse DeleteOptions as JSON");
}
