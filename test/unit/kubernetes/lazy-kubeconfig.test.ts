import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { loadCluster } from '../../../src/kubernetes/load-cluster.js';

const loaded = vi.hoisted((): string[] => []);

/** Each is megabytes of memory. */
vi.mock('@kubernetes/client-node', (original) => {
  loaded.push('@kubernetes/client-node');
  return original();
});
vi.mock('js-yaml', (original) => {
  loaded.push('js-yaml');
  return original();
});

test('what reads kubeconfigs is loaded where there is one, and in a pod never', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ks-lazy-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'token'), 'T');
  const env = { KUBERNETES_SERVICE_HOST: '10.1.1.1', KUBERNETES_SERVICE_PORT: '443' };
  const { credentials } = await loadCluster({ env, serviceAccountDir: folder });
  expect((await credentials.current()).headers['authorization']).toBe('Bearer T');
  expect(loaded).toEqual([]);

  const kubeconfig = join(folder, 'config');
  await expect(loadCluster({ env, kubeconfigPaths: [kubeconfig] })).rejects.toThrow('no file is');
  expect(loaded.toSorted()).toEqual(['@kubernetes/client-node', 'js-yaml']);
});
