import { parseInt64 } from '../selectors/label-requirement.js';
import { type SelectorToken, selectorTokens } from '../selectors/selector-tokens.js';
import { labelKeyFaults, labelValueFaults } from './names.js';

/**
 * What kube-apiserver says of a label selector that it does not take: apimachinery 0.37's parser (pkg/labels/selector.go)
 * run for its messages alone. `undefined` for one that it takes.
 */
export function labelFault(selector: string): string | undefined {
  const tokens = selectorTokens(selector);
  let next = 0;
  const peek = (): SelectorToken => tokens[next] ?? (tokens.at(-1) as SelectorToken);
  const take = (): SelectorToken => {
    const token = peek();
    next += 1;
    return token;
  };

  const requirement = (): string | undefined => {
    const isAbsence = peek().type === '!';
    if (isAbsence) take();
    const key = take();
    if (key.type !== 'word') return `found '${key.text}', expected: identifier`;
    const ofKey = labelKeyFaults(key.text);
    if (ofKey.length > 0) return `<nil>: Invalid value: ${JSON.stringify(key.text)}: ${ofKey.join('; ')}`;
    if (isAbsence || peek().type === ',' || peek().type === 'end') return undefined;
    const operator = take();
    if (operator.text === 'in' || operator.text === 'notin') return setFault(key.text);
    if (!['=', '==', '!=', '<', '>'].includes(operator.type)) {
      return `found '${operator.text}', expected: in, notin, =, ==, !=, gt, lt`;
    }
    if (peek().type === ',' || peek().type === 'end') return valueFaults(key.text, [''], operator.text);
    const value = take();
    return value.type === 'word'
      ? valueFaults(key.text, [value.text], operator.text)
      : `found '${value.text}', expected: identifier`;
  };

  const setFault = (key: string): string | undefined => {
    const open = take();
    if (open.type !== '(') return `found '${open.text}' expected: '('`;
    const first = peek();
    if (!['word', ',', ')'].includes(first.type)) return `found '${first.text}', expected: ',', ')' or identifier`;
    const values: string[] = [];
    for (;;) {
      const token = take();
      if (token.type === ')') return valueFaults(key, values.sort(), 'in');
      if (token.type === 'word') {
        values.push(token.text);
        if (peek().type !== ',' && peek().type !== ')') return `found '${peek().text}', expected: ',' or ')'`;
      } else if (token.type !== ',') {
        return `found '${token.text}', expected: ',', or identifier`;
      }
    }
  };

  for (;;) {
    const token = peek();
    if (token.type === 'end') return undefined;
    if (token.type !== 'word' && token.type !== '!') {
      return `found '${token.text}', expected: !, identifier, or 'end of string'`;
    }
    const fault = requirement();
    if (fault !== undefined) return `unable to parse requirement: ${fault}`;
    const separator = take();
    if (separator.type === 'end') return undefined;
    if (separator.type !== ',') return `found '${separator.text}', expected: ',' or 'end of string'`;
    if (peek().type !== 'word' && peek().type !== '!') {
      return `found '${peek().text}', expected: identifier after ','`;
    }
  }
}

function valueFaults(key: string, values: readonly string[], operator: string): string | undefined {
  const isOrder = operator === '<' || operator === '>';
  const integers = isOrder ? values.filter((value) => parseInt64(value) === undefined) : [];
  const faults = [
    ...integers.map(
      (value) =>
        `values[0]: Invalid value: ${JSON.stringify(value)}: for 'Gt', 'Lt' operators, the value must be an integer`,
    ),
    ...values.flatMap((value, index) => {
      const texts = labelValueFaults(value);
      return texts.length === 0
        ? []
        : [`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${texts.join('; ')}`];
    }),
  ];
  return faults.length > 1 ? `[${faults.join(', ')}]` : faults[0];
}
