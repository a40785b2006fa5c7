import { isRecord } from '../../../kubernetes/is-record.js';
import { readStamp, STAMP_TAG, withoutStamp } from '../documents/stamp.js';
import type { JsonObject, ListedDashboard, Management, RemoteDashboard, SavedDashboard } from '../grafana-api.js';
import { isClassic } from './api-versions.js';
import { dashboardContent } from './dashboard-content.js';
import { folderUidOf } from './dashboard-family.js';

/** pkg/apimachinery/utils/meta.go */
export const FOLDER = 'grafana.app/folder';
const MANAGER_KIND = 'grafana.app/managedBy';
const FILE_PROVISIONING = 'classic-file-provisioning';

type Texts = Readonly<Record<string, string>>;

/** What somebody else may have written beside a dashboard, and what we write has to keep. */
export interface ForeignMetadata {
  readonly labels: Texts;
  readonly annotations: Texts;
}

export interface ApisDashboard extends ForeignMetadata {
  readonly remote: RemoteDashboard;
  /** `v2` of one that is stored so, and was converted. */
  readonly storedVersion: string | undefined;
}

/** A dashboard as `/apis` gives it; `undefined` for what is none. */
export function readDashboard(json: unknown): ApisDashboard | undefined {
  const found = readMetadata(json);
  if (found === undefined || !isRecord(json) || !isRecord(json['spec'])) return undefined;
  const { apiVersion, status } = json;
  if (typeof apiVersion !== 'string') return undefined;
  const { uid, annotations, labels } = found;
  const spec = json['spec'] as JsonObject;
  const stamp = readStamp({ uid, spec, annotations });
  const conversion = isRecord(status) && isRecord(status['conversion']) ? status['conversion'] : {};
  const { storedVersion } = conversion;
  return {
    remote: {
      uid,
      title: typeof spec['title'] === 'string' ? spec['title'] : '',
      folderUid: folderUidOf(annotations[FOLDER]),
      version: found.version,
      resourceVersion: found.resourceVersion,
      management: managementOf(uid, annotations, stamp !== undefined),
      stamp,
      apiVersion,
      spec: isClassic(versionOf(apiVersion)) ? dashboardContent(withoutStamp(spec)) : spec,
    },
    labels,
    annotations,
    storedVersion: typeof storedVersion === 'string' ? storedVersion : undefined,
  };
}

/** One item of a list, with its contents or without. `isOurs` is unknown of one without, where its annotations do not tell. */
export interface ListedItem {
  readonly listed: ListedDashboard;
  readonly isOurs: boolean | undefined;
}

export function readItem(json: unknown): ListedItem | undefined {
  const found = readMetadata(json);
  if (found === undefined || !isRecord(json)) return undefined;
  const { uid, version, annotations } = found;
  const spec = isRecord(json['spec']) ? (json['spec'] as JsonObject) : undefined;
  const stamp = readStamp({ uid, spec: spec ?? {}, annotations });
  const listed = { uid, folderUid: folderUidOf(annotations[FOLDER]), version, stamp };
  if (stamp !== undefined) return { listed, isOurs: true };
  const tags = spec?.['tags'];
  return { listed, isOurs: spec && Array.isArray(tags) && tags.includes(STAMP_TAG) };
}

export function readSavedObject(json: unknown): SavedDashboard | undefined {
  const found = readMetadata(json);
  return found && { uid: found.uid, version: found.version, folderUid: folderUidOf(found.annotations[FOLDER]) };
}

/** `v1` of `dashboard.grafana.app/v1`. */
export function versionOf(apiVersion: string): string {
  return apiVersion.slice(apiVersion.indexOf('/') + 1);
}

interface Metadata extends ForeignMetadata {
  readonly uid: string;
  readonly version: string;
  readonly resourceVersion: string | undefined;
}

function readMetadata(json: unknown): Metadata | undefined {
  const metadata = isRecord(json) ? json['metadata'] : undefined;
  if (!isRecord(metadata) || typeof metadata['name'] !== 'string' || metadata['name'] === '') return undefined;
  const { name, generation, resourceVersion } = metadata;
  return {
    uid: name,
    // One that was made by an old Grafana may have none yet.
    version: typeof generation === 'number' ? String(generation) : '0',
    resourceVersion: typeof resourceVersion === 'string' && resourceVersion !== '' ? resourceVersion : undefined,
    labels: textsIn(metadata['labels']),
    annotations: textsIn(metadata['annotations']),
  };
}

function textsIn(value: unknown): Texts {
  const entries = isRecord(value) ? Object.entries(value).filter(([, text]) => typeof text === 'string') : [];
  return Object.fromEntries(entries) as Texts;
}

function managementOf(uid: string, annotations: Texts, isStamped: boolean): Management {
  const kind = annotations[MANAGER_KIND] ?? '';
  if (kind === FILE_PROVISIONING) return 'provisioned';
  // Annotations of ours beside a broken stamp: nobody's, and whoever adopts it may.
  const isForeign = kind !== '' && readStamp({ uid, spec: {}, annotations }) === undefined;
  if (isForeign) return 'managed';
  return isStamped ? 'stamped' : 'nobody';
}
