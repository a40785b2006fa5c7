import { asyncScheduler, defer, finalize, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import type { ApiRequest, ApiResponsePart, KubernetesApi } from '../../../src/kubernetes/api.js';
import type { ResourceEvent, Scope, SourceError } from '../../../src/model.js';

export const scope: Scope = { kind: 'configmap', namespace: 'default', labelSelector: 'x=y' };

/** One answer of the API: a cold marble, whose letters are in `parts`. It errors with `error` at `#`. */
export interface Answer {
  readonly marbles: string;
  readonly error?: SourceError;
}

export interface Played {
  /** `0 watch list`, `5 watch 7`, `9 list continue=t limit=100`: the virtual millisecond, and what was asked. */
  readonly requests: readonly string[];
  /** `1 init-apply a@1`: each event but `alive`. */
  readonly events: readonly string[];
  /** `1 71000`: each `alive` with its promise. */
  readonly alive: readonly string[];
  /** Requests that were unsubscribed or ended: none may be left over. */
  readonly open: number;
}

/**
 * Subscribes to a source in virtual time for `untilMs`, with an API that answers the n-th request with the n-th answer. After the
 * last it never answers.
 */
export function play(
  source: (api: KubernetesApi) => Observable<ResourceEvent>,
  parts: Readonly<Record<string, ApiResponsePart>>,
  answers: readonly Answer[],
  untilMs: number,
): Played {
  const requests: string[] = [];
  const events: string[] = [];
  const alive: string[] = [];
  let open = 0;
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ cold, flush }) => {
    const api: KubernetesApi = {
      request: (request) => {
        const { marbles, error } = answers[requests.length] ?? { marbles: '-' };
        requests.push(`${asyncScheduler.now()} ${describe(request)}`);
        const answer$ = cold<ApiResponsePart>(marbles, { h: { type: 'head' }, ...parts }, error);
        return defer(() => {
          open++;
          return answer$;
        }).pipe(finalize(() => open--));
      },
    };
    const subscription = source(api).subscribe({
      next: (event) => {
        const at = asyncScheduler.now();
        if (event.type === 'alive') {
          alive.push(`${at} ${event.nextWithinMs}`);
        } else {
          events.push(`${at} ${describeEvent(event)}`);
        }
      },
      error: () => events.push(`${asyncScheduler.now()} error`),
      complete: () => events.push(`${asyncScheduler.now()} complete`),
    });
    asyncScheduler.schedule(() => subscription.unsubscribe(), untilMs);
    flush();
  });
  return { requests, events, alive, open };
}

function describe({ verb, query = {} }: ApiRequest): string {
  const { resourceVersion, sendInitialEvents, limit } = query;
  if (verb === 'watch') {
    return sendInitialEvents ? 'watch list' : `watch ${resourceVersion}`;
  }
  return `${verb} ${query['continue'] ?? 'first'} limit ${limit ?? 'none'}`;
}

function describeEvent(event: Exclude<ResourceEvent, { type: 'alive' }>): string {
  switch (event.type) {
    case 'apply':
    case 'init-apply':
      return `${event.type} ${event.object.name}@${event.object.resourceVersion}`;
    case 'delete':
      return `delete ${event.key}`;
    case 'failed':
      return `failed ${event.error.code} retry ${event.retryInMs}`;
    default:
      return event.type;
  }
}

export function line(type: string, object: unknown): ApiResponsePart {
  return bytes(`${JSON.stringify({ type, object })}\n`);
}

export function bytes(text: string): ApiResponsePart {
  return { type: 'bytes', bytes: Buffer.from(text) };
}

export function configMap(name: string, resourceVersion: string | number): Record<string, unknown> {
  return {
    kind: 'ConfigMap',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      resourceVersion: String(resourceVersion),
      managedFields: [{ manager: 'kubectl' }],
    },
    data: { key: 'value' },
  };
}

export const added = (name: string, rv: number) => line('ADDED', configMap(name, rv));
export const modified = (name: string, rv: number) => line('MODIFIED', configMap(name, rv));
export const deleted = (name: string, rv: number) => line('DELETED', configMap(name, rv));
export const bookmark = (rv: number) => line('BOOKMARK', { metadata: { resourceVersion: String(rv) } });
export const listEnd = (rv: number) =>
  line('BOOKMARK', {
    metadata: { resourceVersion: String(rv), annotations: { 'k8s.io/initial-events-end': 'true' } },
  });
export const errorLine = (code: number, more: Record<string, unknown> = {}) =>
  line('ERROR', { kind: 'Status', code, ...more });

/** One page of a list, whole. */
export function page(items: readonly unknown[], resourceVersion: number, token?: string): ApiResponsePart {
  return bytes(JSON.stringify({ metadata: { resourceVersion: String(resourceVersion), continue: token }, items }));
}
