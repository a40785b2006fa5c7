import type { OptionType } from './option-type.js';

/** What a process of a sidecar's size can hold, with room. */
const MAX = 1024 ** 3;

/** A limit of bytes. Zero is none, since nothing could pass it. */
export const maxBytes: OptionType<number> = {
  label: 'bytes',
  parse: (text) => {
    const parsed = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    return parsed >= 1 && parsed <= MAX
      ? { value: parsed }
      : { expected: `a whole number of bytes from 1 up to ${MAX}` };
  },
};
