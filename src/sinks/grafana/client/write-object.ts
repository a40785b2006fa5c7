import { STAMP_ANNOTATIONS, stampAnnotations, stampedSpec } from '../documents/stamp.js';
import type { DashboardWrite, JsonObject } from '../grafana-api.js';
import { isClassic } from './api-versions.js';
import { FOLDER, type ForeignMetadata } from './apis-object.js';
import { dashboardContent } from './dashboard-content.js';

/** Goes into the history (pkg/apimachinery/utils/meta.go). */
const MESSAGE = 'grafana.app/message';

/** The object to be written in `version`, with both forms of our stamp where the contents can hold one. */
export function writeObject(
  { uid, folderUid, message, spec, stamp, replaces }: DashboardWrite,
  { version, namespace, foreign }: { version: string; namespace: string; foreign: ForeignMetadata | undefined },
): JsonObject {
  const folder = folderUid ?? replaces?.folderUid ?? '';
  const { labels = {}, annotations = {} } = foreign ?? {};
  const kept = Object.entries(annotations).filter(([key]) => !OUR_ANNOTATIONS.includes(key));
  return {
    apiVersion: `dashboard.grafana.app/${version}`,
    kind: 'Dashboard',
    metadata: {
      name: uid,
      namespace,
      ...(replaces?.resourceVersion !== undefined && { resourceVersion: replaces.resourceVersion }),
      ...(Object.keys(labels).length > 0 && { labels }),
      annotations: {
        ...Object.fromEntries(kept),
        ...stampAnnotations(stamp),
        ...(folder !== '' && { [FOLDER]: folder }),
        ...(message !== '' && { [MESSAGE]: message }),
      },
    },
    spec: isClassic(version) ? stampedSpec(dashboardContent(spec), stamp) : spec,
  };
}

const OUR_ANNOTATIONS: readonly string[] = [FOLDER, MESSAGE, ...STAMP_ANNOTATIONS];
