/**
 * One record as logfmt: `key=value` pairs, in the order of the keys. Nested objects become dotted keys, lists JSON.
 *
 * A value is quoted, as a JSON string, where it is empty or holds anything but printable ASCII other than white
 * space, `"`, `=` and `\`: so a record is one line, and the pairs can be told apart.
 */
export function logfmt(record: Readonly<Record<string, unknown>>): string {
  return pairs(record, '').join(' ');
}

function pairs(record: object, prefix: string): readonly string[] {
  return Object.entries(record).flatMap(([key, value]) => {
    const name = prefix + (key.replace(/[^A-Za-z0-9_-]/g, '_') || '_');
    const nested = typeof value === 'object' && value !== null && !Array.isArray(value);
    return nested ? pairs(value, `${name}.`) : [`${name}=${quote(value)}`];
  });
}

function quote(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[!#-<>-[\]-~]+$/.test(text) ? text : JSON.stringify(text);
}
