import type { TestProject } from 'vitest/node';
import { buildKubeBinaries, GoMissingError, type KubeBinaries } from './build-binaries.js';
import type { KubeConnection } from './kube-connection.js';
import { startKube } from './start-kube.js';

/** What the global setup tells the tests. */
export type KubeProvision =
  | { readonly available: true; readonly connection: KubeConnection; readonly binaries: KubeBinaries }
  | { readonly available: false; readonly reason: string };

declare module 'vitest' {
  interface ProvidedContext {
    kube: KubeProvision;
  }
}

/**
 * One kube-apiserver with etcd for the whole run. Where Go is missing the tests that need it are skipped, and a line
 * says so; in CI that is a failure, since a skipped suite would look like a passed one.
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const toolsDir = new URL('../tools', import.meta.url).pathname;
  try {
    const binaries = await buildKubeBinaries(toolsDir, process.env, say);
    const { stop, ...connection } = await startKube(binaries);
    project.provide('kube', { available: true, connection, binaries });
    return stop;
  } catch (error) {
    if (!(error instanceof GoMissingError) || process.env['CI']) throw error;
    say(`SKIPPED: every test against a real API server. ${error.message}`);
    project.provide('kube', { available: false, reason: error.message });
    return undefined;
  }
}

function say(line: string): void {
  process.stderr.write(`[kube] ${line}\n`);
}
