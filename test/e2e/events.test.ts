import { readFileSync } from 'node:fs';
import { from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connectCluster } from '../../src/kubernetes/connect-cluster.js';
import { loadCluster } from '../../src/kubernetes/load-cluster.js';
import type { EventFailure, ObjectKey, Refusal, SidecarEvent } from '../../src/model.js';
import { recordEvents } from '../../src/sinks/events/record-events.js';
import { fetchObject } from '../../src/streams/fetch-object.js';
import { Kubectl } from '../contract/kubectl.js';
import type { KubeObject } from '../kube/client.js';
import type { KubeUser } from '../kube/kube-connection.js';
import { kubeBinariesOfThisRun, kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { filesIn } from './cluster-model.js';
import { type Given, given } from './sidecar-under-test.js';

const annotation = 'k8s-sidecar-target-directory';

/** What `kubectl describe` asks for. */
async function eventsOf(world: Given, object: KubeObject, kind = 'ConfigMap'): Promise<readonly KubeObject[]> {
  const { name, uid } = object.metadata;
  const selector = `involvedObject.name=${name},involvedObject.namespace=${world.namespace},involvedObject.kind=${kind},involvedObject.uid=${uid}`;
  const path = `/api/v1/namespaces/${world.namespace}/events?fieldSelector=${encodeURIComponent(selector)}`;
  return (JSON.parse(await world.client.ask('GET', path)) as { items: KubeObject[] }).items;
}

async function describedBy(world: Given, name: string): Promise<string> {
  const config = readFileSync(await world.kubeconfig('admin'), 'utf8');
  const kubectl = await Kubectl.start(kubeBinariesOfThisRun().kubectl, config);
  onTestFinished(() => kubectl.stop());
  return kubectl.ok('describe', 'configmap', name, '--namespace', world.namespace);
}

/** One life of the recorder as a user, until it has written what these events ask for. */
async function recorded(world: Given, events: readonly SidecarEvent[], user: KubeUser = 'admin') {
  const cluster = await loadCluster({
    env: {},
    homeDir: '/nonexistent',
    kubeconfigPaths: [await world.kubeconfig(user)],
    skipTlsVerify: false,
    podNamespace: undefined,
    onSecret: () => {},
  });
  const api = connectCluster(cluster);
  onTestFinished(() => api.close());
  const record = recordEvents(api, {
    fetch: (key) => fetchObject(api, key),
    redact: (text) => text,
    instance: 'pod-0',
    drainMs: 10_000,
  });
  return lastValueFrom<EventFailure[]>(from(events).pipe(record, toArray()));
}

function refusedIn(world: Given, name: string, message = 'no such folder', entry = 'a'): Refusal {
  const key: ObjectKey = `configmap/${world.namespace}/${name}`;
  return { type: 'refused', key, entry, reason: 'path', message };
}

const readOnly = { resources: ['configmaps'], verbs: ['get', 'list', 'watch'] };

describe.skipIf(kubeMissing)('an Event', () => {
  it('stands on the object, where kubectl describe shows it', async () => {
    const world = await given();
    const object = await world.client.create('configmaps', world.namespace, { metadata: { name: 'rules' } });
    expect(await recorded(world, [refusedIn(world, 'rules')])).toEqual([]);
    expect(await eventsOf(world, object)).toMatchObject([
      {
        type: 'Warning',
        reason: 'PathRefused',
        message: 'no such folder',
        count: 1,
        source: { component: 'k8s-sidecar' },
        reportingInstance: 'pod-0',
        involvedObject: { resourceVersion: object.metadata.resourceVersion },
      },
    ]);
    expect(await describedBy(world, 'rules')).toMatch(/Warning\s+PathRefused\s+\S+\s+k8s-sidecar\s+no such folder/);
  });

  it('is repeated, not doubled, by the next life', async () => {
    const world = await given();
    const object = await world.client.create('configmaps', world.namespace, { metadata: { name: 'rules' } });
    for (let life = 0; life < 3; life++) {
      const twice = [refusedIn(world, 'rules'), refusedIn(world, 'rules')];
      expect(await recorded(world, twice)).toEqual([]);
    }
    expect(await eventsOf(world, object)).toMatchObject([{ count: 3 }]);
    expect(await describedBy(world, 'rules')).toMatch(/\(x3 over /);
  });

  it('of many that are alike is one for the rest', async () => {
    const world = await given();
    const object = await world.client.create('configmaps', world.namespace, { metadata: { name: 'rules' } });
    const many = Array.from({ length: 20 }, (_, index) => refusedIn(world, 'rules', `text ${index}`, `${index}`));
    expect(await recorded(world, many)).toEqual([]);
    const events = await eventsOf(world, object);
    expect(events).toHaveLength(10);
    expect(events.filter(({ message }) => String(message).startsWith('(combined'))).toMatchObject([
      { count: 11, message: '(combined from similar events): text 19' },
    ]);
  });

  it('for a Secret, for an object of the longest name, and for one that was created anew', async () => {
    const world = await given();
    const name = 'x'.repeat(253);
    const first = await world.client.create('configmaps', world.namespace, { metadata: { name } });
    const secret = await world.client.create('secrets', world.namespace, { metadata: { name: 's' } });
    const ofSecret: Refusal = { ...refusedIn(world, 's'), key: `secret/${world.namespace}/s` };
    expect(await recorded(world, [refusedIn(world, name), ofSecret])).toEqual([]);
    await world.client.delete('configmaps', world.namespace, name);
    const second = await world.client.create('configmaps', world.namespace, { metadata: { name } });
    expect(await recorded(world, [refusedIn(world, name)])).toEqual([]);
    for (const object of [first, second]) expect(await eventsOf(world, object)).toHaveLength(1);
    expect(await eventsOf(world, secret, 'Secret')).toHaveLength(1);
  });

  it('needs the right to create and to patch, and no other', async () => {
    const world = await given();
    const object = await world.client.create('configmaps', world.namespace, { metadata: { name: 'rules' } });
    await world.client.grant('user-b', world.namespace, readOnly);
    const events = [refusedIn(world, 'rules'), refusedIn(world, 'rules', 'another', 'b')];
    const failures = await recorded(world, events, 'user-b');
    expect(failures.map(({ error }) => [error.code, error.message])).toEqual([
      [
        'forbidden',
        `user-b may not create events in namespace "${world.namespace}": add a Role there with apiGroups [""], ` +
          'resources ["events"], verbs ["create","patch"], and a RoleBinding for user-b.',
      ],
    ]);
    await world.client.grant('user-b', world.namespace, { resources: ['events'], verbs: ['create', 'patch'] });
    for (let life = 0; life < 2; life++) expect(await recorded(world, events, 'user-b')).toEqual([]);
    expect(await eventsOf(world, object)).toMatchObject([{ count: 2 }, { count: 2 }]);
  });

  it('in a namespace that is about to go is no matter of rights', async () => {
    const world = await given();
    await world.client.create('configmaps', world.namespace, { metadata: { name: 'rules' } });
    await world.client.delete('namespaces', undefined, world.namespace);
    const [failure] = await recorded(world, [refusedIn(world, 'rules')]);
    expect(failure?.error.code).toBe('rejected');
    expect(failure?.error.message).toContain('the namespace is about to go');
  });
});

describe.skipIf(kubeMissing)('EVENTS=true', () => {
  async function withRefused() {
    const world = await given();
    const put = (name: string, annotations: Record<string, string>) =>
      world.client.create('configmaps', world.namespace, {
        metadata: { name, labels: { collect: 'yes' }, annotations },
        data: { [name]: 'content' },
      });
    const refused = await put('refused', { [annotation]: '../outside' });
    await put('fine', {});
    return { world, refused };
  }

  it('a refused object gets one Event, the others are published, and a mended one is said no more', async () => {
    const { world, refused } = await withRefused();
    const sidecar = world.start({ EVENTS: 'true', POD_NAME: 'grafana-0' });
    await eventually('the Event is there', async () => (await eventsOf(world, refused)).length > 0);
    const [event] = await eventsOf(world, refused);
    expect(event).toMatchObject({ type: 'Warning', reason: 'PathRefused', count: 1, reportingInstance: 'grafana-0' });
    expect(String(event?.['message'])).toContain('../outside');
    expect(sidecar.logs.some(({ msg, level }) => level === 'WARNING' && msg === event?.['message'])).toBe(true);
    await world.client.patch('configmaps', world.namespace, 'refused', {
      metadata: { annotations: { [annotation]: null } },
    });
    await eventually('both files are there', () => filesIn(world.folder).size === 2);
    await sidecar.stop();
    expect(await eventsOf(world, refused)).toHaveLength(1);
  });

  it('without the right it is said once, and files are published', async () => {
    const { world, refused } = await withRefused();
    await world.client.grant('user-b', world.namespace, readOnly);
    const sidecar = world.start({ EVENTS: 'true', KUBECONFIG: await world.kubeconfig('user-b') });
    const said = () =>
      sidecar.logs.filter(({ msg, level }) => level === 'WARNING' && msg.includes('resources ["events"]'));
    await sidecar.waitFor('the missing rule is named', () => said().length > 0);
    for (const folder of ['../a', '../b']) {
      const annotations = { [annotation]: folder };
      await world.client.patch('configmaps', world.namespace, 'refused', { metadata: { annotations } });
      await sidecar.waitFor('the refusal is said', (logs) => logs.some(({ msg }) => msg.includes(folder)));
    }
    expect(said()).toHaveLength(1);
    expect([...filesIn(world.folder).keys()]).toEqual(['fine']);
    expect(await eventsOf(world, refused)).toEqual([]);
  });

  it('unless it is on, nothing is written', async () => {
    const { world, refused } = await withRefused();
    const sidecar = world.start({ METHOD: 'LIST' });
    expect((await sidecar.exited).code).toBe(0);
    expect(await eventsOf(world, refused)).toEqual([]);
  });

  it('METHOD=LIST writes them before it exits', async () => {
    const { world, refused } = await withRefused();
    const sidecar = world.start({ METHOD: 'LIST', EVENTS: 'true' });
    expect((await sidecar.exited).code).toBe(0);
    expect(await eventsOf(world, refused)).toHaveLength(1);
  });
});
