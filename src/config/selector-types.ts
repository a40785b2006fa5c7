import { parseFieldSelector } from '../selectors/field-selector.js';
import { parseLabelSelector } from '../selectors/label-selector.js';
import type { SelectorError } from '../selectors/selector-error.js';
import type { OptionType, Parsed } from './option-type.js';

/**
 * A label selector that selects something out: what the API server takes, less the one without a requirement, which would select
 * everything where somebody meant to write more. Blanks are one space each: how a YAML block is broken makes no other selector.
 */
export const labelSelector: OptionType<string> = {
  label: 'label selector',
  parse: (text) =>
    parsed('a label selector of Kubernetes, such as `app in (a, b), !test`', () => {
      const selector = text.trim().replace(/[ \t\r\n]+/g, ' ');
      return parseLabelSelector(selector).requirements.length > 0 ? selector : undefined;
    }),
};

/** What the API server can select by: of ConfigMaps the first two, of Secrets all. Of nothing else it has an index or a conversion. */
const FIELDS = ['metadata.name', 'metadata.namespace', 'type'];

export const fieldSelector: OptionType<string> = {
  label: 'field selector',
  parse: (text) =>
    parsed(`a field selector of Kubernetes on ${FIELDS.join(', ')}, such as \`metadata.name!=other\``, () => {
      const { terms, text: canonical } = parseFieldSelector(text);
      return terms.length > 0 && terms.every(({ field }) => FIELDS.includes(field)) ? canonical : undefined;
    }),
};

function parsed(expected: string, read: () => string | undefined): Parsed<string> {
  try {
    const value = read();
    return value === undefined ? { expected } : { value };
  } catch (error) {
    const fault = error as SelectorError;
    return { expected: `${expected} (at character ${fault.position + 1}: ${fault.expected})` };
  }
}
