import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Subscription } from 'rxjs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type ConnectedCluster,
  connectCluster,
  listObjects,
  loadCluster,
  pollObjects,
  type ResourceEvent,
  type Scope,
  watchObjects,
} from '../../../src/streams/index.js';
import { type EmbeddedKubernetes, startEmbeddedKubernetes } from '../../../src/testing/index.js';
import { eventually } from '../../support/eventually.js';
import { configMap } from './ask.js';

const scope: Scope = { kind: 'configmap', namespace: 'default', labelSelector: 'wanted' };
const wanted = { labels: { wanted: '' } };

describe.each([
  ['over TLS', true],
  ['without TLS', false],
])('on an embedded API %s', (_, tls) => {
  let kubernetes: EmbeddedKubernetes;
  let cluster: ConnectedCluster;
  let folder: string;
  let seen: string[];
  let subscription: Subscription | undefined;

  beforeEach(async () => {
    kubernetes = await startEmbeddedKubernetes({ tls });
    folder = mkdtempSync(join(tmpdir(), 'embedded-'));
    writeFileSync(join(folder, 'config'), kubernetes.kubeconfig());
    cluster = connectCluster(
      await loadCluster({ env: { KUBECONFIG: join(folder, 'config') }, serviceAccountDir: folder }),
    );
    seen = [];
  });
  afterEach(async () => {
    subscription?.unsubscribe();
    await kubernetes.close();
    rmSync(folder, { recursive: true });
  });

  const note = (event: ResourceEvent): void => {
    if (event.type === 'apply' || event.type === 'init-apply') seen.push(`${event.type} ${event.object.name}`);
    else if (event.type === 'delete') seen.push(`delete ${event.key}`);
    else if (event.type === 'failed') seen.push(`failed ${event.error.code}`);
    else if (event.type !== 'alive') seen.push(event.type);
  };
  const become = (expected: readonly string[]) =>
    eventually(expected.join(', '), () => seen.join() === expected.join(), { seen: () => seen });

  test('watchObjects lists, follows, and comes back after cut connections and a compaction', async () => {
    for (const name of ['a', 'b']) kubernetes.apply(configMap(name, {}, wanted));
    kubernetes.apply(configMap('unwanted'));
    subscription = watchObjects(cluster, scope, { errorBaseMs: 1, errorMaxMs: 5 }).subscribe(note);
    const listed = ['init', 'init-apply a', 'init-apply b', 'init-done'];
    await become(listed);

    kubernetes.apply(configMap('c', {}, wanted));
    kubernetes.apply(configMap('a'));
    kubernetes.remove('configmaps', 'default', 'b');
    const followed = [...listed, 'apply c', 'delete configmap/default/a', 'delete configmap/default/b'];
    await become(followed);

    kubernetes.fail({ verb: 'watch' }, { type: 'status', status: 503 }, { times: 1 });
    kubernetes.cutConnections();
    kubernetes.apply(configMap('d', {}, wanted));
    kubernetes.compact();
    await eventually(
      'it has relisted',
      () => seen.slice(followed.length).join().includes('init-apply c,init-apply d,init-done'),
      {
        seen: () => seen,
      },
    );
    expect(seen).toContain('failed expired');
  });

  test('watchObjects is the one watch that is asked for, and it lets go', async () => {
    subscription = watchObjects(cluster, scope).subscribe(note);
    await become(['init', 'init-done']);
    expect([kubernetes.openWatches, kubernetes.requests.map(({ verb }) => verb)]).toEqual([1, ['watch']]);
    subscription.unsubscribe();
    await eventually('the watch is closed', () => kubernetes.openWatches === 0);
  });

  test('listObjects reads all pages', async () => {
    for (let i = 0; i < 5; i += 1) kubernetes.apply(configMap(`c${i}`, {}, wanted));
    await new Promise<void>((resolve, reject) => {
      subscription = listObjects(cluster, scope, { pageSize: 2 }).subscribe({
        next: note,
        complete: resolve,
        error: reject,
      });
    });
    expect(seen).toEqual(['init', ...[0, 1, 2, 3, 4].map((i) => `init-apply c${i}`), 'init-done']);
    expect(kubernetes.requests).toHaveLength(3);
  });

  test('pollObjects lists again and again', async () => {
    subscription = pollObjects(cluster, scope, { intervalMs: 10 }).subscribe(note);
    await eventually('it has listed', () => seen.includes('init-done'));
    kubernetes.apply(configMap('late', {}, wanted));
    await eventually('it is found', () => seen.includes('init-apply late'));
  });
});
