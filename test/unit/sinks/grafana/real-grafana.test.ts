import { concat, NEVER, of, Subject, type Subscription } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { type ObjectKey, objectKey, type WatchedObject } from '../../../../src/model.js';
import { grafanaClient } from '../../../../src/sinks/grafana/client/grafana-client.js';
import { desiredDashboards } from '../../../../src/sinks/grafana/documents/desired-dashboards.js';
import type { GrafanaEvent } from '../../../../src/sinks/grafana/grafana-event.js';
import { pushDashboards } from '../../../../src/sinks/grafana/push-dashboards.js';
import type { PushDashboardsOptions, PushInput } from '../../../../src/sinks/grafana/push-options.js';
import type { FakeGrafana } from '../../../../src/testing/index.js';
import { eventually } from '../../../support/eventually.js';
import { EVERY_VERSION, start } from '../../testing/grafana/ask-grafana.js';
import { configMap, dashboard, INSTANCE, scope } from './play-push.js';

const running: Subscription[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.unsubscribe();
});

/** A push of what is put in, to a Grafana of that version over HTTP. */
function push(grafana: FakeGrafana, objects: Map<ObjectKey, WatchedObject>, more: Partial<PushDashboardsOptions> = {}) {
  const input$ = new Subject<PushInput>();
  const events: GrafanaEvent[] = [];
  const options: PushDashboardsOptions = {
    scopes: [scope],
    instance: INSTANCE,
    drift: 'enforce',
    adopt: false,
    createFolders: false,
    delete: true,
    maxDeletePercent: 100,
    resyncMs: 60_000,
    desired: (object) =>
      desiredDashboards(object, { instance: INSTANCE, folderUidKeys: ['folderUid'], folderIdKeys: ['folderID'] }),
    fetch: (key) => of(objects.get(key)),
    ...more,
  };
  const api = grafanaClient({ url: grafana.url, token: 'editor' });
  const subscription = concat(input$, NEVER)
    .pipe(pushDashboards(api, options))
    .subscribe((event) => events.push(event));
  running.push(subscription);
  const apply = (object: WatchedObject) => {
    objects.set(objectKey(object), object);
    input$.next({ type: 'apply', scope, object });
  };
  const list = () => {
    input$.next({ type: 'init', scope });
    for (const object of objects.values()) input$.next({ type: 'apply', scope, object });
    input$.next({ type: 'init-done', scope });
  };
  const remove = (name: string) => {
    const key: ObjectKey = `configmap/default/${name}`;
    objects.delete(key);
    input$.next({ type: 'delete', scope, key });
  };
  const synced = () => until(() => expect(events).toContainEqual({ type: 'grafana-synced' }));
  return { events, apply, list, remove, synced, stop: () => subscription.unsubscribe() };
}

function until(holds: () => void): Promise<unknown> {
  return eventually('Grafana is as it should be', () => {
    holds();
    return true;
  });
}

const uidsOf = (grafana: FakeGrafana) => grafana.dashboards().map(({ uid }) => uid);
const changesBy = (grafana: FakeGrafana) => grafana.changes.filter(({ credential }) => credential === 'token:editor');

describe.each(EVERY_VERSION)('Grafana %s', (version) => {
  it('creates, updates, moves, renames and deletes; a restart makes no version; others stay untouched', async () => {
    const grafana = await start(version);
    const folder = grafana.putFolder({ uid: 'f', title: 'Folder' });
    grafana.putDashboard({ dashboard: { uid: 'theirs', title: 'theirs' } });
    const objects = new Map<ObjectKey, WatchedObject>();
    const first = push(grafana, objects);
    first.list();
    first.apply(configMap('a', { 'x.json': dashboard('x'), 'y.json': dashboard('y') }));
    first.apply(configMap('b', { 'z.json': { title: 'no uid' } }));
    first.apply(configMap('c', { 't.json': dashboard('theirs', { title: 'ours' }) }));
    await first.synced();
    expect(uidsOf(grafana)).toEqual([expect.stringMatching(/^ks-[0-9a-f]{32}$/), 'theirs', 'x', 'y']);
    expect(first.events).toContainEqual(expect.objectContaining({ op: 'refused', uid: 'theirs', code: 'foreign' }));

    const history = grafana.dashboard('x')?.history.length ?? 0;
    first.apply(configMap('a', { 'x.json': dashboard('x'), 'y.json': dashboard('y') }, { labels: { folderUid: 'f' } }));
    await until(() => expect(grafana.dashboard('x')?.folderUid).toBe('f'));
    expect(grafana.dashboard('x')?.history.length).toBe(history + 1);
    first.apply(configMap('a', { 'x.json': dashboard('x', { title: 'new' }) }, { labels: { folderUid: 'f' } }));
    await until(() => {
      expect(grafana.dashboard('x')).toMatchObject({ title: 'new', folderUid: 'f' });
      expect(uidsOf(grafana)).not.toContain('y');
    });
    first.apply(configMap('a', { 'x.json': dashboard('renamed', { title: 'new' }) }, { labels: { folderUid: 'f' } }));
    await until(() => {
      expect(uidsOf(grafana)).not.toContain('x');
      expect(grafana.dashboard('renamed')).toMatchObject({ title: 'new', folderUid: folder.uid });
    });
    first.stop();

    const before = changesBy(grafana).length;
    const again = push(grafana, objects, { resyncMs: 200 });
    again.list();
    await again.synced();
    const lists = () => again.events.filter((event) => event.type === 'grafana' && event.state === 'listed').length;
    await until(() => expect(lists()).toBeGreaterThan(3));
    expect(changesBy(grafana).slice(before)).toEqual([]);

    grafana.editDashboard('renamed', (spec) => ({ ...spec, title: 'edited' }));
    await until(() => expect(grafana.dashboard('renamed')?.title).toBe('new'));
    again.remove('a');
    again.remove('b');
    await until(() => expect(uidsOf(grafana)).toEqual(['theirs']));
    expect(grafana.changes.every(({ isChange }) => isChange)).toBe(true);
    expect(changesBy(grafana).map(({ uid }) => uid)).not.toContain('theirs');
  });

  it('what is deleted while no sidecar runs goes at the next start; a Grafana that comes back empty is filled', async () => {
    const grafana = await start(version);
    const objects = new Map<ObjectKey, WatchedObject>();
    const first = push(grafana, objects);
    first.list();
    first.apply(configMap('a', { 'x.json': dashboard('x') }));
    first.apply(configMap('b', { 'y.json': dashboard('y') }));
    await first.synced();
    first.stop();
    objects.delete('configmap/default/b');
    const again = push(grafana, objects, { resyncMs: 200 });
    again.list();
    await until(() => expect(uidsOf(grafana)).toEqual(['x']));
    grafana.empty();
    await until(() => expect(uidsOf(grafana)).toEqual(['x']));
  });
});
