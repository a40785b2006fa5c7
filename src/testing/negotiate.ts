import { type MediaType, parseAccept } from './media-type.js';
import { notAcceptable } from './status.js';

/** In what form a client wants an object: whole, without its content, or as rows for a terminal. */
export type As = 'object' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | 'Table';

export interface Representation {
  readonly format: 'json' | 'yaml';
  readonly as: As;
}

const FORMATS: Readonly<Record<string, Representation['format']>> = {
  '*/*': 'json',
  'application/json': 'json',
  'application/yaml': 'yaml',
};
const AVAILABLE = 'application/json, application/yaml';
const AVAILABLE_WATCH = 'application/json;stream=watch';

/** The first form that is served, of those that the Accept header names. Throws the API server's 406. */
export function negotiate(header: string | undefined, isWatch: boolean): Representation {
  const clauses = parseAccept(header);
  const known = clauses.filter(({ type }) => FORMATS[type] !== undefined);
  if (known.length === 0) {
    const available = isWatch ? `${AVAILABLE}, ${AVAILABLE_WATCH}` : AVAILABLE;
    throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${available}`, {});
  }
  for (const clause of known) {
    const format = FORMATS[clause.type] as Representation['format'];
    const as = asOf(clause);
    if (as !== undefined && !(isWatch && format === 'yaml')) return { format, as };
  }
  throw notAcceptable(`only the following media types are accepted: ${isWatch ? AVAILABLE_WATCH : AVAILABLE}`);
}

function asOf({ parameters }: MediaType): As | undefined {
  const { as, g, v } = parameters;
  if (as === undefined) return 'object';
  const isKnown = as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList';
  return isKnown && g === 'meta.k8s.io' && v === 'v1' ? as : undefined;
}
