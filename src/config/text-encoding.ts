import type { OptionType } from './option-type.js';

/** Node's names of the encodings that basic authentication is used with. */
export type TextEncodingName = 'latin1' | 'utf8' | 'ascii';

/** Python's aliases (Lib/encodings/aliases.py), since the variable names a Python codec in the established tool. */
const ALIASES: Readonly<Record<TextEncodingName, string>> = {
  latin1:
    'latin1 latin_1 latin l1 8859 cp819 csisolatin1 ibm819 iso8859 iso8859_1 iso_8859_1 iso_8859_1_1987 iso_ir_100',
  utf8: 'utf8 utf_8 utf u8 utf8_ucs2 utf8_ucs4 cp65001',
  ascii: 'ascii us_ascii us 646 ansi_x3_4_1968 ansi_x3_4_1986 cp367 csascii ibm367 iso646_us iso_646_irv_1991 iso_ir_6',
};

const byAlias = new Map<string, TextEncodingName>();
for (const name of ['latin1', 'utf8', 'ascii'] as const) {
  for (const alias of ALIASES[name].split(' ')) byAlias.set(alias, name);
}

export const textEncoding: OptionType<TextEncodingName> = {
  label: 'encoding',
  parse: (text) => {
    const alias = text
      .trim()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '_');
    const value = byAlias.get(alias);
    return value ? { value } : { expected: 'latin1, utf-8 or ascii' };
  },
};
