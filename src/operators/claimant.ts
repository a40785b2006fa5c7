import type { ObjectKey } from '../model.js';

/** An object as the ledger knows it: who claims, and since when it exists. */
export interface Claimant {
  readonly key: ObjectKey;
  readonly creationTimestamp: string;
}

/** Oldest first, then namespace, name and kind (`configmap` sorts before `secret`). RFC 3339 in UTC sorts as text. */
export function precedes(a: Claimant, b: Claimant): boolean {
  const [kindA = '', namespaceA = '', nameA = ''] = a.key.split('/');
  const [kindB = '', namespaceB = '', nameB = ''] = b.key.split('/');
  const order =
    compare(a.creationTimestamp, b.creationTimestamp) ||
    compare(namespaceA, namespaceB) ||
    compare(nameA, nameB) ||
    compare(kindA, kindB);
  return order < 0;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
