import { CREATED_BY, FOLDER, INTERNAL_ID, UPDATED_BY, UPDATED_TIMESTAMP } from './annotations.js';
import { type ApisResource, DASHBOARDS, FOLDERS, notImplemented } from './apis-errors.js';
import type { StoredDashboard, StoredFolder } from './grafana-store.js';

/** Which form of the contents a version of the API speaks: 0 and 1 are classic. */
export function schemaOf(version: string): 'classic' | 'v2' {
  return version.startsWith('v2') ? 'v2' : 'classic';
}

/** Throws where Grafana would convert between the two schemas: the double cannot. */
export function representDashboard(stored: StoredDashboard, version: string, namespace: string): object {
  if (schemaOf(version) !== stored.schema) {
    throw notImplemented(`a conversion of ${JSON.stringify(stored.uid)} between the classic schema and v2`);
  }
  return represent(DASHBOARDS, { ...stored, generation: stored.version, spec: stored.spec }, version, namespace);
}

export function representFolder(stored: StoredFolder, version: string, namespace: string): object {
  const { title, description, parentUid, version: generation } = stored;
  const spec = { title, ...(description !== '' && { description }) };
  return represent(FOLDERS, { ...stored, generation, spec, folderUid: parentUid }, version, namespace);
}

interface Stored {
  readonly uid: string;
  readonly id: number;
  readonly objectUid: string;
  readonly resourceVersion: string;
  readonly generation: number;
  readonly created: number;
  readonly updated: number;
  readonly createdBy: string;
  readonly updatedBy: string;
  readonly folderUid: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: object;
}

/** facts/grafana.md 3 to 5 and 7: the version is the generation, the folder an annotation, the old id a label. */
function represent({ group, kind }: ApisResource, stored: Stored, version: string, namespace: string): object {
  const { uid, id, generation, resourceVersion, folderUid, createdBy, updatedBy, created, updated } = stored;
  return {
    kind,
    apiVersion: `${group}/${version}`,
    metadata: {
      name: uid,
      namespace,
      uid: stored.objectUid,
      resourceVersion,
      generation,
      creationTimestamp: seconds(created),
      labels: { ...stored.labels, [INTERNAL_ID]: String(id) },
      annotations: {
        ...stored.annotations,
        ...(folderUid !== '' && { [FOLDER]: folderUid }),
        [CREATED_BY]: `user:${createdBy}`,
        ...(generation > 1 && { [UPDATED_BY]: `user:${updatedBy}`, [UPDATED_TIMESTAMP]: seconds(updated) }),
      },
    },
    spec: stored.spec,
    status: {},
  };
}

function seconds(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
