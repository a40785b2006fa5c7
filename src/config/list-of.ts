import type { OptionType } from './option-type.js';

/** A comma list: items are trimmed, empty ones and repeated ones dropped. The first wrong item is the error. */
export function listOf<T>(item: OptionType<T>): OptionType<readonly T[]> {
  return {
    label: `${item.label} list`,
    parse: (text) => {
      const values: T[] = [];
      for (const part of listItems(text)) {
        const parsed = item.parse(part);
        if ('expected' in parsed) return { expected: `a comma list where each item is ${parsed.expected}` };
        values.push(parsed.value);
      }
      return { value: values };
    },
  };
}

export function listItems(text: string): readonly string[] {
  const items = text.split(',').map((item) => item.trim());
  return [...new Set(items)].filter((item) => item !== '');
}
