/** Which answers settle the debt. An object, so that a rule on a JSON field of the body can join the ranges. */
export interface SuccessRule {
  readonly ranges: readonly StatusRange[];
}

/** Both ends belong to it. */
export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

/** `200-299`, the default of `REQ_SUCCESS`. */
export const DEFAULT_SUCCESS: SuccessRule = { ranges: [{ from: 200, to: 299 }] };

/**
 * Reads a comma list of statuses and ranges, such as `200-299,304`. `undefined` for anything else: whoever knows the
 * name of the variable writes the message.
 */
export function parseSuccessRule(text: string): SuccessRule | undefined {
  const ranges: StatusRange[] = [];
  for (const item of text.split(',')) {
    const match = /^([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?$/.exec(item.trim());
    if (match === null) return undefined;
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    if (to < from) return undefined;
    ranges.push({ from, to });
  }
  return { ranges };
}

export function isSuccess(rule: SuccessRule, status: number): boolean {
  return rule.ranges.some(({ from, to }) => from <= status && status <= to);
}

/** The rule as `REQ_SUCCESS` writes it, for messages. */
export function successText(rule: SuccessRule): string {
  return rule.ranges.map(({ from, to }) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}
