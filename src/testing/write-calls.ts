import { isRecord } from '../kubernetes/is-record.js';
import { type ApiCall, entryOf } from './api-call.js';
import { createObject, type Writing } from './create-object.js';
import { DecodeError } from './decode-error.js';
import { type DecodedObject, decodeObject } from './decode-object.js';
import { deleteObject } from './delete-object.js';
import { type DeleteOptions, deleteOptions } from './delete-options.js';
import { goJson } from './go-json.js';
import { withMeta } from './kube-object.js';
import { listOptions } from './list-options.js';
import { parsePatch, patchObject, patchType, serverSideApplyMissing, unfitting } from './patch-object.js';
import { ParseError, parseBody, readBody } from './read-body.js';
import { readList } from './read-list.js';
import { checkName, checkNamespace, checkUid, type PutPlace, replaceObject } from './replace-object.js';
import { representList, representObject } from './represent.js';
import type { ResourceSpec } from './resources.js';
import { type Reply, warningHeaders } from './respond.js';
import { badRequest } from './status.js';
import type { StoredEntry } from './stored-entry.js';
import { type WriteOptions, writeOptions } from './write-options.js';

export async function createCall(call: ApiCall): Promise<Reply> {
  const options = writeOptions('CreateOptions', call.info.query);
  const decoded = await readObject(call, options);
  checkNamespace(decoded.object, call.namespace);
  const entry = createObject(writing(call, options), call.spec, call.namespace, decoded.object);
  return replyOf(entry, 201, call, decoded, options);
}

export async function updateCall(call: ApiCall): Promise<Reply> {
  const options = writeOptions('UpdateOptions', call.info.query);
  const decoded = await readObject(call, options);
  checkName(decoded.object, call.name);
  checkNamespace(decoded.object, call.namespace);
  const { spec, namespace, name } = call;
  const place = { namespace, name, entry: call.context.store.get(spec.resource, namespace, name) };
  if (spec.isLock) return putLock(call, decoded, options, place);
  const entry = entryOf(call);
  checkUid(decoded.object, { ...place, entry }, spec);
  return replyOf(replaceObject(writing(call, options), spec, entry, decoded.object), 200, call, decoded, options);
}

/** A PUT of what may be made by it. That it names a resourceVersion is no obstacle to that, a uid is. */
function putLock(call: ApiCall, decoded: DecodedObject, options: WriteOptions, place: PutPlace): Reply {
  const { spec } = call;
  const { entry, namespace } = place;
  checkUid(decoded.object, place, spec);
  if (entry)
    return replyOf(replaceObject(writing(call, options), spec, entry, decoded.object), 200, call, decoded, options);
  const unversioned = withMeta(decoded.object, { resourceVersion: undefined });
  return replyOf(createObject(writing(call, options), spec, namespace, unversioned), 201, call, decoded, options);
}

export async function patchCall(call: ApiCall): Promise<Reply> {
  const type = patchType(call.request.headers['content-type']);
  const options = writeOptions('PatchOptions', call.info.query, type === 'apply');
  if (type === 'apply') throw serverSideApplyMissing();
  const patch = parsePatch(await readBody(call.request));
  const entry = entryOf(call);
  const decoded = patchObject(entry, patch, type, call.spec);
  if (options.fieldValidation === 'Strict' && decoded.unknownFields.length > 0) {
    throw unfitting(strictError(decoded));
  }
  return replyOf(replaceObject(writing(call, options), call.spec, entry, decoded.object), 200, call, decoded, options);
}

export async function deleteCall(call: ApiCall): Promise<Reply> {
  const options = await readDeleteOptions(call);
  const result = deleteObject(call.context, call.spec, entryOf(call), options);
  const json = 'json' in result ? representObject(result, call.spec, call.view) : goJson(result);
  return { status: 200, json };
}

/** What was found, as it stood before. */
export async function deleteCollectionCall(call: ApiCall): Promise<Reply> {
  const { context, info, spec, namespace, view } = call;
  const options = await readDeleteOptions(call);
  const page = readList(context.store, spec.resource, namespace, listOptions(info.query, spec.resource));
  for (const { name } of page.entries) {
    const entry = context.store.get(spec.resource, namespace, name);
    if (entry) deleteObject(context, spec, entry, options);
  }
  return { status: 200, json: representList(page, spec, view) };
}

async function readObject({ request, spec }: ApiCall, { fieldValidation }: WriteOptions): Promise<DecodedObject> {
  const body = await readBody(request);
  let json: unknown;
  try {
    json = parseBody(body, request.headers['content-type']);
    const decoded = decodeObject(json, spec);
    if (fieldValidation === 'Strict' && decoded.unknownFields.length > 0) throw new DecodeError(strictError(decoded));
    return decoded;
  } catch (error) {
    if (error instanceof DecodeError) {
      throw badRequest(`${givenKind(json, spec)} cannot be handled as a ${spec.kind}: ${error.message}`);
    }
    if (error instanceof ParseError) {
      throw badRequest(`the object provided is unrecognized (must be of type ${spec.kind}): ${error.message}`);
    }
    throw error;
  }
}

function givenKind(json: unknown, spec: ResourceSpec): string {
  const { kind, apiVersion } = isRecord(json) ? json : {};
  const version = String(apiVersion || 'v1').replace(/^.*\//, '');
  return `${kind || spec.kind} in version ${JSON.stringify(version)}`;
}

async function readDeleteOptions({ request, info }: ApiCall): Promise<DeleteOptions> {
  const body = await readBody(request);
  try {
    const json = body.length === 0 ? undefined : parseBody(body, request.headers['content-type']);
    return deleteOptions(json, info.query);
  } catch (error) {
    throw error instanceof DecodeError || error instanceof ParseError ? badRequest(error.message) : error;
  }
}

function writing({ context: { store, now } }: ApiCall, { dryRun }: WriteOptions): Writing {
  return { store, now, dryRun };
}

function replyOf(
  entry: StoredEntry,
  status: number,
  { spec, view }: ApiCall,
  { unknownFields }: DecodedObject,
  { fieldValidation }: WriteOptions,
): Reply {
  const warnings = fieldValidation === 'Warn' ? unknownFields.map(unknownField) : [];
  return { status, json: representObject(entry, spec, view), headers: warningHeaders(warnings) };
}

function strictError({ unknownFields }: DecodedObject): string {
  return `strict decoding error: ${unknownFields.map(unknownField).join(', ')}`;
}

function unknownField(path: string): string {
  return `unknown field ${JSON.stringify(path)}`;
}
