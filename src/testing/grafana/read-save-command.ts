import { isRecord } from '../../kubernetes/is-record.js';
import { booleanField, integerField, type Json, readJson, stringField } from './read-json.js';
import { badRequestData, Refusal } from './refusal.js';

/** POST /api/dashboards/db (SaveDashboardCommand of pkg/services/dashboards/models.go). */
export interface SaveCommand {
  readonly dashboard: Json;
  /** It overrides `folderId` (facts/grafana.md, 3). */
  readonly folderUid: string;
  readonly folderId: number;
  readonly overwrite: boolean;
  readonly message: string;
}

/** Throws the 400 of what cannot be read, or belongs elsewhere. */
export function readSaveCommand(body: Buffer): SaveCommand {
  const json = readJson(body);
  const { dashboard } = json;
  if (dashboard === undefined || dashboard === null) throw badRequestData();
  const command = {
    folderUid: stringField(json, 'folderUid'),
    folderId: integerField(json, 'folderId'),
    overwrite: booleanField(json, 'overwrite'),
    message: stringField(json, 'message'),
  };
  if (booleanField(json, 'isFolder')) throw new Refusal(400, 'Use folders endpoint for saving folders.');
  if (!isRecord(dashboard)) throw new Refusal(400, 'Failed to read dashboard');
  return { dashboard, ...command };
}

/** A Kubernetes-style document (LooksLikeK8sResource, whose own rule is [unverified]). */
export function isWrapped(dashboard: Json): boolean {
  return 'apiVersion' in dashboard || (isRecord(dashboard['metadata']) && isRecord(dashboard['spec']));
}

/** What a classic dashboard is stored as: identity and version are kept beside it. */
export function specOf({ id: _id, uid: _uid, version: _version, ...spec }: Json): Json {
  return spec;
}
