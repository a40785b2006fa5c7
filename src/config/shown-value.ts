import type { OptionSpec } from './option-spec.js';

const MAX_SHOWN = 100;

/** A wrong value as an error may show it: quoted, in one line, cut, and nothing of a secret. */
export function shownValue(spec: Pick<OptionSpec, 'secret' | 'type'>, text: string): string {
  if (spec.secret) return 'a value that is not shown';
  const safe = spec.type.show?.(text) ?? text;
  return JSON.stringify(safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)}…` : safe);
}
