import { isRecord } from '../../kubernetes/is-record.js';
import { badRequest, invalid } from '../status.js';
import {
  type Annotations,
  CREATED_BY,
  FOLDER,
  INTERNAL_ID,
  MESSAGE,
  UPDATED_BY,
  UPDATED_TIMESTAMP,
} from './annotations.js';
import type { ApisResource } from './apis-errors.js';
import { type GrafanaWorld, newUid } from './grafana-world.js';
import type { Json } from './read-json.js';

/** A resource as a client writes it, less what the server computes. */
export interface WrittenObject {
  readonly name: string;
  readonly spec: Json;
  /** `''` for the root. */
  readonly folder: string;
  readonly message: string;
  readonly annotations: Annotations;
  readonly labels: Annotations;
  readonly resourceVersion: string;
  /** Of the label; 0 without it. */
  readonly internalId: number;
}

export interface ObjectPlace {
  readonly resource: ApisResource;
  readonly version: string;
  readonly namespace: string;
  /** In the path of an update; `undefined` for a create. */
  readonly name: string | undefined;
}

/** Written by nobody but the server, or never kept (meta.go, prepare.go). */
const COMPUTED = [FOLDER, MESSAGE, CREATED_BY, UPDATED_BY, UPDATED_TIMESTAMP, 'grafana.app/grant-permissions'];

/** Reads a body of /apis as k8s.io/apiserver does, for the version that the path names. Throws its 400 and 422; they quote no content. */
export function readObject(world: GrafanaWorld, body: Buffer, place: ObjectPlace): WrittenObject {
  const json = parse(body);
  checkPlace(json, place);
  const metadata = isRecord(json['metadata']) ? json['metadata'] : {};
  const { name = '', namespace = '', generateName = '', resourceVersion = '' } = metadata;
  if (namespace !== '' && namespace !== place.namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  if (place.name !== undefined && name !== place.name) {
    const given = `(${JSON.stringify(name)}) does not match the name on the URL (${JSON.stringify(place.name)})`;
    throw badRequest(`the name of the object ${given}`);
  }
  const annotations = strings(metadata['annotations']);
  const labels = strings(metadata['labels']);
  if (!isRecord(json['spec'])) throw badRequest('the object has no spec');
  return {
    name: nameOf(world, place.resource, name, generateName),
    spec: json['spec'],
    folder: annotations[FOLDER] ?? '',
    message: annotations[MESSAGE] ?? '',
    annotations: without(annotations, COMPUTED),
    labels: without(labels, [INTERNAL_ID]),
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    internalId: Number(labels[INTERNAL_ID] ?? 0) || 0,
  };
}

function parse(body: Buffer): Json {
  try {
    const json: unknown = JSON.parse(body.toString());
    if (isRecord(json)) return json;
  } catch {
    // The parser's own message would quote it.
  }
  throw badRequest(
    "the object provided is unrecognized (must be of type Dashboard or Folder): couldn't parse it as JSON",
  );
}

function checkPlace(json: Json, { resource, version }: ObjectPlace): void {
  const expected = `${resource.group}/${version}`;
  const { apiVersion, kind } = json;
  if (apiVersion !== expected) {
    const given = `(${JSON.stringify(apiVersion ?? '')}) does not match the expected API version`;
    throw badRequest(`the API version in the data ${given} (${JSON.stringify(expected)})`);
  }
  if (kind !== resource.kind) {
    const given = `${JSON.stringify(kind ?? '')} in version ${JSON.stringify(version)}`;
    throw badRequest(`${given} cannot be handled as a ${resource.kind}`);
  }
}

function nameOf(world: GrafanaWorld, { kind, group }: ApisResource, name: unknown, generateName: unknown): string {
  if (typeof name === 'string' && name !== '') return name;
  if (typeof generateName === 'string' && generateName !== '') return `${generateName}${newUid(world)}`;
  const message = 'Required value: name or generateName is required';
  throw invalid(kind, '', [{ reason: 'FieldValueRequired', message, field: 'metadata.name' }], group);
}

function strings(value: unknown): Annotations {
  const record = value ?? {};
  if (!isRecord(record) || Object.values(record).some((one) => typeof one !== 'string')) {
    throw badRequest('labels and annotations have to be texts');
  }
  return record as Annotations;
}

function without(record: Annotations, keys: readonly string[]): Annotations {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
