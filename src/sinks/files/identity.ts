import { hash } from 'node:crypto';

/**
 * Sixteen hex digits that tell our state and stage files from a sibling's on the same volume: a hash of every variable
 * that selects, and of the folder. JSON keeps `['a', 'b']` and `['ab']` apart. 64 bits: two siblings never meet.
 */
export function identityHash(parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 16);
}
