import type { Caller } from './accounts.js';
import type { GrafanaWorld } from './grafana-world.js';

/** One request that was let in. */
export interface GrafanaCall {
  readonly world: GrafanaWorld;
  readonly caller: Caller;
  readonly method: string;
  /** What the path names: `:uid`. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** A whole answer. */
export interface GrafanaReply {
  readonly status: number;
  readonly json: unknown;
}

export function ok(json: unknown): GrafanaReply {
  return { status: 200, json };
}

/** Of the query; what is no number is none, as `QueryInt64` has it. */
export function numberOf(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '';
  return /^\d+$/.test(text) ? Number(text) : 0;
}
