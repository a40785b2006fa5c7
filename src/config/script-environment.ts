import { optionEntries } from './options.js';

/** A shorter one may be an everyday word, or a part of many: only a variable that is all of it goes. */
const MIN_CONTAINED_SECRET = 8;

/**
 * The environment of a command that is run for us: all variables but those that hold a credential of ours.
 *
 * What goes: options that are secret; those that are a URL, where it has userinfo or a query (charts put tokens there), under each
 * of their names, also where a flag wins over them; and any other variable with one of `secrets` in it, since a flag
 * is most often written as `--req-password=$(NAME)`. Paths of credential files stay: whoever may not read them has no use for them.
 */
export function scriptEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  secrets: readonly string[],
): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || SECRET_VARIABLES.has(name)) continue;
    if (URL_VARIABLES.has(name) && /[@?]/.test(value)) continue;
    if (secrets.some((secret) => holds(value, secret))) continue;
    kept[name] = value;
  }
  return kept;
}

function holds(value: string, secret: string): boolean {
  if (secret === '') return false;
  return value === secret || (secret.length >= MIN_CONTAINED_SECRET && value.includes(secret));
}

const SECRET_VARIABLES = namesWhere(({ secret }) => secret !== undefined);

const URL_VARIABLES = namesWhere(({ type }) => type.show !== undefined);

function namesWhere(is: (spec: (typeof optionEntries)[number][1]) => boolean): ReadonlySet<string> {
  return new Set(optionEntries.flatMap(([variable, spec]) => (is(spec) ? [variable, ...(spec.alsoAs ?? [])] : [])));
}
