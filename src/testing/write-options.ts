import { forbidden, notSupported, required, tooLong } from './cause.js';
import { type Cause, invalid } from './status.js';

export interface WriteOptions {
  /** Everything is checked, nothing is written. */
  readonly dryRun: boolean;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
}

const MAX_FIELD_MANAGER_BYTES = 128;
const FIELD_VALIDATIONS = ['Ignore', 'Strict', 'Warn'];

/** Reads the options of a write from its query. Throws the API server's 422. */
export function writeOptions(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  query: URLSearchParams,
  isApply = false,
): WriteOptions {
  const fieldValidation = query.get('fieldValidation') ?? '';
  const fieldManager = query.get('fieldManager') ?? '';
  const causes: Cause[] = [];
  if (isApply && fieldManager === '') causes.push(required('fieldManager', 'is required for apply patch'));
  if (!isApply && query.has('force') && kind === 'PatchOptions') {
    causes.push(forbidden('force', 'may not be specified for non-apply patch'));
  }
  if (Buffer.byteLength(fieldManager) > MAX_FIELD_MANAGER_BYTES) {
    causes.push(tooLong('fieldManager', MAX_FIELD_MANAGER_BYTES));
  }
  causes.push(...dryRunFaults(query.getAll('dryRun')));
  if (fieldValidation !== '' && !FIELD_VALIDATIONS.includes(fieldValidation)) {
    causes.push(notSupported('fieldValidation', fieldValidation, ['', ...FIELD_VALIDATIONS]));
  }
  if (causes.length > 0) throw invalid(kind, '', causes, 'meta.k8s.io');
  return {
    dryRun: query.has('dryRun'),
    fieldValidation: (fieldValidation || 'Warn') as WriteOptions['fieldValidation'],
  };
}

export function dryRunFaults(values: readonly string[]): readonly Cause[] {
  return values.every((value) => value === 'All') ? [] : [notSupported('dryRun', values, ['All'])];
}
