import type { JsonRule, SuccessRule } from '../../request/success-rule.js';

/** What the body of an answer says, by a rule on one field. Of the body nothing else is told. */
export type Verdict =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** A clause that completes "answered 200 …". */
      readonly reason: string;
      /** The field is there and says something else: it speaks of this reload. */
      readonly isDeliberate: boolean;
    };

/** A longer number may be an id, or a code that somebody types in. */
const MAX_SHOWN = 6;

export function isSuccess(rule: SuccessRule, status: number): boolean {
  return rule.ranges.some(({ from, to }) => from <= status && status <= to);
}

/** `body` is `undefined` where it was too long to read. */
export function judgeAnswer({ path, value }: JsonRule, body: Buffer | undefined): Verdict {
  const name = path.join('.');
  if (body === undefined) return { ok: false, reason: 'with more than could be read', isDeliberate: false };
  let found: unknown;
  try {
    found = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return { ok: false, reason: 'without JSON', isDeliberate: false };
  }
  for (const key of path) {
    // Own fields of objects and items of arrays; neither `length` nor what every object inherits.
    if (typeof found !== 'object' || found === null || !Object.prototype.propertyIsEnumerable.call(found, key)) {
      return { ok: false, reason: `without ${name} in its JSON`, isDeliberate: false };
    }
    found = (found as Readonly<Record<string, unknown>>)[key];
  }
  if (found === value) return { ok: true };
  return { ok: false, reason: `with ${name} ${shown(found)} in its JSON`, isDeliberate: true };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  const isShort =
    (typeof value !== 'object' || value === null) && typeof value !== 'string' && text.length <= MAX_SHOWN;
  return isShort ? `being ${text}` : 'being something else';
}
