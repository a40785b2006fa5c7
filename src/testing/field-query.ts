import type { EmbeddedResource } from './embedded-kubernetes.js';
import { badRequest } from './status.js';
import type { StoredEntry } from './stored-entry.js';

/** A field selector that was understood. */
export interface FieldSelector {
  matches(entry: StoredEntry): boolean;
  /** The only name that can match, where one is asked for. */
  readonly name: string | undefined;
}

const FIELDS: Readonly<Record<EmbeddedResource, Readonly<Record<string, (entry: StoredEntry) => string>>>> = {
  configmaps: { 'metadata.name': (entry) => entry.name, 'metadata.namespace': (entry) => entry.namespace },
  leases: { 'metadata.name': (entry) => entry.name, 'metadata.namespace': (entry) => entry.namespace },
  secrets: {
    'metadata.name': (entry) => entry.name,
    'metadata.namespace': (entry) => entry.namespace,
    type: (entry) => entry.object.type ?? '',
  },
  namespaces: {
    'metadata.name': (entry) => entry.name,
    'status.phase': (entry) => entry.object.status?.phase ?? '',
  },
};

/**
 * A field selector by apimachinery's grammar (pkg/fields): terms `field=value`, `field==value`, `field!=value`, separated
 * by commas; a backslash escapes a comma, an equals sign and itself in a value. Throws the API server's 400.
 */
export function fieldQuery(text: string, resource: EmbeddedResource): FieldSelector {
  const terms = splitTerms(text).map((term) => parseTerm(term, text));
  const known = FIELDS[resource];
  const conditions = terms.map(({ field, isEqual, value }) => {
    const read = Object.hasOwn(known, field) ? known[field] : undefined;
    if (!read) throw badRequest(unknownField(field, resource));
    return (entry: StoredEntry) => (read(entry) === value) === isEqual;
  });
  return {
    matches: (entry) => conditions.every((condition) => condition(entry)),
    name: terms.find(({ field, isEqual }) => field === 'metadata.name' && isEqual)?.value,
  };
}

/** Empty terms are passed over. */
function splitTerms(text: string): readonly string[] {
  return [...text.matchAll(/(?:\\.|[^,\\]|\\$)+/gs)].map(([term]) => term);
}

function parseTerm(term: string, selector: string) {
  const [, field, operator, value] = /^((?:(?!!=|=).)*)(!=|==|=)(.*)$/s.exec(term) ?? [];
  if (field === undefined || operator === undefined || value === undefined) {
    throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  }
  return { field, isEqual: operator !== '!=', value: unescaped(value) };
}

function unescaped(value: string): string {
  return value.replace(/\\(.?)|([=,])/gs, (found, escaped: string | undefined, bare: string | undefined) => {
    if (bare !== undefined)
      throw badRequest(`invalid field selector: unescaped character in value: ${bare.codePointAt(0)}`);
    if (escaped === undefined || !['\\', ',', '='].includes(escaped)) {
      throw badRequest(`invalid field selector: invalid escape sequence: ${found}`);
    }
    return escaped;
  });
}

function unknownField(field: string, resource: EmbeddedResource): string {
  return resource === 'configmaps' || resource === 'leases'
    ? `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
    : `field label not supported: ${field}`;
}
