import { matchesGlob } from '../selectors/name-glob.js';

/** The items of `NAMESPACE` by what they are. */
export function namespaceItems(items: readonly string[]) {
  const excluded = items.filter((item) => item.startsWith('!')).map((item) => item.slice(1));
  const included = items.filter((item) => !item.startsWith('!'));
  return {
    names: included.filter((item) => !isGlob(item)),
    globs: included.filter(isGlob),
    isExcluded: (name: string) => excluded.some((glob) => matchesGlob(glob, name)),
  };
}

export function isGlob(item: string): boolean {
  return /[*?]/.test(item);
}
