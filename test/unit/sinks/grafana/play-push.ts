import { concat, from, NEVER, Observable, Subject, type Subscription } from 'rxjs';
import { afterEach, beforeEach, vi } from 'vitest';
import { type ObjectKey, objectKey, type Scope, type WatchedObject } from '../../../../src/model.js';
import { desiredDashboards } from '../../../../src/sinks/grafana/documents/desired-dashboards.js';
import type { GrafanaEvent } from '../../../../src/sinks/grafana/grafana-event.js';
import { pushDashboards } from '../../../../src/sinks/grafana/push-dashboards.js';
import type { PushDashboardsOptions, PushInput } from '../../../../src/sinks/grafana/push-options.js';
import { MemoryGrafana, type MemoryGrafanaOptions } from './memory-grafana.js';

export const scope: Scope = { kind: 'configmap', namespace: 'default' };
export const INSTANCE = 'default/grafana_dashboard';

/** Of RxJS's timers, and of `Date`. */
export function virtualTime(): void {
  beforeEach(() => {
    vi.useFakeTimers({ now: 0 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });
}

let revision = 0;

export function configMap(
  name: string,
  data: Readonly<Record<string, unknown>>,
  more: Partial<WatchedObject> = {},
): WatchedObject {
  revision += 1;
  return {
    kind: 'configmap',
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    resourceVersion: String(revision),
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {},
    annotations: {},
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
    ),
    binaryData: {},
    ...more,
  };
}

export const dashboard = (uid: string, more: Record<string, unknown> = {}) => ({
  uid,
  title: uid,
  panels: [],
  ...more,
});

export interface PlayOptions extends Partial<PushDashboardsOptions> {
  readonly grafana?: MemoryGrafana;
  readonly grafanaOptions?: MemoryGrafanaOptions;
}

/** A cluster of one namespace, a Grafana, and a push between them. */
export class Play {
  readonly grafana: MemoryGrafana;
  readonly objects = new Map<ObjectKey, WatchedObject>();
  readonly events: GrafanaEvent[] = [];
  fetches: ObjectKey[] = [];
  completed = false;
  readonly #input$ = new Subject<PushInput>();
  readonly #options: PlayOptions;
  #subscription: Subscription | undefined;

  constructor(options: PlayOptions = {}) {
    this.grafana = options.grafana ?? new MemoryGrafana(options.grafanaOptions);
    this.#options = options;
  }

  /** Subscribes, and lists what there is. */
  start(...listed: WatchedObject[]): this {
    for (const object of listed) this.objects.set(objectKey(object), object);
    return this.open().list();
  }

  open(): this {
    const input$ = concat(this.#input$, NEVER);
    this.#subscription = input$.pipe(pushDashboards(this.grafana, this.options)).subscribe({
      next: (event) => this.events.push(event),
      complete: () => {
        this.completed = true;
      },
    });
    return this;
  }

  say(event: PushInput): this {
    this.#input$.next(event);
    return this;
  }

  list(of: Scope = scope): this {
    this.say({ type: 'init', scope: of });
    for (const object of this.objects.values()) this.say({ type: 'apply', scope: of, object });
    return this.say({ type: 'init-done', scope: of });
  }

  apply(object: WatchedObject): this {
    this.objects.set(objectKey(object), object);
    return this.say({ type: 'apply', scope, object });
  }

  delete(name: string): this {
    const key: ObjectKey = `configmap/default/${name}`;
    this.objects.delete(key);
    return this.say({ type: 'delete', scope, key });
  }

  stop(): void {
    this.#subscription?.unsubscribe();
  }

  async pass(ms: number): Promise<this> {
    await vi.advanceTimersByTimeAsync(ms);
    return this;
  }

  /** Without those of the target. */
  get outcomes(): string[] {
    return this.events.flatMap((event) => (event.type === 'dashboard' ? [`${event.op} ${event.uid}`] : []));
  }

  forget(): void {
    this.events.length = 0;
    this.grafana.asked.length = 0;
    this.grafana.written.length = 0;
    this.fetches = [];
  }

  get options(): PushDashboardsOptions {
    return {
      scopes: [scope],
      instance: INSTANCE,
      drift: 'enforce',
      adopt: false,
      createFolders: false,
      delete: true,
      maxDeletePercent: 50,
      resyncMs: 300_000,
      random: () => 0.5,
      desired: (object) =>
        desiredDashboards(object, {
          instance: INSTANCE,
          folderUidKeys: ['folderUid'],
          folderIdKeys: ['folderID'],
        }),
      fetch: (key) => {
        this.fetches.push(key);
        return new Observable((subscriber) => from(Promise.resolve(this.objects.get(key))).subscribe(subscriber));
      },
      ...this.#options,
    };
  }
}
