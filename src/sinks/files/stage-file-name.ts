import { RESERVED_PREFIX } from './reserved-prefix.js';

/** `.ks-<identity>-<16 hex>.tmp`: of fixed length, so that it fits wherever its target does. */
export function stageFileName(identity: string, random: string): string {
  return `${RESERVED_PREFIX}${identity}-${random}.tmp`;
}
