import { decodeContinue, encodeContinue } from '../continue-token.js';
import { labelQuery } from '../label-query.js';
import { badRequest } from '../status.js';
import { INTERNAL_ID } from './annotations.js';
import type { ApisCall } from './apis-call.js';
import { notImplemented } from './apis-errors.js';
import { newRevision } from './grafana-world.js';

interface Listed {
  readonly uid: string;
  readonly id: number;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * One page of a list, by name: `limit`, `continue`, `labelSelector`, and `metadata.name` as the field selector. Pages are
 * of what is there when they are asked for.
 */
export function listResources<T extends Listed>(
  { world, resource, version, query }: ApisCall,
  all: readonly T[],
  represent: (one: T) => object,
): object {
  if (query.get('watch')) throw notImplemented('watches');
  const selector = query.get('labelSelector') ?? '';
  // `grafana.app/get-trash` and `get-history` are no labels, but another list.
  if (selector.includes('grafana.app/get-')) throw notImplemented('trash and history below /apis');
  const labels = labelQuery(selector);
  const name = nameIn(query.get('fieldSelector') ?? '');
  const token = query.get('continue') ?? '';
  const start = token === '' ? '' : decodeContinue(token).start;
  const limit = limitIn(query.get('limit') ?? '');
  const meant = all.filter(
    ({ uid, id, labels: own }) =>
      uid >= start && (name === undefined || uid === name) && labels.matches({ ...own, [INTERNAL_ID]: String(id) }),
  );
  const page = limit === 0 ? meant : meant.slice(0, limit);
  const next = meant[page.length];
  const rest = next && {
    continue: encodeContinue({ revision: 1, start: next.uid }),
    remainingItemCount: meant.length - page.length,
  };
  return {
    kind: `${resource.kind}List`,
    apiVersion: `${resource.group}/${version}`,
    metadata: { resourceVersion: newRevision(world), ...rest },
    items: page.map(represent),
  };
}

function limitIn(text: string): number {
  if (!/^\d*$/.test(text)) throw badRequest('limit: it has to be a whole number');
  return Number(text);
}

function nameIn(selector: string): string | undefined {
  if (selector === '') return undefined;
  const [, name] = /^metadata\.name==?([^,=!]+)$/.exec(selector) ?? [];
  if (name === undefined) throw badRequest('fieldSelector: nothing but metadata.name=NAME is supported');
  return name;
}
