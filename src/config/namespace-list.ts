import { isNamespaceName } from './kubernetes-names.js';
import { listItems } from './list-of.js';
import { isGlob, namespaceItems } from './namespace-items.js';
import type { OptionType } from './option-type.js';

/**
 * Namespaces by name or by glob, less those with a `!` before them; or all of them. `ALL` is exact, since `all` may be the name of one.
 * Beside names and globs it wins; beside exclusions alone it says what they mean without it.
 */
export const namespaces: OptionType<'ALL' | readonly string[]> = {
  label: 'namespace list',
  parse: (text) => {
    const items = listItems(text);
    const exclusions = items.filter((item) => item.startsWith('!'));
    const isAll = items.includes('ALL');
    if (isAll && exclusions.length === 0) return { value: 'ALL' };
    const wanted = isAll ? exclusions : items;
    if (wanted.length === 0 || !items.every((item) => item === 'ALL' || isItem(item))) {
      return {
        expected: 'a comma list of namespaces (names, globs with * and ?, and both with a ! to leave them out), or ALL',
      };
    }
    const { names, globs, isExcluded } = namespaceItems(wanted);
    const isEmpty = names.length > 0 && globs.length === 0 && names.every(isExcluded);
    return isEmpty ? { expected: 'a comma list that does not leave out all that it names' } : { value: wanted };
  },
};

function isItem(item: string): boolean {
  const name = item.replace(/^!/, '');
  return isGlob(name) ? /^[-a-z0-9*?]+$/.test(name) : isNamespaceName(name);
}
