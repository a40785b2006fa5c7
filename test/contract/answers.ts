import { expect } from 'vitest';
import type { Body, WatchEvent } from './api-body.js';
import type { Answer } from './api-client.js';

export interface Refusal {
  readonly code: number | undefined;
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly details: unknown;
}

/** What a refusal says, once it is clear that it is a whole Status whose code is that of the answer. */
export function refusal({ status, headers, body }: Answer): Refusal {
  expect(headers['content-type']).toBe('application/json');
  expect(body).toMatchObject({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: status });
  const { code, reason, message, details } = body;
  return { code, reason, message, details };
}

/** The 422 of one wrong field of an object. */
export function invalid(kind: string, name: string | undefined, field: string, reason: string, message: string) {
  const causes = [{ reason, message, field }];
  return {
    code: 422,
    reason: 'Invalid',
    message: `${kind} "${name ?? ''}" is invalid: ${field}: ${message}`,
    details: { ...(name !== undefined && { name }), kind, causes },
  };
}

/** The 422 of wrong query parameters; each cause is [field, reason, message]. */
export function invalidOptions(kind: string, ...causes: readonly (readonly [string, string, string])[]): Refusal {
  const all = causes.map(([field, , message]) => `${field}: ${message}`).join(', ');
  return {
    code: 422,
    reason: 'Invalid',
    message: `${kind}.meta.k8s.io "" is invalid: ${causes.length > 1 ? `[${all}]` : all}`,
    details: {
      group: 'meta.k8s.io',
      kind,
      causes: causes.map(([field, reason, message]) => ({ reason, message, field })),
    },
  };
}

export function badRequest(message: string): Refusal {
  return { code: 400, reason: 'BadRequest', message, details: undefined };
}

export function notFound(kind: string, name: string): Refusal {
  return { code: 404, reason: 'NotFound', message: `${kind} "${name}" not found`, details: { name, kind } };
}

/** An object without what differs each time: for `toEqual`. */
export function bare({ metadata, ...rest }: Body): unknown {
  const { uid, resourceVersion, creationTimestamp, managedFields, ...lasting } = metadata;
  expect(uid).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(resourceVersion).toMatch(/^[1-9]\d*$/);
  expect(creationTimestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  return { ...rest, metadata: lasting };
}

export function items({ body }: Answer): readonly Body[] {
  if (!body.items) throw new Error(`Expected a list, got ${JSON.stringify(body)}`);
  return body.items;
}

export function names(answer: Answer): readonly string[] {
  return items(answer).map(({ metadata }) => metadata.name);
}

/** `ADDED name` for each. */
export function brief(events: readonly WatchEvent[]): readonly string[] {
  return events.map(({ type, object }) => `${type} ${object.metadata.name ?? ''}`.trim());
}

/** An order of resourceVersions for tests alone: in Kubernetes 1.35 and later they may be compared, by clients of ours never. */
export function version({ metadata }: Body): bigint {
  return BigInt(metadata.resourceVersion);
}

/** Some resourceVersion that neither server reaches. */
export const futureVersion = '99999999';
