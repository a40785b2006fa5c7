import { Observable, type SchedulerLike } from 'rxjs';
import type { ApiCall, KubernetesWriter } from '../../../../src/kubernetes/api-call.js';
import { SourceError } from '../../../../src/model.js';

export interface ModelLease {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What happens to one request. `lost`: an error for the client. `hung`: no answer ever. Either before or after it was carried out. */
export type Fate = 'answered' | 'lost-before' | 'lost-after' | 'hung-before' | 'hung-after' | 'failed';

export interface Journey {
  readonly fate: Fate;
  /** Until the server carries it out, and from then on until the client hears of it. */
  readonly thereMs: number;
  readonly backMs: number;
  /** Where it failed. @default a 503 */
  readonly error?: SourceError | undefined;
}

/** An API server that has one Lease, with optimistic locking as the real one has it. */
export class ModelLeases {
  readonly calls: string[] = [];
  lease: ModelLease | undefined;
  #version = 0;

  /** As one client reaches it. What was sent arrives, whether anybody still waits for it or not; answers come by the client's scheduler. */
  client(server: SchedulerLike, client: SchedulerLike, journey: (call: ApiCall) => Journey): KubernetesWriter {
    return {
      send: (call) =>
        new Observable<unknown>((subscriber) => {
          const { fate, thereMs, backMs, error } = journey(call);
          const answer = (act: () => void) => {
            if (!fate.startsWith('hung')) client.schedule(() => subscriber.closed || act(), backMs);
          };
          server.schedule(() => {
            if (fate === 'failed') {
              const failure = error ?? new SourceError('server', 'It failed.', { status: 503 });
              answer(() => subscriber.error(failure));
            } else if (fate === 'lost-before' || fate === 'hung-before') {
              answer(() => subscriber.error(cut()));
            } else {
              const result = this.#carryOut(call);
              answer(() => {
                if (fate === 'lost-after') subscriber.error(cut());
                else if (result instanceof SourceError) subscriber.error(result);
                else {
                  subscriber.next(result);
                  subscriber.complete();
                }
              });
            }
          }, thereMs);
        }),
    };
  }

  /** Somebody writes it by hand. */
  put(spec: Readonly<Record<string, unknown>>): void {
    const { metadata = { name: 'lease', uid: `uid-${this.#version}` } } = this.lease ?? {};
    this.lease = { metadata: { ...metadata, resourceVersion: String(++this.#version) }, spec };
  }

  delete(): void {
    this.lease = undefined;
    this.#version++;
  }

  #carryOut({ method, body }: ApiCall): ModelLease | SourceError {
    this.calls.push(method);
    const { lease } = this;
    if (method === 'POST') {
      if (lease) return rejected(409);
      this.put((body as ModelLease).spec);
      return this.lease as unknown as ModelLease;
    }
    if (method === 'GET') return lease ?? rejected(404);
    const { metadata, spec } = body as ModelLease;
    // One that is gone is not made by who means it by its uid.
    if (!lease || metadata.resourceVersion !== lease.metadata.resourceVersion || metadata.uid !== lease.metadata.uid) {
      return rejected(409);
    }
    // What changes nothing writes nothing.
    if (JSON.stringify(spec) !== JSON.stringify(lease.spec)) this.put(spec);
    return this.lease as ModelLease;
  }
}

function rejected(status: number): SourceError {
  return new SourceError('rejected', `It was refused with ${status}.`, { status });
}

function cut(): SourceError {
  return new SourceError('unreachable', 'The connection was reset.');
}
