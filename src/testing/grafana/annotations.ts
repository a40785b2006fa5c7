import type { GrafanaProvisioning } from './grafana-views.js';

/** pkg/apimachinery/utils/meta.go */
export const FOLDER = 'grafana.app/folder';
export const MESSAGE = 'grafana.app/message';
export const MANAGER_KIND = 'grafana.app/managedBy';
export const MANAGER_ID = 'grafana.app/managerId';
export const MANAGER_ALLOWS_EDITS = 'grafana.app/managerAllowsEdits';
export const SOURCE_PATH = 'grafana.app/sourcePath';
export const INTERNAL_ID = 'grafana.app/deprecatedInternalID';
export const CREATED_BY = 'grafana.app/createdBy';
export const UPDATED_BY = 'grafana.app/updatedBy';
export const UPDATED_TIMESTAMP = 'grafana.app/updatedTimestamp';

export type Annotations = Readonly<Record<string, string>>;

/** pkg/apimachinery/utils/manager.go; a kind that is none of them is no manager. */
const KINDS = [
  'repo',
  'terraform',
  'kubectl',
  'plugin',
  'grafana',
  'classic-file-provisioning',
  'classic-api-provisioning',
  'classic-converted-prometheus',
];
export const FILE_PROVISIONING = 'classic-file-provisioning';

export interface Manager {
  readonly kind: string;
  readonly identity: string;
  readonly allowsEdits: boolean;
}

export function managerOf(annotations: Annotations): Manager | undefined {
  const kind = annotations[MANAGER_KIND];
  if (kind === undefined || !KINDS.includes(kind)) return undefined;
  return {
    kind,
    identity: annotations[MANAGER_ID] ?? '',
    allowsEdits: annotations[MANAGER_ALLOWS_EDITS] === 'true',
  };
}

/** Grafana keeps the origin of a provisioned dashboard as its manager. */
export function provisioningOf(annotations: Annotations): GrafanaProvisioning | undefined {
  const manager = managerOf(annotations);
  if (manager?.kind !== FILE_PROVISIONING) return undefined;
  return {
    name: manager.identity,
    externalId: annotations[SOURCE_PATH] ?? '',
    allowUiUpdates: manager.allowsEdits,
  };
}

export function provisioningAnnotations({ name, externalId, allowUiUpdates }: GrafanaProvisioning): Annotations {
  return {
    [MANAGER_KIND]: FILE_PROVISIONING,
    [MANAGER_ID]: name,
    [SOURCE_PATH]: externalId,
    ...(allowUiUpdates && { [MANAGER_ALLOWS_EDITS]: 'true' }),
  };
}
