import { inject } from 'vitest';
import type { KubeBinaries } from './build-binaries.js';
import type { KubeProvision } from './global-setup.js';
import type { KubeConnection } from './kube-connection.js';

const provision: KubeProvision | undefined = inject('kube');

/** For `describe.skipIf(kubeMissing)`. The global setup decides whether a missing API server may be skipped at all. */
export const kubeMissing: boolean = !provision?.available;

/** The API server of this run. Call it inside tests and hooks: at the top level it would fail where they are skipped. */
export function kubeOfThisRun(): KubeConnection {
  return available().connection;
}

/** The programs it was started from, and its kubectl. Call it where `kubeOfThisRun` may be called. */
export function kubeBinariesOfThisRun(): KubeBinaries {
  return available().binaries;
}

function available(): Extract<KubeProvision, { available: true }> {
  if (provision?.available) return provision;
  throw new Error(
    `No API server in this run: ${provision?.reason ?? 'it was started without test/kube/global-setup.ts'}`,
  );
}
