import fc from 'fast-check';
import { Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { type ObjectKey, objectKey, type ResourceEvent, type Scope, type WatchedObject } from '../../../src/model.js';
import { claimPaths } from '../../../src/operators/claim-paths.js';
import { reconcileLists } from '../../../src/operators/reconcile-lists.js';
import { followNamespaces } from '../../../src/streams/follow-namespaces.js';
import { applied, desiredFile, failed, init, initDone, listed, watched } from './events.js';

const cluster: Scope = { kind: 'namespace', namespace: undefined };
const names = ['a', 'b', 'c'] as const;
/** Two in each namespace, and all want one of few paths, so that paths pass from one namespace to another. */
const objects = names.flatMap((namespace, index) =>
  ['x', 'y'].map((name) => watched(name, { namespace, creationTimestamp: `202${name === 'x' ? index : 9 - index}` })),
);
/** Some move to a path of their own. */
const moved = objects.map((object) => ({ ...object, data: { path: '/z' } }));
const pathOf = ({ name, data }: Pick<WatchedObject, 'name' | 'data'>) => data['path'] ?? `/${name}`;

/** A cluster, and what a sidecar says and does about it. `told` is what the sidecar was told, which may be less. */
class World {
  readonly #here = new Set<string>();
  readonly #allowed = new Set<string>(names);
  readonly #objects = new Map<ObjectKey, WatchedObject>();
  readonly #sources = new Map<Scope, Subject<ResourceEvent>>();
  readonly #needed = new Set<ObjectKey>();
  readonly #fetched$ = new Subject<ResourceEvent>();
  readonly published: Map<string, ObjectKey>;
  listed = false;
  /** Sources that are subscribed to. */
  readonly open = new Set<Scope>();

  constructor(remembered: ReadonlyMap<string, ObjectKey>) {
    this.published = new Map(remembered);
    const source = (scope: Scope) => {
      const subject = new Subject<ResourceEvent>();
      this.#sources.set(scope, subject);
      return subject;
    };
    const followed$ = followNamespaces({
      scope: cluster,
      scopesOf: (namespace) => [{ kind: 'configmap', namespace }],
      source,
    });
    const events$ = new Subject<ResourceEvent>();
    events$
      .pipe(
        reconcileLists(),
        claimPaths({
          scopes: [cluster],
          remembered: () => remembered,
          desired: (object) => ({ files: [desiredFile(pathOf(object), objectKey(object))], refusals: [] }),
        }),
      )
      .subscribe((event) => {
        if (event.type === 'listed') this.listed = true;
        if (event.type === 'needed') this.#needed.add(event.key);
        if (event.type === 'joined') this.open.add(event.scope);
        if (event.type === 'left') this.open.delete(event.scope);
        if (event.type !== 'plan') return;
        for (const { owner, file } of event.writes) this.published.set(file.path, owner);
        for (const { owner, path } of event.removes) {
          expect(this.published.get(path)).toBe(owner);
          this.published.delete(path);
        }
      });
    followed$.subscribe(events$);
    this.#fetched$.subscribe(events$);
  }

  namespace(name: string, exists: boolean): void {
    if (this.#here.has(name) === exists) return;
    const object = watched(name, { kind: 'namespace', namespace: '' });
    if (exists) this.#here.add(name);
    else this.#here.delete(name);
    this.#say(cluster, exists ? applied(object, cluster) : { type: 'delete', scope: cluster, key: objectKey(object) });
  }

  /** The namespaces change while nobody watches. */
  missed(name: string, exists: boolean): void {
    if (exists) this.#here.add(name);
    else this.#here.delete(name);
  }

  allow(name: string, allowed: boolean): void {
    if (allowed) this.#allowed.add(name);
    else this.#allowed.delete(name);
  }

  put(object: WatchedObject, exists: boolean): void {
    const key = objectKey(object);
    if (!exists && !this.#objects.has(key)) return;
    if (exists) this.#objects.set(key, object);
    else this.#objects.delete(key);
    const scope = this.#scopeOf(object.namespace);
    if (scope && this.#allowed.has(object.namespace)) {
      this.#say(scope, exists ? applied(object, scope) : { type: 'delete', scope, key });
    }
  }

  listNamespaces(fails: boolean): void {
    this.#say(cluster, init(cluster));
    for (const name of this.#here) {
      this.#say(cluster, listed(watched(name, { kind: 'namespace', namespace: '' }), cluster));
    }
    this.#say(cluster, fails ? failed('server', cluster) : initDone(cluster));
  }

  list(name: string, fails: boolean): void {
    const scope = this.#scopeOf(name);
    if (!scope) return;
    if (!this.#allowed.has(name)) {
      this.#say(scope, failed('forbidden', scope));
      return;
    }
    this.#say(scope, init(scope));
    for (const object of this.#objects.values()) {
      if (object.namespace === name) this.#say(scope, listed(object, scope));
    }
    this.#say(scope, fails ? failed('server', scope) : initDone(scope));
  }

  fetch(): void {
    for (const key of this.#needed) {
      this.#needed.delete(key);
      const scope = this.#scopeOf(key.split('/')[1] as string);
      const object = this.#objects.get(key);
      if (scope) this.#fetched$.next(object ? applied(object, scope) : { type: 'delete', scope, key });
    }
  }

  /** Everything is said once more, and asked for. */
  settle(): void {
    this.listNamespaces(false);
    for (const name of names) this.list(name, false);
    while (this.#needed.size > 0) this.fetch();
  }

  /** What must stand for the objects of the namespaces that are there and may be read. */
  wanted(): ReadonlyMap<string, ObjectKey> {
    const best = new Map<string, WatchedObject>();
    for (const object of this.#objects.values()) {
      const seen = best.get(pathOf(object));
      const isReadable = this.#here.has(object.namespace) && this.#allowed.has(object.namespace);
      if (isReadable && (!seen || object.creationTimestamp < seen.creationTimestamp)) best.set(pathOf(object), object);
    }
    return new Map([...best].map(([path, object]) => [path, objectKey(object)]));
  }

  exists(name: string): boolean {
    return this.#here.has(name);
  }

  #scopeOf(name: string): Scope | undefined {
    return [...this.open].find(({ namespace }) => namespace === name);
  }

  #say(scope: Scope, event: ResourceEvent): void {
    this.#sources.get(scope)?.next(event);
  }
}

const name = fc.constantFrom(...names);
const step = fc.oneof(
  fc.record({ act: fc.constantFrom('namespace', 'missed', 'allow'), name, yes: fc.boolean() }),
  fc.record({ act: fc.constantFrom('list'), name, yes: fc.boolean() }),
  fc.record({ act: fc.constantFrom('list namespaces', 'fetch'), yes: fc.boolean() }),
  fc.record({ act: fc.constantFrom('put'), object: fc.constantFrom(...objects, ...moved), yes: fc.boolean() }),
);
const memory = fc.dictionary(
  fc.constantFrom('/x', '/y', '/z'),
  fc.constantFrom<ObjectKey>('configmap/a/x', 'configmap/b/gone', 'configmap/elsewhere/x'),
);

function take(world: World, one: typeof step extends fc.Arbitrary<infer S> ? S : never): void {
  const { act, yes } = one;
  if (act === 'list namespaces') world.listNamespaces(yes);
  else if (act === 'fetch') world.fetch();
  else if ('object' in one) world.put(one.object, yes);
  else if (act === 'list') world.list(one.name, yes);
  else if (act === 'namespace') world.namespace(one.name, yes);
  else if (act === 'missed') world.missed(one.name, yes);
  else if (act === 'allow') world.allow(one.name, yes);
}

it('whatever joins, leaves, fails and is refused, the files at rest are those that are selected', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), memory, fc.boolean(), (steps, remembered, isRefused) => {
      const world = new World(new Map(Object.entries(remembered)));
      if (isRefused) {
        world.missed('a', true);
        world.allow('a', false);
        world.listNamespaces(false);
        world.list('a', false);
      }
      for (const one of steps) take(world, one);
      for (const each of names) world.allow(each, true);
      world.settle();
      expect(world.listed).toBe(true);
      expect(new Map([...world.published].sort())).toEqual(new Map([...world.wanted()].sort()));
      expect([...world.open].map(({ namespace }) => namespace).sort()).toEqual(
        names.filter((each) => world.exists(each)),
      );
    }),
    { numRuns: 1_000 },
  );
});

it('a namespace that may not be read keeps nobody from being listed, and loses nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), memory, name, (steps, remembered, refused) => {
      const world = new World(new Map(Object.entries(remembered)));
      world.missed(refused, true);
      world.allow(refused, false);
      for (const one of steps) {
        // It is there all the time, and never allowed.
        if ('name' in one && one.name === refused && one.act !== 'list') continue;
        take(world, one);
      }
      world.settle();
      expect(world.listed).toBe(true);
      for (const [path, owner] of Object.entries(remembered)) {
        if (owner.startsWith(`configmap/${refused}/`)) expect(world.published.get(path)).toBe(owner);
      }
    }),
    { numRuns: 1_000 },
  );
});

it('before the namespaces are listed nothing that was published is taken away', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), memory, (steps, remembered) => {
      const world = new World(new Map(Object.entries(remembered)));
      for (const one of steps) take(world, one.act === 'list namespaces' ? { ...one, yes: true } : one);
      for (const [path, owner] of Object.entries(remembered)) expect(world.published.get(path)).toBe(owner);
      expect(world.listed).toBe(false);
    }),
    { numRuns: 500 },
  );
});
