import { defer, delay, Observable, of, type SchedulerLike, type Subscriber } from 'rxjs';
import type { ObjectKey, ResourceEvent, WatchedObject } from '../../../src/model.js';
import { alive, applied, deleted, init, initDone, listed, watched } from '../operators/events.js';

/** In the order of their age: the first that is there wins the file which all want. */
export const names = ['a', 'b', 'c'] as const;
export type Name = (typeof names)[number];

/** What happens next, at the server or to the watch of it. */
export interface Happening {
  readonly afterMs: number;
  readonly what: 'set' | 'delete' | 'cut' | 'list';
  readonly name: Name;
  /** Between an event of a list and the next. */
  readonly gapMs: number;
}

export interface ScriptedServer {
  readonly events$: Observable<ResourceEvent>;
  /** The object as it is when it is asked for; the answer takes its time. */
  readonly fetch: (key: ObjectKey, takesMs: number) => Observable<WatchedObject | undefined>;
  /** What a folder must have at the end: name → text. */
  readonly files: () => Readonly<Record<string, string>>;
  /** The newest version of an object that the watch had called gone before a moment; 0 where there is none. */
  readonly goneBefore: (name: string, ms: number) => number;
}

/**
 * A server with three objects, and one watch of it: both do as the script says, and at its end the watch has told everything.
 * Each content is the version, which grows, so that older state is known when it is seen.
 */
export function scriptedServer(
  scheduler: SchedulerLike,
  script: readonly Happening[],
  allWant?: string,
): ScriptedServer {
  const objects = new Map<Name, WatchedObject>();
  const gone: { readonly name: Name; readonly atMs: number; readonly version: number }[] = [];
  let subscriber: Subscriber<ResourceEvent> | undefined;
  let version = 0;
  let lists = 0;
  let watch: 'cut' | 'live' | (() => void)[] = 'cut';

  const say = (event: ResourceEvent, asOf = version): void => {
    if (event.type === 'delete') {
      gone.push({ name: event.key.slice(-1) as Name, atMs: scheduler.now(), version: asOf });
    }
    subscriber?.next(event);
  };

  const happened = (event: ResourceEvent): void => {
    const asOf = version;
    if (watch === 'live') say(event);
    else if (watch !== 'cut') watch.push(() => say(event, asOf));
  };

  const list = (gapMs: number): void => {
    lists += 1;
    const [thisList, asOf, listedObjects] = [lists, version, [...objects]];
    // What happens from now on is told behind the list.
    const since: (() => void)[] = [];
    watch = since;
    const steps = [
      () => say(init()),
      ...listedObjects.map(
        ([, object]) =>
          () =>
            say(listed(object)),
      ),
      () => {
        const present = new Set(listedObjects.map(([name]) => name));
        for (const name of names) {
          if (!present.has(name)) gone.push({ name, atMs: scheduler.now(), version: asOf });
        }
        say(initDone());
        watch = 'live';
        for (const tell of since) tell();
      },
    ];
    for (const [index, step] of steps.entries()) {
      const unlessCut = () => {
        if (thisList === lists) step();
      };
      if (gapMs === 0) unlessCut();
      else scheduler.schedule(unlessCut, index * gapMs);
    }
  };

  const happen = ({ what, name, gapMs }: Happening): void => {
    if (what === 'set') {
      version += 1;
      const creationTimestamp = `2026-01-0${names.indexOf(name) + 1}T00:00:00Z`;
      const data = { [`${name}.txt`]: `v${version}`, ...(allWant && { [allWant]: `${name} v${version}` }) };
      const object = watched(name, { creationTimestamp, data });
      objects.set(name, object);
      happened(applied(object) as ResourceEvent);
    } else if (what === 'delete') {
      if (objects.delete(name)) happened(deleted(name) as ResourceEvent);
    } else if (what === 'cut') {
      lists += 1;
      watch = 'cut';
      say(alive);
    } else {
      list(gapMs);
    }
  };

  let atMs = 0;
  const last = { what: 'list', name: 'a', gapMs: 0, afterMs: 100 } as const;
  for (const happening of [...script, last]) {
    atMs += happening.afterMs;
    scheduler.schedule(() => happen(happening), atMs);
  }

  return {
    events$: new Observable((given) => {
      subscriber = given;
    }),
    fetch: (key, takesMs) => defer(() => of(objects.get(key.slice(-1) as Name))).pipe(delay(takesMs)),
    files: () => Object.assign({}, ...names.toReversed().map((name) => objects.get(name)?.data)),
    goneBefore: (name, ms) =>
      Math.max(0, ...gone.filter((one) => one.name === name && one.atMs < ms).map((one) => one.version)),
  };
}
