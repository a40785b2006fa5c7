import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { filesIn } from './cluster-model.js';
import { type Given, given } from './sidecar-under-test.js';

const labels = { collect: 'yes' };
const configMap = (name: string, data: Record<string, string>, annotations: Record<string, string> = {}) => ({
  metadata: { name, labels, annotations },
  data,
});

const names = (world: Given) => (existsSync(world.folder) ? [...filesIn(world.folder).keys()].sort() : []);

async function holds(world: Given, ...files: readonly string[]): Promise<void> {
  const wanted = [...files].sort();
  await eventually(`the folder holds ${wanted.join(', ') || 'nothing'}`, () => `${names(world)}` === `${wanted}`, {
    seen: () => names(world),
  });
}

describe.skipIf(kubeMissing)('deletions are never missed', () => {
  it('what was deleted while the sidecar was down is gone after the next complete list', async () => {
    const world = await given();
    for (const name of ['a', 'b'])
      await world.client.create('configmaps', world.namespace, configMap(name, { [name]: name }));
    const first = world.start();
    await holds(world, 'a', 'b');
    await eventually('the initial sync is told', () => world.receiver.requests.length === 1);
    await first.kill();
    await world.client.delete('configmaps', world.namespace, 'a');
    const second = world.start();
    await second.waitFor('the initial sync is done', (logs) =>
      logs.some(({ msg }) => msg === 'the initial sync is done'),
    );
    expect(names(world)).toEqual(['b']);
    await eventually('the removal is told', () => world.receiver.requests.length === 2);
  });

  it('what was deleted while the connection was cut is gone when it is back', async () => {
    const world = await given();
    for (const name of ['a', 'b'])
      await world.client.create('configmaps', world.namespace, configMap(name, { [name]: name }));
    world.start();
    await holds(world, 'a', 'b');
    await world.proxy.refuse();
    world.proxy.cut();
    await world.client.delete('configmaps', world.namespace, 'a');
    await world.client.replace('configmaps', world.namespace, configMap('b', { b: 'newer' }));
    await world.proxy.accept();
    await holds(world, 'b');
    await eventually('b is the newer', () => readFileSync(`${world.folder}/b`, 'utf8') === 'newer');
  });

  it('a list that fails half-way removes nothing', async () => {
    const world = await given();
    const all = Array.from({ length: 300 }, (_, n) => `object-${n}`);
    await Promise.all(
      all.map((name) =>
        world.client.create('configmaps', world.namespace, configMap(name, { [name]: 'x'.repeat(5_000) })),
      ),
    );
    const first = world.start();
    await holds(world, ...all);
    await first.kill();
    await world.client.delete('configmaps', world.namespace, 'object-299');
    const uncut = world.proxy.cutAfter(300_000);
    const second = world.start();
    await second.waitFor('a list failed', (logs) => logs.some(({ level, code }) => level === 'WARNING' && code));
    expect(names(world)).toHaveLength(300);
    expect(second.logs.some(({ msg }) => msg.startsWith('removed '))).toBe(false);
    uncut();
    await holds(world, ...all.slice(0, -1));
  });

  it('an object that was deleted and created again while the sidecar was down has its new content', async () => {
    const world = await given();
    await world.client.create('configmaps', world.namespace, configMap('a', { a: 'old', gone: 'old' }));
    const first = world.start();
    await holds(world, 'a', 'gone');
    await first.kill();
    await world.client.delete('configmaps', world.namespace, 'a');
    await world.client.create('configmaps', world.namespace, configMap('a', { a: 'new' }));
    world.start();
    await holds(world, 'a');
    expect(readFileSync(`${world.folder}/a`, 'utf8')).toBe('new');
  });
});

describe.skipIf(kubeMissing)('the application hears of every change', () => {
  it('an endpoint that is down for a while gets its request afterwards, without another change', {
    timeout: 120_000,
  }, async () => {
    const world = await given();
    world.receiver.answer({ status: 503 });
    await world.client.create('configmaps', world.namespace, configMap('a', { a: 'a' }));
    const sidecar = world.start({ REQ_RETRY_TOTAL: '2', REQ_RETRY_BACKOFF_FACTOR: '0.1', NOTIFY_RETRY_INTERVAL: '2' });
    await eventually('it is tried often', () => world.receiver.requests.length >= 5);
    world.receiver.answer({ status: 200 });
    await sidecar.waitFor('it was told', (logs) => logs.some(({ msg }) => msg.startsWith('told ')));
    const told = world.receiver.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(world.receiver.requests).toHaveLength(told);
  });

  it('a debt survives a restart, and is told once though nothing changed', async () => {
    const world = await given();
    world.receiver.answer({ status: 503 });
    await world.client.create('configmaps', world.namespace, configMap('a', { a: 'a' }));
    const first = world.start();
    await eventually('it was tried', () => world.receiver.requests.length > 0);
    await first.kill();
    world.receiver.answer({ status: 200 });
    const before = world.receiver.requests.length;
    const second = world.start();
    await second.waitFor('it was told', (logs) => logs.some(({ msg }) => msg.startsWith('told ')));
    expect(world.receiver.requests).toHaveLength(before + 1);
    await second.stop();
    const third = world.start();
    await third.waitFor('synced', (logs) => logs.some(({ msg }) => msg === 'the initial sync is done'));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.receiver.requests).toHaveLength(before + 1);
  });

  it('REQ_SKIP_INIT sends none for the initial sync and one for a change', async () => {
    const world = await given();
    await world.client.create('configmaps', world.namespace, configMap('a', { a: 'a' }));
    world.start({ REQ_SKIP_INIT: 'true', NOTIFY_DEBOUNCE: '0.2' });
    await holds(world, 'a');
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(world.receiver.requests).toHaveLength(0);
    await world.client.create('configmaps', world.namespace, configMap('b', { b: 'b' }));
    await eventually('the change is told', () => world.receiver.requests.length === 1);
  });

  it('a scope that cannot be listed holds the initial notification no longer than NOTIFY_MAX_WAIT, and the others not at all', async () => {
    const world = await given();
    const forbidden = await world.client.newNamespace();
    await world.client.grant('user-a', world.namespace, { resources: ['configmaps'], verbs: ['get', 'list', 'watch'] });
    await world.client.create('configmaps', world.namespace, configMap('a', { a: 'a' }));
    const KUBECONFIG = await world.kubeconfig('user-a');
    const NAMESPACE = `${world.namespace},${forbidden}`;
    const sidecar = world.start({ KUBECONFIG, NAMESPACE, NOTIFY_MAX_WAIT: '2' });
    await holds(world, 'a');
    await eventually('the initial sync is told', () => world.receiver.requests.length === 1);
    const said = sidecar.logs.find(({ code }) => code === 'forbidden');
    expect(said?.msg).toContain('list');
    expect(said?.msg).toContain('configmaps');
    expect(said?.msg).toContain(forbidden);
    expect((await sidecar.health('/readyz?verbose')).status).toBe(503);
    expect((await sidecar.health('/readyz?verbose')).body).toContain(forbidden);
    expect((await sidecar.health('/livez')).status).toBe(200);
    await world.client.delete('configmaps', world.namespace, 'a');
    await holds(world);
    await world.client.grant('user-a', forbidden, { resources: ['configmaps'], verbs: ['get', 'list', 'watch'] });
    await world.client.create('configmaps', forbidden, configMap('b', { b: 'b' }));
    await eventually('the rest is published once it is allowed', () => names(world).includes('b'), {
      withinMs: 60_000,
    });
    await eventually('ready', async () => (await sidecar.health('/readyz')).status === 200);
  });
});

describe.skipIf(kubeMissing)('two objects that want one file', () => {
  it('the older has it, the other takes over without a gap, also across a restart', async () => {
    const world = await given();
    await world.client.create('configmaps', world.namespace, configMap('z-older', { same: 'older' }));
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // creationTimestamp counts seconds
    await world.client.create('configmaps', world.namespace, configMap('a-younger', { same: 'younger' }));
    const sidecar = world.start();
    await holds(world, 'same');
    const content = () => readFileSync(`${world.folder}/same`, 'utf8');
    await sidecar.waitFor('the conflict is told', (logs) =>
      logs.some(({ msg }) => msg.startsWith('two objects want ')),
    );
    await eventually('the older has it', () => content() === 'older');
    await sidecar.kill();
    await world.client.delete('configmaps', world.namespace, 'z-older');
    const second = world.start();
    await eventually('the other takes over', () => content() === 'younger');
    expect(second.logs.some(({ msg }) => msg.startsWith('removed '))).toBe(false);
  });
});
