import type { OptionType } from './option-type.js';

/**
 * One of a few words, whatever their case.
 *
 * `names` maps each spelling, in lower case, to its value, so aliases are entries too. With `otherwise` any other
 * word has that value; without it, it is an error that lists the values.
 */
export function enumOf<const T extends string>(names: Readonly<Record<string, T>>, otherwise?: T): OptionType<T> {
  return {
    label: 'word',
    parse: (text) => {
      const name = text.trim().toLowerCase();
      const value = Object.hasOwn(names, name) ? names[name] : otherwise;
      if (value !== undefined) return { value };
      return { expected: `one of ${[...new Set(Object.values(names))].join(', ')}` };
    },
  };
}
