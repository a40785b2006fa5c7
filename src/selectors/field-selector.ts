import { SelectorError } from './selector-error.js';

/** A field selector that was understood. */
export interface FieldSelector {
  /** In the form that the API server takes: without the blanks, which it does not skip here, and without empty terms. */
  readonly text: string;
  readonly terms: readonly FieldTerm[];
  /**
   * Whether an object with these fields may match. A field that is not among them is not known here, and decides nothing.
   */
  mayMatch(fields: Readonly<Record<string, string>>): boolean;
}

export interface FieldTerm {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

/**
 * Reads a field selector by the grammar of Kubernetes (`fields.ParseSelector` of apimachinery): terms `field=value`,
 * `field==value` or `field!=value` between commas, all of which must hold. A backslash escapes a comma, an equals sign, or itself.
 *
 * Blanks around fields and values are dropped, empty terms passed over. Throws a `SelectorError` with the position of the fault. Which
 * fields there are depends on the kind, and is not decided here.
 *
 * @example
 * parseFieldSelector('metadata.name!=other').mayMatch({ 'metadata.name': 'mine' }); // true
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms: FieldTerm[] = [];
  for (const { 0: part, index } of text.matchAll(/(?:\\.|[^,\\]|\\$)+/gs)) {
    if (part.trim() !== '') {
      terms.push(parseTerm(part, index, text));
    }
  }
  return {
    text: terms.map(({ field, operator, value }) => `${field}${operator}${escaped(value)}`).join(','),
    terms,
    mayMatch: (fields) =>
      terms.every(({ field, operator, value }) => {
        const known = Object.hasOwn(fields, field) ? fields[field] : undefined;
        return known === undefined || (known === value) === (operator === '=');
      }),
  };
}

function parseTerm(part: string, position: number, selector: string): FieldTerm {
  const [, field = '', operator, value = ''] = /^\s*([^=!\\\s]*)\s*(!=|==|=)(.*)$/s.exec(part) ?? [];
  const fault = (expected: string) =>
    new SelectorError(selector, position, expected, JSON.stringify(part.trim()), 'field selector');
  if (operator === undefined || field === '') {
    throw fault('field=value or field!=value');
  }
  const bare = value.trim();
  if (!/^(?:[^\\=]|\\[\\,=])*$/s.test(bare)) {
    throw fault('a value in which "=", "," and "\\" stand behind a "\\"');
  }
  return { field, operator: operator === '!=' ? '!=' : '=', value: bare.replace(/\\(.)/gs, '$1') };
}

function escaped(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}
