/** Which answers settle a debt: the status, and with `json` also what the body says. */
export interface SuccessRule {
  readonly ranges: readonly StatusRange[];
  /** Some applications say of a failure with 200 (Fluent Bit: `{"reload":"failed","status":-1}`). @default the status alone */
  readonly json?: JsonRule | undefined;
}

/** Both ends belong to it. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** A field of the JSON answer, and what it must be. */
export interface JsonRule {
  /** From the outside in; the index of an array is a key like others. */
  readonly path: readonly string[];
  readonly value: JsonScalar;
}

export type JsonScalar = string | number | boolean | null;

/** `200-299`, the default of `REQ_SUCCESS`. */
export const DEFAULT_SUCCESS: SuccessRule = { ranges: [{ from: 200, to: 299 }] };

/** An item of the list, with the comma behind it or the end: a status, a range, or a rule whose quoted text may hold commas. */
const ITEM =
  /\s*(?:([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?|json:([^=,\s]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^",]*[^",\s]))\s*(?:(,)|$)/y;

/**
 * Reads a comma list of statuses and ranges, with one rule on the JSON answer at most: `200-299,304`,
 * `200-299,json:status=0`, `json:result.state="done"`. Without a status it is 200 to 299. The value is read as JSON (a
 * number, a quoted string, true, false, null), and else as the text that it is. `undefined` for anything else: whoever
 * knows the name of the variable writes the message.
 */
export function parseSuccessRule(text: string): SuccessRule | undefined {
  const ranges: StatusRange[] = [];
  let json: JsonRule | undefined;
  ITEM.lastIndex = 0;
  for (let isLast = false; !isLast; ) {
    const match = ITEM.exec(text);
    if (match === null) return undefined;
    const [, from, to = from, path, value = '', comma] = match;
    if (path === undefined) {
      if (Number(to) < Number(from)) return undefined;
      ranges.push({ from: Number(from), to: Number(to) });
    } else {
      const scalar = parseScalar(value);
      const keys = path.split('.');
      if (json !== undefined || scalar === undefined || keys.includes('')) return undefined;
      json = { path: keys, value: scalar };
    }
    isLast = comma === undefined;
  }
  return { ranges: ranges.length === 0 ? DEFAULT_SUCCESS.ranges : ranges, ...(json && { json }) };
}

/** The rule as `REQ_SUCCESS` writes it, for messages. */
export function successText({ ranges, json }: SuccessRule): string {
  const items = ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`));
  if (json !== undefined) items.push(`json:${json.path.join('.')}=${JSON.stringify(json.value)}`);
  return items.join(',');
}

/** `undefined` for an object, an array, and a quoted text with an escape that is none. */
function parseScalar(text: string): JsonScalar | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text.startsWith('"') ? undefined : text;
  }
  return value === null || typeof value !== 'object' ? (value as JsonScalar) : undefined;
}
