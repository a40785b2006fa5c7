/** State and stage files begin with it; keys and directories that do are refused (compat.md part 1). */
export const RESERVED_PREFIX = '.ks-';
