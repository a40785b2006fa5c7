import { of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Leadership } from '../../../../src/leadership.js';
import type { Scope } from '../../../../src/model.js';
import { error, MemoryGrafana } from './memory-grafana.js';
import { configMap, dashboard, INSTANCE, Play, scope, virtualTime } from './play-push.js';

const SHA = 'a'.repeat(64);
const stamped = (uid: string, more: { instance?: string; source?: string; sha256?: string } = {}) => ({
  management: 'stamped' as const,
  stamp: { instance: INSTANCE, source: `default/configmap/gone/${uid}.json`, uid, sha256: SHA, ...more },
});
const many = (count: number, prefix = 'd') => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const one = (name: string, uid: string, more: Record<string, unknown> = {}) =>
  configMap(name, { 'x.json': dashboard(uid, more) });

describe('pushDashboards', () => {
  virtualTime();

  describe('create, update, move, delete', () => {
    it('creates each dashboard of an object, and says when the first tries are over', async () => {
      const play = new Play().start(configMap('a', { 'x.json': dashboard('x'), 'y.json': dashboard('y') }));
      await play.pass(100);
      expect(play.outcomes).toEqual(['created x', 'created y']);
      expect(play.events.at(-1)).toEqual({ type: 'grafana-synced' });
      expect(play.grafana.dashboards.get('x')).toMatchObject({
        stamp: { uid: 'x', source: 'default/configmap/a/x.json', instance: INSTANCE },
      });
      expect(play.grafana.written[0]).toMatchObject({ message: 'Automatic update from configMap a' });
    });

    it('updates what changed, and nothing else', async () => {
      const play = new Play().start(configMap('a', { 'x.json': dashboard('x'), 'y.json': dashboard('y') }));
      await play.pass(100);
      play.forget();
      play.apply(configMap('a', { 'x.json': dashboard('x', { title: 'new' }), 'y.json': dashboard('y') }));
      await play.pass(100);
      expect(play.outcomes).toEqual(['updated x']);
      expect(play.grafana.dashboards.get('x')?.title).toBe('new');
    });

    it('a changed folder of the same content moves the dashboard: the same uid, by a save', async () => {
      const play = new Play();
      play.grafana.folder('f', 7);
      play.start(one('a', 'x'));
      await play.pass(100);
      play.apply(configMap('a', { 'x.json': dashboard('x') }, { labels: { folderUid: 'f' } }));
      await play.pass(100);
      expect(play.outcomes).toEqual(['created x', 'moved x']);
      expect(play.grafana.dashboards.get('x')?.folderUid).toBe('f');
    });

    it('a dashboard that names no folder any more stays where it is', async () => {
      const play = new Play();
      play.grafana.folder('f', 7);
      play.start(configMap('a', { 'x.json': dashboard('x') }, { labels: { folderUid: 'f' } }));
      await play.pass(100);
      play.apply(one('a', 'x', { title: 'new' }));
      await play.pass(100);
      expect(play.grafana.dashboards.get('x')).toMatchObject({ folderUid: 'f', title: 'new' });
    });

    it('a key that goes takes its dashboard along, and so does an object', async () => {
      const play = new Play().start(
        configMap('a', { 'x.json': dashboard('x'), 'y.json': dashboard('y') }),
        one('b', 'z'),
      );
      await play.pass(100);
      play.apply(one('a', 'x')).delete('b');
      await play.pass(2_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
    });

    it('a uid that was changed: first the new one is created, then the old one deleted', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.forget();
      play.apply(one('a', 'y'));
      await play.pass(2_000);
      expect(play.outcomes).toEqual(['created y', 'deleted x']);
      expect(play.fetches).toEqual([]);
    });

    it('two keys that change their uids with each other are two updates, and nothing is fetched for it', async () => {
      const play = new Play().start(
        configMap('a', { 'k.json': dashboard('x', { title: 'k' }), 'l.json': dashboard('y', { title: 'l' }) }),
      );
      await play.pass(100);
      play.forget();
      play.apply(
        configMap('a', { 'k.json': dashboard('y', { title: 'k' }), 'l.json': dashboard('x', { title: 'l' }) }),
      );
      await play.pass(2_000);
      expect(play.outcomes.sort()).toEqual(['updated x', 'updated y']);
      expect(play.grafana.dashboards.get('x')?.title).toBe('l');
      expect(play.fetches).toEqual([]);
    });

    it('an object that is there at once when it is fetched is as good as one that takes its time', async () => {
      const play: Play = new Play({ fetch: (key) => of(play.objects.get(key)) }).start(one('a', 'x'));
      await play.pass(100);
      play.grafana.empty();
      await play.pass(400_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
    });

    it('the old uid stays while the new one cannot be created', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.grafana.put('y');
      play.apply(one('a', 'y'));
      await play.pass(400_000);
      expect(play.outcomes).toEqual(['created x', 'refused y']);
      play.grafana.dashboards.delete('y');
      await play.pass(400_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['y']);
    });

    it('where titles are unique, the old one goes first if it has the title of the new one', async () => {
      const play = new Play({ grafanaOptions: { uniqueTitles: true } }).start(one('a', 'x', { title: 'same' }));
      await play.pass(100);
      play.forget();
      play.apply(one('a', 'y', { title: 'same' }));
      await play.pass(5_000);
      expect(play.outcomes).toEqual(['deleted x', 'created y']);
    });

    it('where titles are unique, somebody else has the title: nothing is deleted, and it is tried again', async () => {
      const play = new Play({ grafanaOptions: { uniqueTitles: true } }).start(one('a', 'x', { title: 'mine' }));
      play.grafana.put('theirs', { title: 'taken' });
      await play.pass(100);
      play.apply(one('a', 'y', { title: 'taken' }));
      await play.pass(30_000);
      expect([...play.grafana.dashboards.keys()].sort()).toEqual(['theirs', 'x']);
      expect(play.events).toContainEqual(expect.objectContaining({ op: 'failed', uid: 'y', code: 'exists' }));
      play.grafana.dashboards.delete('theirs');
      await play.pass(400_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['y']);
    });

    it('GRAFANA_DELETE=false leaves what nobody wants', async () => {
      const play = new Play({ delete: false }).start(one('a', 'x'));
      await play.pass(100);
      play.delete('a');
      await play.pass(400_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
    });

    it('a dashboard that somebody took over between is not deleted, and that is said', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.grafana.put('x', { stamp: undefined, management: 'nobody' });
      play.delete('a');
      await play.pass(3_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
      expect(play.events).toContainEqual(expect.objectContaining({ op: 'refused', uid: 'x', code: 'foreign' }));
    });
  });

  describe('who has a uid', () => {
    it('the oldest object has it, the other is a conflict, and takes over without its object being sent again', async () => {
      const old = configMap(
        'z',
        { 'k.json': dashboard('x', { title: 'old' }) },
        { creationTimestamp: '2025-01-01T00:00:00Z' },
      );
      const young = configMap('a', { 'k.json': dashboard('x', { title: 'young' }) });
      const play = new Play().start(old, young);
      await play.pass(100);
      expect(play.grafana.dashboards.get('x')?.title).toBe('old');
      expect(play.events).toContainEqual({
        type: 'dashboard',
        op: 'conflict',
        uid: 'x',
        winner: 'configmap/default/z',
        loser: 'configmap/default/a',
      });
      play.delete('z');
      await play.pass(100);
      expect(play.grafana.dashboards.get('x')).toMatchObject({
        title: 'young',
        stamp: { source: 'default/configmap/a/k.json' },
      });
      expect(play.fetches).toEqual(['configmap/default/a']);
      expect(play.outcomes).not.toContain('deleted x');
    });

    it('what is in Grafana for one that may still be listed is given to nobody else before', async () => {
      const other: Scope = { kind: 'configmap', namespace: 'slow' };
      const grafana = new MemoryGrafana();
      grafana.put('x', stamped('x', { source: 'slow/configmap/first/x.json' }));
      const play = new Play({ grafana, scopes: [scope, other] }).start(one('a', 'x'));
      await play.pass(1_000);
      expect(play.outcomes).toEqual(['waiting x']);
      play.say({ type: 'init-done', scope: other });
      await play.pass(1_000);
      expect(play.outcomes).toEqual(['waiting x', 'updated x']);
    });

    it('a foreign dashboard is neither overwritten nor adopted without being told to, and taken when it is gone', async () => {
      const grafana = new MemoryGrafana();
      grafana.put('x');
      const play = new Play({ grafana }).start(one('a', 'x'));
      await play.pass(700_000);
      expect(play.outcomes).toEqual(['refused x']);
      expect(play.events).toContainEqual(
        expect.objectContaining({ code: 'foreign', message: expect.stringContaining('GRAFANA_ADOPT=true') }),
      );
      expect(grafana.written).toEqual([]);
      grafana.dashboards.delete('x');
      await play.pass(400_000);
      expect(play.outcomes).toEqual(['refused x', 'created x']);
    });

    it('GRAFANA_ADOPT takes over what carries no stamp, not what is of another instance', async () => {
      const grafana = new MemoryGrafana();
      grafana.put('x');
      grafana.put('y', stamped('y', { instance: 'another' }));
      const play = new Play({ grafana, adopt: true }).start(
        configMap('a', { 'x.json': dashboard('x'), 'y.json': dashboard('y') }),
      );
      await play.pass(1_000);
      expect(play.outcomes.sort()).toEqual(['adopted x', 'refused y']);
    });

    it('a provisioned dashboard is refused, and tried again at each resync', async () => {
      const grafana = new MemoryGrafana();
      grafana.put('x', { management: 'provisioned' });
      const play = new Play({ grafana }).start(one('a', 'x'));
      await play.pass(1_000_000);
      expect(play.outcomes).toEqual(['refused x']);
      grafana.put('x', stamped('x'));
      await play.pass(400_000);
      expect(play.outcomes).toEqual(['refused x', 'updated x']);
    });
  });

  describe('folders', () => {
    const inFolder = (folder: Record<string, string>, name = 'a', uid = 'x') =>
      configMap(name, { 'x.json': dashboard(uid) }, { annotations: folder });

    it('a dashboard waits for a folder that is missing, says so once, and is tried each resync', async () => {
      const play = new Play().start(inFolder({ folderUid: 'f' }));
      await play.pass(700_000);
      expect(play.outcomes).toEqual(['waiting x']);
      expect(play.events).toContainEqual(
        expect.objectContaining({ op: 'waiting', message: expect.stringContaining('GRAFANA_CREATE_FOLDERS=true') }),
      );
      play.grafana.folder('f', 1);
      await play.pass(400_000);
      expect(play.outcomes).toEqual(['waiting x', 'created x']);
    });

    it('GRAFANA_CREATE_FOLDERS creates it, with the title of the annotation', async () => {
      const play = new Play({ createFolders: true }).start(inFolder({ folderUid: 'f', folderTitle: 'My folder' }));
      await play.pass(100);
      expect(play.outcomes).toEqual(['created x']);
      expect(play.grafana.folders.get('f')?.title).toBe('My folder');
    });

    it('a folder that was just created and is not known everywhere is tried again soon', async () => {
      const play = new Play({ createFolders: true });
      let refusals = 2;
      play.grafana.fault = (call) => (call === 'save' && refusals-- > 0 ? error('folder-missing', 404) : undefined);
      play.start(inFolder({ folderUid: 'f' }));
      await play.pass(3_000);
      expect(play.outcomes).toEqual(['failed x', 'created x']);
    });

    it('an id is resolved, and a warning names the uid once', async () => {
      const play = new Play();
      play.grafana.folder('f', 7);
      play.start(inFolder({ folderID: '7' }));
      await play.pass(700_000);
      expect(play.outcomes).toEqual(['warned x', 'created x']);
      expect(play.events).toContainEqual(
        expect.objectContaining({ op: 'warned', message: expect.stringContaining('"f"') }),
      );
      expect(play.grafana.dashboards.get('x')?.folderUid).toBe('f');
    });

    it('an id that is none waits, and 0 is the root without a request', async () => {
      const play = new Play().start(inFolder({ folderID: '9' }), inFolder({ folderID: '0' }, 'b', 'y'));
      await play.pass(100);
      expect(play.outcomes.sort()).toEqual(['created y', 'waiting x']);
      expect(play.grafana.calls('folderUid')).toHaveLength(1);
    });
  });

  describe('no needless write', () => {
    it.each([
      'apis',
      'legacy',
    ] as const)('a restart writes nothing, and %s is asked no more than it has to be', async (family) => {
      const play = new Play({ grafanaOptions: { family } }).start(...many(30).map((uid) => one(`o-${uid}`, uid)));
      await play.pass(10_000);
      play.stop();
      play.forget();
      const again = new Play({ grafana: play.grafana }).start(...play.objects.values());
      await again.pass(10_000);
      expect(play.grafana.written).toEqual([]);
      expect(play.grafana.calls('list')).toHaveLength(1);
      expect(play.grafana.calls('get')).toHaveLength(family === 'apis' ? 0 : 30);
      expect(again.fetches).toEqual([]);
      expect(again.events).toContainEqual({ type: 'grafana-synced' });
    });

    it('on the legacy family a start asks for no more than ten in a second', async () => {
      const play = new Play({ grafanaOptions: { family: 'legacy' } }).start(
        ...many(40).map((uid) => one(`o-${uid}`, uid)),
      );
      await play.pass(10_000);
      play.stop();
      play.forget();
      new Play({ grafana: play.grafana }).start(...play.objects.values());
      await play.pass(10_000);
      const gets = play.grafana.calls('get').map(({ atMs }) => atMs);
      expect(gets).toHaveLength(40);
      for (const [i, atMs] of gets.entries())
        expect((gets[i + 10] ?? Number.POSITIVE_INFINITY) - atMs).toBeGreaterThanOrEqual(1_000);
    });

    it('a relist says nothing and asks nothing', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.forget();
      play.list();
      await play.pass(1_000);
      expect(play.events).toEqual([]);
      expect(play.grafana.asked).toEqual([]);
    });

    it('what somebody edited while no sidecar ran is repaired, a resync after the start', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.stop();
      play.grafana.edit('x', { title: 'edited' });
      const again = new Play({ grafana: play.grafana }).start(...play.objects.values());
      await again.pass(400_000);
      expect(again.outcomes).toEqual(['unchanged x', 'updated x']);
      expect(play.grafana.dashboards.get('x')?.spec['title']).toBe('x');
    });
  });

  describe('drift and resync', () => {
    it.each(['apis', 'legacy'] as const)('an edit in Grafana is repaired at the next resync: %s', async (family) => {
      const play = new Play({ grafanaOptions: { family } }).start(one('a', 'x'));
      await play.pass(100);
      play.grafana.edit('x', { title: 'edited' });
      await play.pass(400_000);
      expect(play.events).toContainEqual(expect.objectContaining({ op: 'updated', uid: 'x', drift: true }));
      expect(play.grafana.dashboards.get('x')?.spec['title']).toBe('x');
    });

    it('a move in Grafana is drift where a folder is named, and nothing where none is', async () => {
      const play = new Play();
      play.grafana.folder('f', 1);
      play.grafana.folder('g', 2);
      play.start(configMap('a', { 'x.json': dashboard('x') }, { labels: { folderUid: 'f' } }), one('b', 'y'));
      await play.pass(100);
      play.grafana.put('x', { folderUid: 'g' });
      play.grafana.put('y', { folderUid: 'g' });
      await play.pass(400_000);
      expect(play.events).toContainEqual(expect.objectContaining({ op: 'moved', uid: 'x', drift: true }));
      expect(play.grafana.dashboards.get('y')?.folderUid).toBe('g');
    });

    it('GRAFANA_DRIFT=warn says each edit once, and a change of the object is pushed over it', async () => {
      const play = new Play({ drift: 'warn' }).start(one('a', 'x'));
      await play.pass(100);
      play.grafana.edit('x', { title: 'edited' });
      await play.pass(1_000_000);
      expect(play.outcomes).toEqual(['created x', 'drift x']);
      play.grafana.edit('x', { title: 'edited again' });
      await play.pass(400_000);
      expect(play.outcomes).toEqual(['created x', 'drift x', 'drift x']);
      play.apply(one('a', 'x', { title: 'new' }));
      await play.pass(1_000);
      expect(play.grafana.dashboards.get('x')?.spec['title']).toBe('new');
    });

    it('GRAFANA_DRIFT=ignore leaves edits, and says nothing', async () => {
      const play = new Play({ drift: 'ignore' }).start(one('a', 'x'));
      await play.pass(100);
      play.forget();
      play.grafana.edit('x', { title: 'edited' });
      await play.pass(700_000);
      expect(play.outcomes).toEqual([]);
      expect(play.grafana.written).toEqual([]);
    });

    it('a Grafana that comes back empty is filled again, with objects that are fetched a few at a time', async () => {
      const play = new Play({ maxDeletePercent: 100 }).start(...many(40).map((uid) => one(`o-${uid}`, uid)));
      await play.pass(10_000);
      play.forget();
      play.grafana.empty();
      await play.pass(400_000);
      expect(play.grafana.dashboards.size).toBe(40);
      expect(play.fetches).toHaveLength(40);
      expect(play.grafana.written).toHaveLength(40);
    });

    it('resyncs have jitter', async () => {
      const play = new Play({ random: () => 0.999 }).start();
      await play.pass(329_000);
      expect(play.grafana.calls('list')).toHaveLength(1);
      await play.pass(2_000);
      expect(play.grafana.calls('list')).toHaveLength(2);
    });
  });

  describe('what is stale', () => {
    it('what was deleted while no sidecar ran goes after a complete list, not before', async () => {
      const grafana = new MemoryGrafana();
      grafana.put('x', stamped('x'));
      const play = new Play({ grafana }).open();
      await play.pass(400_000);
      expect(grafana.dashboards.size).toBe(1);
      play.list();
      await play.pass(3_000);
      expect(play.outcomes).toEqual(['deleted x']);
    });

    it('stamps of namespaces and kinds that are not listed stay, and so do those of other instances', async () => {
      const grafana = new MemoryGrafana();
      grafana.put('n', stamped('n', { source: 'elsewhere/configmap/gone/n.json' }));
      grafana.put('s', stamped('s', { source: 'default/secret/gone/s.json' }));
      grafana.put('i', stamped('i', { instance: 'another' }));
      const play = new Play({ grafana, maxDeletePercent: 100 }).start();
      await play.pass(700_000);
      expect(grafana.dashboards.size).toBe(3);
    });

    it('a namespace that is followed and gone takes its dashboards along, once the list of namespaces is complete', async () => {
      const grafana = new MemoryGrafana();
      grafana.put('n', stamped('n', { source: 'team-a/configmap/gone/n.json' }));
      grafana.put('o', stamped('o', { source: 'other/configmap/gone/o.json' }));
      const namespaces: Scope = { kind: 'namespace', namespace: undefined };
      const play = new Play({
        grafana,
        scopes: [namespaces],
        scopesOf: (namespace) => (namespace.startsWith('team-') ? [{ kind: 'configmap', namespace }] : []),
      }).open();
      await play.pass(10_000);
      expect(grafana.dashboards.size).toBe(2);
      play.say({ type: 'init', scope: namespaces }).say({ type: 'init-done', scope: namespaces });
      await play.pass(10_000);
      expect([...grafana.dashboards.keys()]).toEqual(['o']);
    });

    it('on the legacy family nothing goes before it is known whose everything is', async () => {
      const grafana = new MemoryGrafana({ family: 'legacy' });
      for (const uid of many(20)) grafana.put(uid, stamped(uid));
      const play = new Play({ grafana }).start();
      await play.pass(60_000);
      expect(grafana.dashboards.size).toBe(20);
      expect(play.events).toContainEqual(expect.objectContaining({ state: 'braked', deletes: 20, ours: 20 }));
    });

    it('a key that cannot be read keeps the dashboard that it had, also after a restart', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      const broken = configMap('a', { 'x.json': '{' });
      play.apply(broken);
      await play.pass(10_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
      expect(play.events).toContainEqual(expect.objectContaining({ type: 'refused', entry: 'x.json' }));
      play.stop();
      const again = new Play({ grafana: play.grafana }).start(broken);
      await again.pass(10_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
      again.apply(configMap('a', {}));
      await again.pass(10_000);
      expect(play.grafana.dashboards.size).toBe(0);
    });
  });

  describe('the brake', () => {
    const twenty = () => many(20).map((uid) => one(`o-${uid}`, uid));

    it('deletes of many at once are refused, said once, and carried out when so few are left that they may go', async () => {
      const play = new Play().start(...twenty());
      await play.pass(10_000);
      for (const uid of many(15)) play.delete(`o-${uid}`);
      await play.pass(700_000);
      expect(play.grafana.dashboards.size).toBe(20);
      const braked = play.events.filter((event) => event.type === 'grafana' && event.state === 'braked');
      expect(braked).toMatchObject([
        { deletes: 15, ours: 20, message: expect.stringContaining('GRAFANA_MAX_DELETE_PERCENT') },
      ]);
      for (const object of twenty().slice(0, 6)) play.apply(object);
      await play.pass(10_000);
      expect(play.events).toContainEqual({ type: 'grafana', state: 'unbraked' });
      expect(play.grafana.dashboards.size).toBe(11);
    });

    it('ten may always go', async () => {
      const play = new Play().start(...twenty().slice(0, 10));
      await play.pass(10_000);
      for (const uid of many(10)) play.delete(`o-${uid}`);
      await play.pass(10_000);
      expect(play.grafana.dashboards.size).toBe(0);
    });

    it('GRAFANA_MAX_DELETE_PERCENT=100 allows all', async () => {
      const play = new Play({ maxDeletePercent: 100 }).start(...twenty());
      await play.pass(10_000);
      for (const uid of many(20)) play.delete(`o-${uid}`);
      await play.pass(10_000);
      expect(play.grafana.dashboards.size).toBe(0);
    });

    it('many small steps within a minute are one', async () => {
      const play = new Play().start(...twenty());
      await play.pass(10_000);
      for (const uid of many(20)) {
        play.delete(`o-${uid}`);
        await play.pass(2_000);
      }
      await play.pass(100_000);
      expect(play.grafana.dashboards.size).toBe(10);
    });
  });

  describe('faults', () => {
    it('401: three requests at most, then one in ten minutes', async () => {
      const play = new Play().start(...many(20).map((uid) => one(`o-${uid}`, uid)));
      await play.pass(10_000);
      play.forget();
      play.grafana.fault = () => error('unauthorized', 401);
      for (const uid of many(20)) play.apply(one(`o-${uid}`, uid, { title: 'new' }));
      await play.pass(590_000);
      expect(play.grafana.asked.length).toBeLessThanOrEqual(3);
      expect(play.events.filter((event) => event.type === 'grafana')).toMatchObject([
        { state: 'down', code: 'unauthorized', retryInMs: 600_000 },
      ]);
      const before = play.grafana.asked.length;
      await play.pass(610_000);
      expect(play.grafana.asked.length).toBe(before + 1);
    });

    it('401 at the start is one request, and again at once when a credential file changes', async () => {
      const credentialsChange$ = new Subject<void>();
      const play = new Play({ credentialsChange$ });
      play.grafana.fault = () => error('unauthorized', 401);
      play.start(one('a', 'x'));
      await play.pass(60_000);
      expect(play.grafana.asked).toHaveLength(1);
      expect(play.events).toContainEqual({ type: 'grafana-synced' });
      play.grafana.fault = () => undefined;
      credentialsChange$.next();
      await play.pass(100);
      expect(play.outcomes).toEqual(['created x']);
      expect(play.events).toContainEqual({ type: 'grafana', state: 'up' });
    });

    it('a Grafana that is down is asked by one, with a backoff, and no dashboard says that it failed', async () => {
      const play = new Play().start(...many(20).map((uid) => one(`o-${uid}`, uid)));
      await play.pass(10_000);
      play.forget();
      play.grafana.fault = () => error('unreachable');
      for (const uid of many(20)) play.apply(one(`o-${uid}`, uid, { title: 'new' }));
      await play.pass(60_000);
      expect(play.grafana.asked.length).toBeLessThan(12);
      expect(play.outcomes).toEqual([]);
      play.grafana.fault = () => undefined;
      await play.pass(31_000);
      expect(play.outcomes).toHaveLength(20);
    });

    it('Retry-After is waited for by all', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.forget();
      play.grafana.fault = () => error('throttled', 429, 40_000);
      play.apply(one('a', 'x', { title: 'new' })).apply(one('b', 'y'));
      await play.pass(39_000);
      expect(play.grafana.asked.length).toBeLessThanOrEqual(3);
    });

    it('one bad dashboard is tried again by itself, and holds up no other', async () => {
      const play = new Play();
      play.grafana.fault = (call, uid) => (call === 'save' && uid === 'bad' ? error('server', 500) : undefined);
      play.start(one('a', 'bad'), one('b', 'good'));
      await play.pass(100);
      expect(play.outcomes.sort()).toEqual(['created good', 'failed bad']);
      for (const uid of many(5)) {
        play.apply(one(`o-${uid}`, uid));
        await play.pass(50);
        expect(play.grafana.dashboards.has(uid)).toBe(true);
      }
    });

    it('the newest state wins over one that waits for its next try', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.grafana.fault = (call) => (call === 'save' ? error('server', 500) : undefined);
      play.apply(one('a', 'x', { title: 'first' }));
      await play.pass(100);
      play.grafana.fault = () => undefined;
      play.apply(one('a', 'x', { title: 'second' }));
      await play.pass(100);
      expect(play.grafana.dashboards.get('x')?.title).toBe('second');
      expect(play.grafana.written).toHaveLength(2);
    });

    it('rejected is said once and not tried again until the source changes', async () => {
      const play = new Play();
      play.grafana.fault = (call) => (call === 'save' ? error('rejected', 422) : undefined);
      play.start(one('a', 'x'));
      await play.pass(1_000_000);
      expect(play.grafana.calls('save')).toHaveLength(1);
      expect(play.outcomes).toEqual(['refused x']);
      play.grafana.fault = () => undefined;
      play.apply(one('a', 'x', { title: 'better' }));
      await play.pass(100);
      expect(play.outcomes).toEqual(['refused x', 'created x']);
    });

    it.each(['forbidden', 'quota', 'pending', 'unsupported'] as const)('%s is tried once each resync', async (code) => {
      const play = new Play();
      play.grafana.fault = (call) => (call === 'save' ? error(code) : undefined);
      play.start(one('a', 'x'));
      await play.pass(910_000);
      expect(play.grafana.calls('save')).toHaveLength(4);
      expect(play.outcomes).toEqual([code === 'pending' ? 'waiting x' : 'refused x']);
    });

    it('a list that is forbidden is said, and tried again slowly', async () => {
      const play = new Play();
      play.grafana.fault = (call) => (call === 'list' ? error('forbidden', 403) : undefined);
      play.start(one('a', 'x'));
      await play.pass(310_000);
      expect(play.grafana.calls('list')).toHaveLength(2);
      expect(play.events).toContainEqual(
        expect.objectContaining({ type: 'grafana', state: 'down', code: 'forbidden' }),
      );
      expect(play.grafana.written).toEqual([]);
    });

    it('a conflict is read again once, and then by backoff', async () => {
      const play = new Play().start(one('a', 'x'));
      await play.pass(100);
      play.forget();
      let conflicts = 3;
      play.grafana.fault = (call) => (call === 'save' && conflicts-- > 0 ? error('conflict', 409) : undefined);
      play.apply(one('a', 'x', { title: 'new' }));
      await play.pass(100);
      expect(play.grafana.calls('get', 'save').map(({ call }) => call)).toEqual(['get', 'save', 'get', 'save']);
      await play.pass(10_000);
      expect(play.outcomes).toEqual(['failed x', 'updated x']);
    });

    it('a slow dashboard holds up others no longer than its turn to write', async () => {
      const play = new Play({ grafanaOptions: { latencyMs: 100 } }).start(
        ...many(9).map((uid) => one(`o-${uid}`, uid)),
      );
      await play.pass(3_000);
      expect(play.grafana.mostWritesUnderWay).toBe(1);
      expect(play.grafana.mostUnderWay).toBeLessThanOrEqual(3);
      expect(play.grafana.dashboards.size).toBe(9);
    });
  });

  describe('leadership', () => {
    const standing: Leadership = { type: 'leadership', state: 'standing', leader: undefined };
    const leading = (mayAct = () => true): Leadership => ({
      type: 'leadership',
      state: 'leading',
      term: { mayAct, remainingMs: () => 1_000 },
    });

    it('who stands by asks nothing, is synced, and takes over with one list and what has changed', async () => {
      const leadership$ = new Subject<Leadership>();
      const play = new Play({ leadership$ });
      play.open();
      leadership$.next(standing);
      play.apply(one('a', 'x')).list();
      await play.pass(1_000_000);
      expect(play.grafana.asked).toEqual([]);
      expect(play.events).toEqual([{ type: 'grafana-synced' }]);
      leadership$.next(leading());
      await play.pass(1_000);
      expect(play.outcomes).toEqual(['created x']);
    });

    it('the end of a term aborts the write, and the next one compares everything anew', async () => {
      const leadership$ = new Subject<Leadership>();
      const play = new Play({ leadership$, grafanaOptions: { latencyMs: 100 } });
      play.open();
      leadership$.next(leading());
      play.apply(one('a', 'x')).list();
      await play.pass(220);
      expect(play.grafana.calls('save')).toMatchObject([{ result: undefined }]);
      leadership$.next(standing);
      expect(play.grafana.calls('save')).toMatchObject([{ result: 'aborted' }]);
      await play.pass(10_000);
      leadership$.next(leading());
      await play.pass(10_000);
      expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
    });

    it('nothing is written once we may not act, though nobody has said so yet', async () => {
      let may = true;
      const play = new Play({ leadership$: new Subject() });
      const led = new Play({ grafana: play.grafana, leadership$: of(leading(() => may)) }).start(one('a', 'x'));
      await led.pass(100);
      may = false;
      led.apply(one('a', 'x', { title: 'new' })).delete('b');
      await led.pass(10_000);
      expect(led.grafana.written).toHaveLength(1);
      may = true;
      await led.pass(2_000);
      expect(led.grafana.written).toHaveLength(2);
    });
  });

  describe('once', () => {
    it('completes when each dashboard had its first try and what is stale is gone', async () => {
      const grafana = new MemoryGrafana();
      grafana.put('old', stamped('old'));
      const play = new Play({ grafana, once: true }).start(one('a', 'x'));
      await play.pass(5_000);
      expect(play.completed).toBe(true);
      expect([...grafana.dashboards.keys()]).toEqual(['x']);
    });
  });
});
