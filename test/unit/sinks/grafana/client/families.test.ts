import { describe, expect, it } from 'vitest';
import { ask, dashboardsPath, resource, start } from '../../../testing/grafana/ask-grafana.js';
import { all, asked, clientOf, codeOf, failure, run, stampOf, update, writeOf } from './clients.js';

const V2 = 'dashboard.grafana.app/v2';
const elements = { elements: {}, layout: { kind: 'GridLayout', spec: { items: [] } } };

describe('the family of the API', () => {
  it.each([
    ['9.5', 'legacy'],
    ['10.4', 'legacy'],
    ['11.6', 'legacy'],
    ['12.0', 'dashboard.grafana.app/v1beta1'],
    ['12.x', 'dashboard.grafana.app/v1beta1'],
    ['13.0', 'dashboard.grafana.app/v1'],
    ['13.2', 'dashboard.grafana.app/v1'],
  ])('of Grafana %s is %s', async (version, expected) => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    expect((await run(client.get('a')))?.apiVersion ?? 'legacy').toBe(expected);
  });

  it('is discovered once, and its version looked at once for each list', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana, { orgId: 1 });
    await Promise.all(['a', 'b', 'c'].map((uid) => run(client.get(uid))));
    expect(asked(grafana).filter((line) => !line.includes('dashboards/'))).toEqual(['GET /api/health', 'GET /apis']);
    const before = grafana.requests.length;
    await all(client.list());
    await run(client.get('a'));
    const list = 'GET /apis/dashboard.grafana.app/v1/namespaces/default/dashboards';
    expect(asked(grafana, before)).toEqual(['GET /api/health', list, `${list}/a`]);
  });

  it('asks for its organisation once, where none is configured', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana, { token: 'other' });
    await run(client.get('a'));
    await run(client.get('b'));
    expect(asked(grafana)).toEqual([
      'GET /api/health',
      'GET /apis',
      'GET /api/org',
      'GET /apis/dashboard.grafana.app/v1/namespaces/org-2/dashboards/a',
      'GET /apis/dashboard.grafana.app/v1/namespaces/org-2/dashboards/b',
    ]);
  });

  it('that is asked for and not there is an error that says so, until Grafana has it', async () => {
    const grafana = await start('11.6');
    const client = clientOf(grafana, { api: 'apis' });
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['malformed', expect.stringContaining('set GRAFANA_API=auto')]);
    await grafana.upgrade('13.2');
    expect(await run(client.get('a'))).toBeUndefined();
  });

  it('asks nothing below /apis where the old one is asked for', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana, { api: 'legacy' });
    await all(client.list());
    await run(client.save(writeOf('a')));
    expect(asked(grafana).filter((line) => line.includes('/apis'))).toEqual([]);
  });
});

describe('an upgrade of Grafana', () => {
  it.each([
    ['9.5', '11.6', '12.x'],
    ['10.4', '11.2', '13.2'],
    ['11.6', '12.0', '13.0'],
  ])('keeps what is ours, without a version, from %s over %s to %s', async (...versions) => {
    const [first, ...later] = versions as [string, string, string];
    const grafana = await start(first);
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    for (const version of later) {
      await grafana.upgrade(version);
      const listed = await all(client.list());
      expect(listed.map(({ uid }) => uid)).toEqual(['a']);
      if (version.startsWith('11')) continue;
      expect(listed[0]?.stamp).toEqual(stampOf('a'));
      const remote = await run(client.get('a'));
      expect(remote).toMatchObject({ stamp: stampOf('a'), management: 'stamped', spec: { title: 'a', panels: [] } });
      expect(remote?.apiVersion).toBeDefined();
    }
    expect(grafana.dashboard('a')?.version).toBe(1);
    expect(await update(client, 'a', { stamp: stampOf('a', 'b'), spec: { x: 1 } })).toMatchObject({ version: '2' });
    expect(grafana.dashboard('a')?.annotations['grafana.app/sourceChecksum']).toBe('b'.repeat(64));
  });

  it('makes what was read before it a conflict, so that it is read again', async () => {
    const grafana = await start('11.6');
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    const stale = await run(client.get('a'));
    if (!stale) throw new Error('not found');
    await grafana.upgrade('13.2');
    await all(client.list());
    const before = grafana.requests.length;
    expect(await codeOf(client.save(writeOf('a', { replaces: stale })))).toBe('conflict');
    expect(await codeOf(client.remove(stale))).toBe('conflict');
    expect(grafana.requests.length).toBe(before);
    expect(grafana.dashboard('a')?.version).toBe(1);
  });

  it.each(['12.0', '12.x', '13.0', '13.2'])('back to the old family: Grafana %s', async (version) => {
    const grafana = await start(version);
    await run(clientOf(grafana, { api: 'apis' }).save(writeOf('a', { spec: { tags: ['x'] } })));
    const legacy = clientOf(grafana, { api: 'legacy' });
    expect((await all(legacy.list())).map(({ uid }) => uid)).toEqual(['a']);
    const remote = await run(legacy.get('a'));
    expect(remote).toMatchObject({ management: 'stamped', stamp: stampOf('a'), version: '1', spec: { tags: ['x'] } });
    // Annotations of a manager go with this save; the stamp inside stays.
    expect(await update(legacy, 'a', { spec: { x: 1 }, stamp: stampOf('a', 'b') })).toMatchObject({ version: '2' });
    const again = await run(clientOf(grafana, { api: 'apis' }).get('a'));
    expect(again).toMatchObject({ management: 'stamped', stamp: stampOf('a', 'b') });
    const read = await run(clientOf(grafana, { api: 'apis' }).get('a'));
    if (!read) throw new Error('not found');
    expect(await codeOf(legacy.save(writeOf('a', { replaces: read })))).toBe('conflict');
    expect(await codeOf(legacy.remove(read))).toBe('conflict');
  });

  it('that takes a known path away is noticed by the call that misses it', async () => {
    // A group that is gone: what 12.0 has, 11.6 had not. The double only goes up, so a fault stands in for the way down.
    const grafana = await start('12.x');
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    const gone = { type: 'status', status: 404, message: 'the server could not find the requested resource' } as const;
    grafana.fail({ path: '/apis' }, gone);
    expect(await run(client.get('a'))).toMatchObject({ uid: 'a', apiVersion: undefined, stamp: stampOf('a') });
  });

  it('that takes versions away is noticed likewise', async () => {
    const grafana = await start('12.0');
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    await grafana.upgrade('13.2');
    const path = /namespaces\/default\/dashboards\/a/;
    grafana.fail({ path }, { type: 'status', status: 405 }, { times: 1 });
    expect(await run(client.get('a'))).toMatchObject({ apiVersion: 'dashboard.grafana.app/v1' });
  });

  it('is not believed where the same is discovered again: then the path is at fault', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana);
    grafana.fail({ path: /dashboards\/a/ }, { type: 'status', status: 405 });
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['malformed', expect.stringContaining('GRAFANA_URL')]);
    expect(grafana.requests.filter(({ path }) => path.includes('dashboards/a')).length).toBe(1);
  });
});

describe('Kubernetes-style documents', () => {
  it.each([
    ['12.x', 'v0alpha1', 'v0alpha1'],
    ['12.x', 'v1beta1', 'v1beta1'],
    ['12.x', 'v1', 'v1beta1'],
    ['13.2', 'v1beta1', 'v1beta1'],
    ['13.2', 'v1alpha1', 'v1'],
    ['12.x', 'v2alpha1', 'v2alpha1'],
    ['13.2', 'v2', 'v2'],
  ])('go to Grafana %s in %s as %s', async (version, own, sent) => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    const apiVersion = `dashboard.grafana.app/${own}`;
    const spec = own.startsWith('v2') ? elements : {};
    await run(client.save(writeOf('a', { apiVersion, spec })));
    const path = `/apis/dashboard.grafana.app/${sent}/namespaces/default/dashboards`;
    expect(asked(grafana).at(-1)).toBe(`POST ${path}`);
    await update(client, 'a', { apiVersion, spec: { ...spec, description: 'x' } });
    expect(asked(grafana).at(-1)).toBe(`PUT ${path}/a`);
    expect(grafana.dashboard('a')?.version).toBe(2);
  });

  it('of v2 are read as they are stored, by another client too, and removed', async () => {
    const grafana = await start('13.2');
    const spec = { title: 'a', panels: [], ...elements };
    await run(clientOf(grafana).save(writeOf('a', { apiVersion: V2, spec })));
    expect(grafana.dashboard('a')?.spec).toEqual(spec);
    const client = clientOf(grafana);
    const remote = await run(client.get('a'));
    expect(remote).toMatchObject({ apiVersion: V2, spec, stamp: stampOf('a'), management: 'stamped' });
    const before = grafana.requests.length;
    await run(client.get('a'));
    expect(asked(grafana, before)).toEqual(['GET /apis/dashboard.grafana.app/v2/namespaces/default/dashboards/a']);
    if (!remote) throw new Error('not found');
    await run(client.remove(remote));
    expect(grafana.dashboards()).toEqual([]);
  });

  it('of v2 that become classic are read so', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana);
    await run(client.save(writeOf('a', { apiVersion: V2, spec: elements })));
    grafana.removeDashboard('a');
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'theirs' } });
    expect(await run(client.get('a'))).toMatchObject({ title: 'theirs', apiVersion: 'dashboard.grafana.app/v1' });
  });

  it.each([
    ['12.x', 'auto', 'v2beta9', 'v2alpha1'],
    ['12.x', 'legacy', 'v2alpha1', 'GRAFANA_API=auto'],
    ['11.6', 'auto', 'v2', 'GRAFANA_API=auto'],
  ] as const)('are unsupported by Grafana %s (%s) in %s', async (version, api, own, hint) => {
    const grafana = await start(version);
    const apiVersion = `dashboard.grafana.app/${own}`;
    const { code, message } = await failure(
      clientOf(grafana, { api }).save(writeOf('a', { apiVersion, spec: elements })),
    );
    expect([code, message]).toEqual(['unsupported', expect.stringContaining(hint)]);
    expect(asked(grafana).filter((line) => line.startsWith('P'))).toEqual([]);
  });

  it.each(['9.5', '11.6', '12.x', '13.2'])('of v1 are unwrapped by the old family of Grafana %s', async (version) => {
    const grafana = await start(version);
    const apiVersion = 'dashboard.grafana.app/v1beta1';
    await run(clientOf(grafana, { api: 'legacy' }).save(writeOf('a', { apiVersion, spec: { x: 1 } })));
    expect(grafana.dashboard('a')).toMatchObject({ title: 'a', schema: 'classic', spec: { x: 1 } });
  });

  it('that the old family cannot read are unsupported there', async () => {
    const grafana = await start('13.2');
    await ask(grafana, dashboardsPath('v2'), {
      method: 'POST',
      body: resource('v2', 'a', {}, { title: 'a', ...elements }),
    });
    const { code, message } = await failure(clientOf(grafana, { api: 'legacy' }).get('a'));
    expect([code, message]).toEqual(['unsupported', expect.stringContaining('v2 schema')]);
  });
});
