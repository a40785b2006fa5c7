import { readFileSync } from 'node:fs';
import { get, type RequestOptions } from 'node:https';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CuttingProxy } from '../chaos/cutting-proxy.js';
import { KubeClient } from '../kube/client.js';
import { writeKubeconfig } from '../kube/kube-connection.js';
import { kubeMissing, kubeOfThisRun } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';

describe.skipIf(kubeMissing)('the API server of the tests', () => {
  let admin: KubeClient;
  let userA: KubeClient;

  beforeAll(() => {
    admin = new KubeClient(kubeOfThisRun());
    userA = new KubeClient(kubeOfThisRun(), 'user-a');
  });
  afterAll(() => {
    admin.close();
    userA.close();
  });

  test('is the version that test/tools/go.mod pins', async () => {
    const goMod = readFileSync(new URL('../tools/go.mod', import.meta.url), 'utf8');
    const pinned = /k8s\.io\/kubernetes (v\S+)/.exec(goMod)?.[1];
    const version = JSON.parse(await admin.ask('GET', '/version')) as { gitVersion: string };
    expect(version.gitVersion).toBe(pinned);
  });

  test('answers WatchList: the objects, then a bookmark that ends the initial ones, then changes', async () => {
    const namespace = await admin.newNamespace();
    await admin.create('configmaps', namespace, { metadata: { name: 'a' }, data: { k: 'v' } });
    const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const events: { type: string; object: { metadata: { name?: string; annotations?: Record<string, string> } } }[] =
      [];
    await new Promise<void>((resolve, reject) => {
      const kube = kubeOfThisRun();
      const headers = { authorization: `Bearer ${kube.adminToken}` };
      const url = `${kube.url}/api/v1/namespaces/${namespace}/configmaps?${query}`;
      get(url, { headers, ca: readFileSync(kube.caFile) }, (answer) => {
        expect(answer.statusCode).toBe(200);
        let text = '';
        answer.on('data', (chunk) => {
          text += chunk;
          const lines = text.split('\n');
          text = lines.pop() ?? '';
          for (const line of lines) events.push(JSON.parse(line));
          if (events.at(-1)?.type === 'BOOKMARK') {
            admin.create('configmaps', namespace, { metadata: { name: 'b' } }).catch(reject);
          }
          if (events.some(({ object }) => object.metadata.name === 'b')) {
            answer.destroy();
            resolve();
          }
        });
      }).on('error', reject);
    });
    expect(events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`)).toEqual([
      'ADDED a',
      'BOOKMARK ',
      'ADDED b',
    ]);
    expect(events[1]?.object.metadata.annotations).toMatchObject({ 'k8s.io/initial-events-end': 'true' });
  });

  test('denies a user without a Role, and allows exactly what a Role grants', async () => {
    const namespace = await admin.newNamespace();
    await expect(userA.list('configmaps', namespace)).rejects.toMatchObject({ status: 403, reason: 'Forbidden' });
    await admin.grant('user-a', namespace, { resources: ['configmaps'], verbs: ['list'] });
    await expect.poll(() => userA.list('configmaps', namespace), { timeout: 10_000 }).toEqual([]);
    await expect(userA.list('secrets', namespace)).rejects.toMatchObject({ status: 403 });
  });

  test('takes objects in bulk, replaces, patches and deletes them', async () => {
    const namespace = await admin.newNamespace();
    const data = { k: 'x'.repeat(5_000) };
    const names = Array.from({ length: 1_000 }, (_, i) => `bulk-${i}`);
    await Promise.all(names.map((name) => admin.create('configmaps', namespace, { metadata: { name }, data })));
    expect(await admin.list('configmaps', namespace)).toHaveLength(1_000);
    await admin.replace('configmaps', namespace, { metadata: { name: 'bulk-0' }, data: { k: 'new' } });
    await admin.patch('configmaps', namespace, 'bulk-0', { metadata: { labels: { l: '1' } } });
    expect(await admin.get('configmaps', namespace, 'bulk-0')).toMatchObject({
      data: { k: 'new' },
      metadata: { labels: { l: '1' } },
    });
    await admin.delete('configmaps', namespace, 'bulk-0');
    await expect(admin.get('configmaps', namespace, 'bulk-0')).rejects.toMatchObject({ status: 404 });
    await admin.deleteAll('configmaps', namespace);
    expect(await admin.list('configmaps', namespace)).toEqual([]);
  });

  test('is reached through the cutting proxy with its certificate verified, and again after a cut', async () => {
    const kube = kubeOfThisRun();
    const proxy = await CuttingProxy.start(kube.port);
    const client = new KubeClient({ ...kube, url: proxy.url });
    expect(await client.get('namespaces', undefined, 'default')).toMatchObject({ metadata: { name: 'default' } });
    expect(proxy.cut()).toBe(1);
    await eventually('asked again', () => client.get('namespaces', undefined, 'default'));
    expect(proxy.accepted).toBe(2);
    client.close();
    await proxy.close();
  });

  test('is reached by a kubeconfig, as the user that it was written for', async () => {
    const config = new KubeConfig();
    config.loadFromFile(await writeKubeconfig(kubeOfThisRun(), 'user-b', { namespace: 'team' }));
    expect(config.getContextObject('test')?.namespace).toBe('team');
    const options: RequestOptions & { headers: Record<string, string> } = { headers: {} };
    await config.applyToHTTPSOptions(options);
    const url = `${config.getCurrentCluster()?.server}/api/v1/namespaces/team/configmaps`;
    const body = await new Promise<string>((resolve, reject) => {
      get(url, options, async (answer) => resolve((await answer.toArray()).join(''))).on('error', reject);
    });
    expect(JSON.parse(body)).toMatchObject({
      code: 403,
      message: expect.stringContaining('User "user-b" cannot list'),
    });
  });
});
