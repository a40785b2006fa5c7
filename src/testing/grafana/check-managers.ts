import { StatusError } from '../status.js';
import { type Annotations, FILE_PROVISIONING, managerOf } from './annotations.js';
import type { GrafanaRules } from './grafana-rules.js';

/**
 * Who may manage a resource (pkg/storage/unified/apistore/managed.go, pkg/apimachinery/utils/manager_errors.go): an
 * unmanaged one may get a manager and a managed one may lose it, but neither kind nor identity may change. Throws 403.
 */
export function checkManagers(rules: GrafanaRules, annotations: Annotations, previous: Annotations | undefined): void {
  const wanted = managerOf(annotations);
  const current = previous && managerOf(previous);
  // The status of a resource that a repository manages is [unverified].
  if (wanted?.kind === 'repo' || current?.kind === 'repo') throw forbidden('this resource is managed by a repository');
  const isNewProvider = wanted?.kind === FILE_PROVISIONING && current?.kind !== FILE_PROVISIONING;
  if (rules.guardsFileProvisioning && isNewProvider) {
    // CVE-2026-13720 (facts/grafana.md, 7); the text is [unverified].
    throw forbidden(`the manager ${FILE_PROVISIONING} may only be set by Grafana`);
  }
  if (!wanted || !current) return;
  if (wanted.kind !== current.kind) {
    const from = `${JSON.stringify(current.kind)} (identity ${JSON.stringify(current.identity)})`;
    const to = `${JSON.stringify(wanted.kind)} (identity ${JSON.stringify(wanted.identity)})`;
    throw forbidden(`Cannot change resource manager kind from ${from} to ${to}; ${FIRST}`, KIND_CONFLICT);
  }
  if (wanted.identity !== current.identity) {
    throw forbidden(`Cannot change resource manager identity; ${FIRST}`);
  }
}

const FIRST = 'remove the existing manager first, then add the new one';
const KIND_CONFLICT = {
  causes: [{ reason: 'ResourceManagerKindConflict', field: 'metadata.annotations[grafana.app/managedBy]' }],
};

function forbidden(message: string, details = {}): StatusError {
  return new StatusError(403, 'Forbidden', message, details);
}
