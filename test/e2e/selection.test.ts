import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { KubeClient } from '../kube/client.js';
import type { KubeUser } from '../kube/kube-connection.js';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import type { Sidecar } from '../support/run-sidecar.js';
import { filesIn } from './cluster-model.js';
import { type Given, given } from './sidecar-under-test.js';

const rbac = '/apis/rbac.authorization.k8s.io/v1';

/** Lets a user read the cluster's namespaces until the test is over: others use the same API server. */
async function mayReadNamespaces(client: KubeClient, user: KubeUser): Promise<void> {
  const name = `${user}-${randomBytes(4).toString('hex')}`;
  const apiGroup = 'rbac.authorization.k8s.io';
  await client.ask('POST', `${rbac}/clusterroles`, {
    metadata: { name },
    rules: [{ apiGroups: [''], resources: ['namespaces'], verbs: ['get', 'list', 'watch'] }],
  });
  await client.ask('POST', `${rbac}/clusterrolebindings`, {
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    subjects: [{ apiGroup, kind: 'User', name: user }],
  });
  onTestFinished(() => client.ask('DELETE', `${rbac}/clusterrolebindings/${name}`).then(() => {}));
}

/** A namespace with one ConfigMap, whose file is called as the namespace is. */
async function addNamespace(client: KubeClient, name: string, labels: Record<string, string> = {}): Promise<void> {
  await client.create('namespaces', undefined, { metadata: { name, labels } });
  await client.create('configmaps', name, {
    metadata: { name: 'x', labels: { collect: 'yes' } },
    data: { [name]: name },
  });
}

/** As kubectl delete, and then what the controller does in a whole cluster; but its objects are left, since nobody removes them here. */
async function removeNamespace(client: KubeClient, name: string): Promise<void> {
  await client.delete('namespaces', undefined, name);
  const namespace = await client.get('namespaces', undefined, name);
  await client.ask('PUT', `/api/v1/namespaces/${name}/finalize`, { ...namespace, spec: { finalizers: [] } });
}

const files = ({ folder }: Given) => (existsSync(folder) ? [...filesIn(folder).keys()].sort() : []);
const synced = (sidecar: Sidecar) =>
  sidecar.waitFor('synced', (logs) => logs.some(({ msg }) => msg === 'the initial sync is done'));
/** Names no other test's namespace: all are in one cluster. */
const newPrefix = () => `s-${randomBytes(4).toString('hex')}`;

async function sample(sidecar: Sidecar, name: string): Promise<string | undefined> {
  const { body } = await sidecar.health('/metrics');
  return body.split('\n').find((line) => line.startsWith(`k8s_sidecar_${name} `));
}

describe.skipIf(kubeMissing)('objects', () => {
  async function withObjects(): Promise<Given> {
    const world = await given();
    const put = (name: string, labels: Record<string, string>) =>
      world.client.create('configmaps', world.namespace, { metadata: { name, labels }, data: { [name]: name } });
    await put('a', { collect: 'yes', app: 'a' });
    await put('b', { collect: 'yes', app: 'b' });
    await put('c', { app: 'c', test: '' });
    await put('d', { app: 'a', test: '' });
    return world;
  }
  const collected = async (env: Record<string, string>) => {
    const world = await withObjects();
    expect((await world.start({ METHOD: 'LIST', ...env }).exited).code).toBe(0);
    return files(world);
  };

  it.each<[claim: string, env: Record<string, string>, wanted: string[]]>([
    ['a set of values', { LABEL: '', LABEL_SELECTOR: 'app in (a, c)' }, ['a', 'c', 'd']],
    ['an absent label', { LABEL: '', LABEL_SELECTOR: 'app, !test' }, ['a', 'b']],
    ['beside LABEL both must hold', { LABEL_SELECTOR: 'app notin (b)' }, ['a']],
    ['fields alone', { LABEL: '', FIELD_SELECTOR: 'metadata.name=c' }, ['c']],
    ['fields beside LABEL', { FIELD_SELECTOR: ' metadata.name != a ' }, ['b']],
    ['fields beside names', { RESOURCE_NAME: 'a,c', FIELD_SELECTOR: 'metadata.name!=a' }, ['c']],
  ])('are selected by %s', async (_, env, wanted) => {
    expect(await collected(env)).toEqual(wanted);
  });

  it('come and go as they begin and cease to match', async () => {
    const world = await withObjects();
    const sidecar = world.start({ LABEL: '', LABEL_SELECTOR: 'app in (a),!test' });
    await synced(sidecar);
    expect(files(world)).toEqual(['a']);
    const relabel = (name: string, labels: object) =>
      world.client.patch('configmaps', world.namespace, name, { metadata: { labels } });
    await relabel('d', { test: null });
    await eventually('one begins to match', () => `${files(world)}` === 'a,d');
    await relabel('a', { app: 'b' });
    await eventually('one ceases to match', () => `${files(world)}` === 'd');
  });

  it('Secrets by type, also where a content is fetched again', async () => {
    const world = await given();
    const put = (name: string, type: string, key: string) =>
      world.client.create('secrets', world.namespace, {
        metadata: { name, labels: { collect: '' } },
        type,
        data: { [key]: Buffer.from(name).toString('base64') },
      });
    await put('first', 'Opaque', 'shared');
    await put('other', 'example.com/x', 'foreign');
    const sidecar = world.start({ RESOURCE: 'secret', FIELD_SELECTOR: 'type=Opaque' });
    await synced(sidecar);
    expect(files(world)).toEqual(['shared']);
    await put('second', 'Opaque', 'shared');
    await sidecar.waitFor('the file is wanted twice', (logs) => logs.some(({ msg }) => msg.startsWith('two objects')));
    await world.client.delete('secrets', world.namespace, 'first');
    await eventually('the second takes over', () => filesIn(world.folder).get('shared') === 'second');
  });

  it.each([
    [{ FIELD_SELECTOR: 'status.phase=x' }, 'FIELD_SELECTOR'],
    [{ FIELD_SELECTOR: 'type=Opaque' }, 'RESOURCE'],
    [{ LABEL_SELECTOR: 'a in' }, 'LABEL_SELECTOR'],
    [{ NAMESPACE_SELECTOR: '=' }, 'NAMESPACE_SELECTOR'],
    [{ NAMESPACE: 'team-[ab]' }, 'NAMESPACE'],
    [{ LABEL: '' }, 'LABEL'],
  ])('%j stops the start', async (env, variable) => {
    const world = await given();
    const sidecar = world.start(env as Record<string, string>);
    expect((await sidecar.exited).code).toBe(2);
    expect(sidecar.logs.map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      expect.stringMatching(new RegExp(`^CRITICAL Expected \`${variable}\``)),
    ]);
  });
});

describe.skipIf(kubeMissing)('namespaces', () => {
  it('by globs and exclusions, as they are made, deleted and made again', async () => {
    const world = await given();
    const { client } = world;
    const p = newPrefix();
    await addNamespace(client, `${p}-a`);
    await addNamespace(client, `${p}-not-b`);
    const sidecar = world.start({ NAMESPACE: `${p}-*,!*-not-?` });
    await synced(sidecar);
    expect(files(world)).toEqual([`${p}-a`]);
    await addNamespace(client, `${p}-c`);
    await addNamespace(client, `${p}-not-d`);
    await eventually('one joined', () => `${files(world)}` === `${p}-a,${p}-c`);
    await removeNamespace(client, `${p}-c`);
    await eventually('one left', () => `${files(world)}` === `${p}-a`);
    await client.create('namespaces', undefined, { metadata: { name: `${p}-c` } });
    await eventually('it is there again', () => `${files(world)}` === `${p}-a,${p}-c`);
    await client.patch('configmaps', `${p}-c`, 'x', { data: { more: '' } });
    await eventually('and watched', () => files(world).includes('more'));
    const { body } = await sidecar.health('/metrics');
    expect(body).toContain(`k8s_sidecar_objects{resource="configmap",namespace="${p}-c"} 1`);
    expect(body).not.toContain(`${p}-not`);
  });

  it('all but some', async () => {
    const world = await given();
    const p = newPrefix();
    await addNamespace(world.client, `${p}-a`);
    await addNamespace(world.client, `${p}-b`);
    // Of the others in this cluster only ours have this label.
    await world.client.patch('configmaps', `${p}-a`, 'x', { metadata: { labels: { [p]: '' } } });
    await world.client.patch('configmaps', `${p}-b`, 'x', { metadata: { labels: { [p]: '' } } });
    expect((await world.start({ LABEL: p, NAMESPACE: `!${p}-b`, METHOD: 'LIST' }).exited).code).toBe(0);
    expect(files(world)).toEqual([`${p}-a`]);
  });

  it('by their labels, as these are added and removed', async () => {
    const world = await given();
    const { client } = world;
    const p = newPrefix();
    for (const name of ['a', 'b', 'c']) await addNamespace(client, `${p}-${name}`, name === 'a' ? { [p]: 'on' } : {});
    const sidecar = world.start({ NAMESPACE_SELECTOR: `${p} in (on)` });
    await synced(sidecar);
    expect(files(world)).toEqual([`${p}-a`]);
    const label = (name: string, value: string | null) =>
      client.patch('namespaces', undefined, `${p}-${name}`, { metadata: { labels: { [p]: value } } });
    await label('b', 'on');
    await eventually('one joined', () => `${files(world)}` === `${p}-a,${p}-b`);
    await label('a', 'off');
    await eventually('one left', () => `${files(world)}` === `${p}-b`);
    await label('a', 'on');
    await label('b', null);
    await eventually('they changed places', () => `${files(world)}` === `${p}-a`);
  });

  it('by labels and names: both must hold', async () => {
    const world = await given();
    const p = newPrefix();
    for (const name of ['a', 'b', 'c'])
      await addNamespace(world.client, `${p}-${name}`, name === 'c' ? {} : { [p]: '' });
    const env = { NAMESPACE_SELECTOR: p, NAMESPACE: `${p}-b,${p}-c,gone` };
    expect((await world.start({ ...env, METHOD: 'LIST' }).exited).code).toBe(0);
    expect(files(world)).toEqual([`${p}-b`]);
  });

  it('are looked at in each round of METHOD=SLEEP', async () => {
    const world = await given();
    const p = newPrefix();
    await addNamespace(world.client, `${p}-a`, { [p]: '' });
    const sidecar = world.start({ NAMESPACE_SELECTOR: p, METHOD: 'SLEEP', SLEEP_TIME: '0.3' });
    await synced(sidecar);
    await addNamespace(world.client, `${p}-b`, { [p]: '' });
    await eventually('one joined', () => `${files(world)}` === `${p}-a,${p}-b`);
    await removeNamespace(world.client, `${p}-a`);
    await eventually('one left', () => `${files(world)}` === `${p}-b`);
  });

  it('one that may not be read is a warning, holds nobody up, and keeps its files; and joins when it may', async () => {
    const world = await given();
    const { client } = world;
    const p = newPrefix();
    for (const name of ['a', 'b']) await addNamespace(client, `${p}-${name}`);
    const env = { NAMESPACE: `${p}-*`, KUBECONFIG: await world.kubeconfig('user-d'), ERROR_THROTTLE_SLEEP: '0.3' };
    await mayReadNamespaces(client, 'user-d');
    const rule = { resources: ['configmaps'], verbs: ['get', 'list', 'watch'] };
    await client.grant('user-d', `${p}-a`, rule);
    // The earlier life could read both.
    const { KUBECONFIG: _, ...asAdmin } = env;
    expect((await world.start({ ...asAdmin, METHOD: 'LIST' }).exited).code).toBe(0);
    expect(files(world)).toEqual([`${p}-a`, `${p}-b`]);
    await client.patch('configmaps', `${p}-b`, 'x', { data: { [`${p}-b`]: null, [`${p}-late`]: '' } });

    const list = world.start({ ...env, METHOD: 'LIST' });
    expect((await list.exited).code).toBe(0);
    expect((await world.start({ ...env, METHOD: 'LIST', LIST_STRICT: 'true' }).exited).code).toBe(1);

    const sidecar = world.start(env);
    await synced(sidecar);
    const tries = () => sample(sidecar, 'watch_restarts_total{resource="configmap",reason="forbidden"}');
    await eventually('it was tried again', async () => Number((await tries())?.split(' ').at(-1)) > 2);
    const warnings = sidecar.logs.filter(({ level }) => level === 'WARNING');
    expect(warnings.map(({ msg }) => msg)).toEqual([
      `user-d may not watch configmaps in namespace "${p}-b": add a Role there with apiGroups [""], resources ["configmaps"], verbs ["get","list","watch"], and a RoleBinding for user-d.`,
    ]);
    expect(await sidecar.health('/readyz')).toMatchObject({ status: 200 });
    expect(await sidecar.health('/healthz')).toMatchObject({ status: 200 });
    expect(await sample(sidecar, 'scopes_failing')).toBe('k8s_sidecar_scopes_failing 1');
    expect(files(world)).toEqual([`${p}-a`, `${p}-b`]);

    await client.grant('user-d', `${p}-b`, rule);
    await eventually('it is read', () => `${files(world)}` === `${p}-a,${p}-late`);
    expect(await sample(sidecar, 'scopes_failing')).toBe('k8s_sidecar_scopes_failing 0');
  });

  it('that may not be listed keep us from being ready, and the missing rule is named', async () => {
    const world = await given();
    const p = newPrefix();
    await addNamespace(world.client, `${p}-a`);
    const env = { NAMESPACE: `${p}-a,${p}-*`, KUBECONFIG: await world.kubeconfig('user-d') };
    await world.client.grant('user-d', `${p}-a`, { resources: ['configmaps'], verbs: ['get', 'list', 'watch'] });
    const sidecar = world.start(env);
    const rule =
      'user-d may not watch namespaces: add a ClusterRole with apiGroups [""], resources ["namespaces"], verbs ["get","list","watch"], and a ClusterRoleBinding for user-d.';
    await sidecar.waitFor('it is said', (logs) => logs.some(({ msg }) => msg === rule));
    await eventually('the namespace that was named is read all the same', () => `${files(world)}` === `${p}-a`);
    const { status, body } = await sidecar.health('/readyz?verbose');
    expect(status).toBe(503);
    expect(body).toContain('namespaces were not listed yet');
    const list = world.start({ ...env, METHOD: 'LIST', LIST_TIMEOUT: '1' });
    expect((await list.exited).code).toBe(1);
  });

  it('by their names need no right on them', async () => {
    const world = await given();
    const p = newPrefix();
    await addNamespace(world.client, `${p}-a`);
    await world.client.grant('user-d', `${p}-a`, { resources: ['configmaps'], verbs: ['get', 'list', 'watch'] });
    const KUBECONFIG = await world.kubeconfig('user-d');
    const list = world.start({ KUBECONFIG, NAMESPACE: `${p}-a,${p}-b,!${p}-b`, METHOD: 'LIST' });
    expect((await list.exited).code).toBe(0);
    expect(files(world)).toEqual([`${p}-a`]);
  });
});
