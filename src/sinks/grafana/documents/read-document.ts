import { isRecord } from '../../../kubernetes/is-record.js';
import type { JsonObject } from '../grafana-api.js';
import { withoutStamp } from './stamp.js';

/** What a document says, whichever of its forms it has. */
export interface GrafanaDocument {
  readonly apiVersion: string | undefined;
  readonly spec: JsonObject;
  /** As it stands there, valid or not; `undefined`: none. */
  readonly uid: unknown;
  /** `grafana.app/folder`. */
  readonly folderUid: unknown;
}

const GROUP = 'dashboard.grafana.app/';
const VERSION = /^v(\d+)(?:(?:alpha|beta)\d+)?$/;

/**
 * Tells the forms of a dashboard apart, or says why it is none, as the end of a sentence:
 *
 * - classic: the dashboard itself;
 * - what Grafana's API answers or takes, `{dashboard, meta}`: the dashboard in it, and nothing else of it;
 * - Kubernetes-style: `apiVersion` of dashboard.grafana.app, `kind: Dashboard`, `metadata`, `spec`. Of `metadata` the name and the folder
 *   count; what an export has besides (managers, who and when, the namespace) is of the Grafana that it came from.
 *
 * `id`, `version` and `uid` are no content: they are of one Grafana, or stand elsewhere. So is a stamp of ours in an exported one.
 */
export function readDocument(json: unknown): GrafanaDocument | string {
  if (!isRecord(json)) return 'it is no JSON object; write the JSON of one dashboard';
  const document = json as JsonObject;
  if ('apiVersion' in document || (isRecord(document['metadata']) && isRecord(document['spec'])))
    return resource(document);
  const inner = document['dashboard'];
  const classic = isRecord(inner) && !('title' in document) ? (inner as JsonObject) : document;
  if (isRecord(classic['elements']) && isRecord(classic['layout'])) {
    return `it is in the v2 schema without its wrapper; write apiVersion (${GROUP}v2), kind, metadata and spec`;
  }
  return { apiVersion: undefined, spec: content(classic), uid: textOf(classic['uid']), folderUid: undefined };
}

function resource({ apiVersion, kind, metadata, spec }: JsonObject): GrafanaDocument | string {
  const version = typeof apiVersion === 'string' && apiVersion.startsWith(GROUP) ? apiVersion.slice(GROUP.length) : '';
  const major = VERSION.exec(version)?.[1];
  if (major === undefined || kind !== 'Dashboard') {
    return `it is a Kubernetes-style document, but no Dashboard of ${GROUP}…; write one dashboard a key, no list and no other kind`;
  }
  if (!isRecord(spec)) return 'it has no spec; write the contents of the dashboard there';
  const { name, annotations } = isRecord(metadata) ? metadata : {};
  const folderUid = isRecord(annotations) ? textOf(annotations['grafana.app/folder']) : undefined;
  const named = textOf(name);
  const shared = { apiVersion: apiVersion as string, folderUid };
  if (Number(major) >= 2) return { ...shared, spec: spec as JsonObject, uid: named };
  const uid = textOf(spec['uid']);
  if (named !== undefined && uid !== undefined && named !== uid) {
    return 'its metadata.name and its spec.uid differ; leave one of them out';
  }
  return { ...shared, spec: content(spec as JsonObject), uid: named ?? uid };
}

function content(spec: JsonObject): JsonObject {
  const { id: _id, version: _version, uid: _uid, ...rest } = withoutStamp(spec);
  return rest;
}

/** Blanks around it do not count in Grafana, and nothing is none. */
function textOf(value: unknown): unknown {
  const text = typeof value === 'string' ? value.trim() : (value ?? '');
  return text === '' ? undefined : text;
}
