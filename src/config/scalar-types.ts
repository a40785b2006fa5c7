import type { OptionType, Parsed } from './option-type.js';

/** True only for `true`, in any case; anything else is false, the empty string included: the established rule. */
export const boolean: OptionType<boolean> = {
  label: 'boolean',
  bare: 'true',
  parse: (text) => ({ value: text.toLowerCase() === 'true' }),
};

export const text: OptionType<string> = { label: 'text', parse: (value) => ({ value }) };

/** Node's timers fire at once where the wait is above 2^31 - 1 ms, so a longer one would be a busy loop. */
const MAX_SECONDS = 2_147_483;

/** Zero or more. */
export const seconds: OptionType<number> = { label: 'seconds', parse: (value) => parseSeconds(value, 0) };

/** More than zero: for waits and limits that zero would turn into a busy loop or a failure of everything. */
export const positiveSeconds: OptionType<number> = {
  label: 'seconds',
  parse: (value) => parseSeconds(value, Number.MIN_VALUE),
};

function parseSeconds(value: string, min: number): Parsed<number> {
  const parsed = parseDecimal(value);
  if (parsed >= min && parsed <= MAX_SECONDS) return { value: parsed };
  return { expected: `a number of seconds ${min > 0 ? 'above 0' : 'from 0'} up to ${MAX_SECONDS}` };
}

/** Whole seconds from 1: what the API server takes as `timeoutSeconds`. */
export const wholeSeconds: OptionType<number> = {
  label: 'seconds',
  parse: (value) => parseWhole(value, 1, MAX_SECONDS, `a whole number of seconds from 1 up to ${MAX_SECONDS}`),
};

export const factor: OptionType<number> = {
  label: 'number',
  parse: (value) => {
    const parsed = parseDecimal(value);
    return parsed >= 0 && parsed <= MAX_SECONDS ? { value: parsed } : { expected: 'a number from 0 up, such as 1.1' };
  },
};

export const count: OptionType<number> = {
  label: 'integer',
  parse: (value) => parseWhole(value, 0, Number.MAX_SAFE_INTEGER, 'a whole number from 0 up'),
};

/** Zero is any free port. */
export const port: OptionType<number> = {
  label: 'port',
  parse: (value) => parseWhole(value, 0, 65_535, 'a port from 0 to 65535'),
};

function parseDecimal(value: string): number {
  return /^(\d+(\.\d*)?|\.\d+)$/.test(value.trim()) ? Number(value) : Number.NaN;
}

function parseWhole(value: string, min: number, max: number, expected: string): Parsed<number> {
  const parsed = /^\d+$/.test(value.trim()) ? Number(value) : Number.NaN;
  return parsed >= min && parsed <= max ? { value: parsed } : { expected };
}

/** `440`, `0644`, `0o440`: three or four octal digits. */
export const octalMode: OptionType<number> = {
  label: 'mode',
  parse: (value) => {
    const digits = /^(?:0o)?([0-7]{3,4})$/i.exec(value.trim())?.[1];
    if (digits !== undefined) return { value: Number.parseInt(digits, 8) };
    return { expected: 'three or four octal digits, such as 440, 0644 or 0o440' };
  },
};
