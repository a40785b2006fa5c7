import { type LabelRequirement, type Labels, meets, parseInt64 } from './label-requirement.js';
import { SelectorError } from './selector-error.js';
import { type SelectorToken, type SelectorTokenType, selectorTokens } from './selector-tokens.js';

/** A label selector that was understood. */
export interface LabelSelector {
  /** As it was given. */
  readonly text: string;
  /** All of them must be met; none at all selects everything. */
  readonly requirements: readonly LabelRequirement[];
  matches(labels: Labels): boolean;
}

const DNS_LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const PREFIX = new RegExp(`^${DNS_LABEL}(\\.${DNS_LABEL})*$`);
const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;
/** RFC 1123: the longest DNS name. */
const PREFIX_MAX_CHARS = 253;
/** Of the name part of a key, and of a value: Kubernetes' limits. */
const NAME_MAX_CHARS = 63;

/**
 * Reads a label selector by the grammar of Kubernetes (`labels.Parse` of apimachinery 0.37):
 *
 *     selector     = [ requirement { "," requirement } ]
 *     requirement  = key | "!" key | key ( "=" | "==" | "!=" ) [ value ] | key ( ">" | "<" ) integer
 *                  | key ( "in" | "notin" ) "(" [ value ] { "," [ value ] } ")"
 *
 * Blanks may stand between any two of these. A value may be empty: `a=` and `a in (x,)` match a label without text.
 * Throws a `SelectorError` with the position and what was expected there.
 *
 * @example
 * parseLabelSelector('app in (loki, mimir), !paused').matches({ app: 'loki' }); // true
 */
export function parseLabelSelector(text: string): LabelSelector {
  const tokens = selectorTokens(text);
  const end = tokens[tokens.length - 1] as SelectorToken;
  let next = 0;
  const peek = (): SelectorToken => tokens[next] ?? end;
  const take = (): SelectorToken => {
    const token = peek();
    next += 1;
    return token;
  };
  const fault = (token: SelectorToken, expected: string): SelectorError =>
    new SelectorError(text, token.position, expected, token === end ? 'the end' : JSON.stringify(token.text));
  const expect = (type: SelectorTokenType, expected: string): SelectorToken => {
    const token = take();
    if (token.type !== type) {
      throw fault(token, expected);
    }
    return token;
  };

  const key = (): string => {
    const token = expect('word', 'a label key');
    if (!isLabelKey(token.text)) {
      throw fault(token, 'a label key (`name` or `dns.prefix/name`)');
    }
    return token.text;
  };
  const value = (): string => {
    if (peek().type !== 'word') {
      return '';
    }
    const token = take();
    if (!isLabelValue(token.text)) {
      throw fault(token, `a label value (letters, digits, "-", "_", ".", at most ${NAME_MAX_CHARS} characters)`);
    }
    return token.text;
  };
  const integer = (): bigint => {
    const token = peek();
    const parsed = parseInt64(value());
    if (parsed === undefined) {
      throw fault(token, 'an integer of 64 bits');
    }
    return parsed;
  };
  const values = (): ReadonlySet<string> => {
    expect('(', '"("');
    const found = new Set([value()]);
    while (peek().type === ',') {
      take();
      found.add(value());
    }
    expect(')', '"," or ")"');
    return found;
  };

  const requirement = (): LabelRequirement => {
    if (peek().type === '!') {
      take();
      return { key: key(), operator: 'absent' };
    }
    const label = key();
    const operator = peek();
    switch (operator.type) {
      case ',':
      case 'end':
        return { key: label, operator: 'exists' };
      case '=':
      case '==':
        take();
        return { key: label, operator: 'in', values: new Set([value()]) };
      case '!=':
        take();
        return { key: label, operator: 'notin', values: new Set([value()]) };
      case '>':
      case '<':
        take();
        return { key: label, operator: operator.type, value: integer() };
      default:
        if (operator.text !== 'in' && operator.text !== 'notin') {
          throw fault(operator, '=, ==, !=, in, notin, >, <, "," or the end');
        }
        take();
        return { key: label, operator: operator.text, values: values() };
    }
  };

  const requirements: LabelRequirement[] = [];
  while (peek() !== end) {
    if (requirements.length > 0) {
      expect(',', '"," or the end');
    }
    requirements.push(requirement());
  }
  return { text, requirements, matches: (labels) => requirements.every((one) => meets(labels, one)) };
}

function isLabelKey(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  const prefixIsFine = prefix === undefined || (prefix.length <= PREFIX_MAX_CHARS && PREFIX.test(prefix));
  return more.length === 0 && prefixIsFine && name.length <= NAME_MAX_CHARS && NAME.test(name);
}

function isLabelValue(value: string): boolean {
  return value.length <= NAME_MAX_CHARS && NAME.test(value);
}
