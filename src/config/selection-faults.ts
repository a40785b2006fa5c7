import { parseFieldSelector } from '../selectors/field-selector.js';
import { ConfigError } from './config-error.js';
import type { Config } from './options.js';

/** What is wrong between variables that select, where each alone is right. */
export function selectionFaults({ label, labelValue, fieldSelector, resource }: Config): readonly ConfigError[] {
  const faults: ConfigError[] = [];
  if (labelValue !== undefined && label === undefined) {
    faults.push(
      new ConfigError('missing', 'Expected `LABEL` to be set, since `LABEL_VALUE` is: a value is that of a key.'),
    );
  }
  const fields = parseFieldSelector(fieldSelector ?? '').terms.map(({ field }) => field);
  if (fields.includes('type') && resource !== 'secret') {
    faults.push(
      new ConfigError(
        'invalid',
        `Expected \`RESOURCE\` to be secret, since \`FIELD_SELECTOR\` selects by type, which ConfigMaps do not have, got "${resource}".`,
      ),
    );
  }
  return faults;
}
