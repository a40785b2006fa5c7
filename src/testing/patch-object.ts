import { isRecord } from '../kubernetes/is-record.js';
import { invalidValue } from './cause.js';
import { DecodeError } from './decode-error.js';
import { type DecodedObject, decodeObject } from './decode-object.js';
import { jsonMergePatch } from './json-merge-patch.js';
import { jsonPatch } from './json-patch.js';
import { parseMediaType } from './media-type.js';
import type { ResourceSpec } from './resources.js';
import { badRequest, invalid, StatusError } from './status.js';
import type { StoredEntry } from './stored-entry.js';
import { strategicMergePatch } from './strategic-merge-patch.js';

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply';

const TYPES: Readonly<Record<string, PatchType>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
  'application/apply-patch+yaml': 'apply',
};

/** Which patch it is. Throws the API server's 415. */
export function patchType(contentType: string | undefined): PatchType {
  const { type } = parseMediaType(contentType ?? '');
  const found = Object.hasOwn(TYPES, type) ? TYPES[type] : undefined;
  if (!found) throw new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  return found;
}

/** Server-side apply needs the owners of fields, which are not tracked here. */
export function serverSideApplyMissing(): StatusError {
  const message =
    'the embedded Kubernetes API has no server-side apply: use client-side apply (kubectl apply without --server-side), or another patch';
  return new StatusError(415, 'UnsupportedMediaType', message, {});
}

/** A patch as JSON. Throws the API server's 400, without a word of what was sent. */
export function parsePatch(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    throw badRequest('invalid JSON patch');
  }
}

/** What stands there, patched and decoded anew. Throws the API server's 400, 413, 422 and 500. */
export function patchObject(
  entry: StoredEntry,
  patch: unknown,
  type: Exclude<PatchType, 'apply'>,
  spec: ResourceSpec,
): DecodedObject {
  const patched = applyPatchOf(type, entry.object, patch);
  try {
    return decodeObject(patched, spec);
  } catch (error) {
    if (error instanceof DecodeError) throw unfitting(error.message);
    throw error;
  }
}

/** The API server quotes the whole object here; nobody should find a Secret in a message. */
export function unfitting(why: string): StatusError {
  return invalid('', '', [invalidValue('patch', '<the patched object>', why)]);
}

function applyPatchOf(type: Exclude<PatchType, 'apply'>, object: unknown, patch: unknown): unknown {
  if (type === 'json') return jsonPatch(object, patch);
  if (!isRecord(patch)) {
    if (patch === null) throw badRequest('Invalid JSON Patch');
    const kind = Array.isArray(patch) ? 'array' : typeof patch;
    const prefix = type === 'merge' ? 'error decoding patch: ' : '';
    throw badRequest(`${prefix}json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`);
  }
  return type === 'merge' ? jsonMergePatch(object, patch) : strategicMergePatch(object, patch);
}
