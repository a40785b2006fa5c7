import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { error, MemoryGrafana } from './memory-grafana.js';
import { configMap, dashboard, INSTANCE, Play } from './play-push.js';

const OBJECTS = ['a', 'b', 'c'] as const;
const KEYS = ['k.json', 'l.json'] as const;
const UIDS = ['u', 'v', 'w', 'x'] as const;
const FOLDERS = [undefined, 'f', 'g'] as const;

interface Content {
  readonly uid: string;
  readonly title: string;
}

/** What objects there are: by name, their folder, and by key what is in them. */
type World = Map<string, { folder: string | undefined; age: string; keys: Map<string, Content> }>;

const operation = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      object: fc.constantFrom(...OBJECTS),
      key: fc.constantFrom(...KEYS),
      uid: fc.constantFrom(...UIDS),
      title: fc.constantFrom('one', 'two', 'three'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('move' as const),
      object: fc.constantFrom(...OBJECTS),
      folder: fc.constantFrom(...FOLDERS),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('deleteKey' as const),
      object: fc.constantFrom(...OBJECTS),
      key: fc.constantFrom(...KEYS),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), object: fc.constantFrom(...OBJECTS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('relist' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('empty' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('edit' as const), uid: fc.constantFrom(...UIDS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resync' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fault' as const),
      code: fc.constantFrom('server' as const, 'unreachable' as const, 'throttled' as const, 'conflict' as const),
      call: fc.constantFrom('get' as const, 'save' as const, 'remove' as const, 'list' as const),
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
);
const step = fc.record({ operation, waitMs: fc.constantFrom(0, 0, 1, 3, 50, 2_500, 20_000) });

/** What Grafana must have at the end: the oldest object has a uid, then the first by name; of its keys the first by name. */
function wanted(world: World): Map<string, { title: string; folder: string | undefined; source: string }> {
  const result = new Map<string, { title: string; folder: string | undefined; source: string }>();
  const order = [...world].sort(([a, x], [b, y]) => (x.age + a < y.age + b ? -1 : 1));
  for (const [name, { folder, keys }] of order) {
    for (const [key, { uid, title }] of [...keys].sort()) {
      if (!result.has(uid)) result.set(uid, { title, folder, source: `default/configmap/${name}/${key}` });
    }
  }
  return result;
}

describe.each(['apis', 'legacy'] as const)('pushDashboards against a model, %s', (family) => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('Grafana ends as the objects want it, others are untouched, and nothing is written without a change', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const grafana = new MemoryGrafana({ family, latencyMs: 4 });
        const folders = () => {
          grafana.folder('f', 1);
          grafana.folder('g', 2);
        };
        folders();
        grafana.put('theirs');
        grafana.put('other-instance', {
          stamp: {
            instance: 'other',
            source: 'default/configmap/a/k.json',
            uid: 'other-instance',
            sha256: 'f'.repeat(64),
          },
          management: 'stamped',
        });
        const theirs = () => ['theirs', 'other-instance'].map((uid) => grafana.dashboards.get(uid));
        const before = theirs();
        const world: World = new Map();
        const begin = () => {
          const play = new Play({ grafana, maxDeletePercent: 100, resyncMs: 60_000 });
          for (const name of world.keys()) play.objects.set(`configmap/default/${name}`, objectOf(name));
          return play.open().list();
        };
        const objectOf = (name: string) => {
          const { folder, age, keys } = world.get(name) as NonNullable<ReturnType<World['get']>>;
          const data = Object.fromEntries([...keys].map(([key, { uid, title }]) => [key, dashboard(uid, { title })]));
          const annotations: Record<string, string> = folder === undefined ? {} : { folderUid: folder };
          return configMap(name, data, { creationTimestamp: age, annotations });
        };
        let play = begin();
        let faults = 0;
        let age = 0;
        for (const { operation: op, waitMs } of steps) {
          const object = 'object' in op ? world.get(op.object) : undefined;
          switch (op.do) {
            case 'put': {
              age += 1;
              const stamp = `2026-01-01T00:00:${String(age).padStart(2, '0')}Z`;
              const here = object ?? { folder: undefined, age: stamp, keys: new Map<string, Content>() };
              world.set(op.object, here);
              here.keys.set(op.key, { uid: op.uid, title: op.title });
              play.apply(objectOf(op.object));
              break;
            }
            case 'move':
              if (object === undefined) break;
              object.folder = op.folder;
              play.apply(objectOf(op.object));
              break;
            case 'deleteKey':
              if (!object?.keys.delete(op.key)) break;
              play.apply(objectOf(op.object));
              break;
            case 'delete':
              if (!world.delete(op.object)) break;
              play.delete(op.object);
              break;
            case 'relist':
              play.list();
              break;
            case 'restart':
              play.stop();
              play = begin();
              break;
            case 'empty':
              grafana.empty();
              folders();
              for (const one of before) if (one !== undefined) grafana.dashboards.set(one.uid, one);
              break;
            case 'edit':
              if (grafana.dashboards.has(op.uid)) grafana.edit(op.uid, { title: 'edited' });
              break;
            case 'resync':
              await play.pass(70_000);
              break;
            case 'fault': {
              faults = op.times;
              grafana.fault = (call) => {
                if (call !== op.call || faults === 0) return undefined;
                faults -= 1;
                return error(op.code);
              };
              break;
            }
          }
          await play.pass(waitMs);
        }
        faults = 0;
        await play.pass(700_000);

        const end = wanted(world);
        const ours = [...grafana.dashboards.values()].filter(({ stamp }) => stamp?.instance === INSTANCE);
        expect(ours.map(({ uid }) => uid).sort()).toEqual([...end.keys()].sort());
        for (const { uid, title, folderUid, stamp, spec } of ours) {
          const wish = end.get(uid);
          expect({ title, spec: spec['title'] }).toEqual({ title: wish?.title, spec: wish?.title });
          if (wish?.folder !== undefined) expect(folderUid).toBe(wish.folder);
          expect(stamp?.uid).toBe(uid);
        }
        expect(theirs()).toEqual(before);
        expect(grafana.mostWritesUnderWay).toBeLessThanOrEqual(1);
        expect(grafana.mostUnderWay).toBeLessThanOrEqual(3);

        const written = grafana.written.length;
        play.list();
        await play.pass(200_000);
        play.stop();
        play = begin();
        await play.pass(200_000);
        play.stop();
        expect(grafana.written.slice(written)).toEqual([]);
      }),
      { numRuns: Number(process.env['RUNS'] ?? 150) },
    );
  });
});
