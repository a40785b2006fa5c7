import { forbidden, notSupported } from './cause.js';
import type { EmbeddedResource } from './embedded-kubernetes.js';
import { fieldQuery } from './field-query.js';
import { labelQuery } from './label-query.js';
import { badRequest, type Cause, invalid } from './status.js';
import type { StoredEntry } from './stored-entry.js';

/** What a list, a watch or a deletecollection asks for. */
export interface ListOptions {
  readonly watch: boolean;
  /** 0: all. */
  readonly limit: number;
  readonly continueToken: string;
  readonly resourceVersion: string;
  readonly resourceVersionMatch: string;
  readonly sendInitialEvents: boolean | undefined;
  readonly allowWatchBookmarks: boolean;
  /** 0: the server chooses. */
  readonly timeoutSeconds: number;
  /** Whether any selector was given: then nobody counts what remains. */
  readonly selects: boolean;
  /** Labels and fields. */
  readonly matches: (entry: StoredEntry) => boolean;
  /** The only name that can match, where one is asked for. */
  readonly onlyName: string | undefined;
}

/** Reads the query. Throws the API server's 400 and 422. `forWatch` is the old path under /api/v1/watch. */
export function listOptions(query: URLSearchParams, resource: EmbeddedResource, forWatch = false): ListOptions {
  const text = (name: string) => query.get(name) ?? '';
  const labels = labelQuery(text('labelSelector'));
  const fields = fieldQuery(text('fieldSelector'), resource);
  const watch = forWatch || (bool(query, 'watch') ?? false);
  const legacy = text('resourceVersion') === '' || text('resourceVersion') === '0';
  const asked = bool(query, 'sendInitialEvents');
  const byDefault = watch && legacy && asked === undefined && text('resourceVersionMatch') === '';
  const options: ListOptions = {
    watch,
    limit: Math.max(0, integer(query, 'limit')),
    continueToken: text('continue'),
    resourceVersion: text('resourceVersion'),
    resourceVersionMatch: byDefault ? 'NotOlderThan' : text('resourceVersionMatch'),
    sendInitialEvents: byDefault ? true : asked,
    allowWatchBookmarks: bool(query, 'allowWatchBookmarks') ?? false,
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    selects: labels.text.trim() !== '' || text('fieldSelector') !== '',
    matches: (entry: StoredEntry) => labels.matches(entry.object.metadata.labels ?? {}) && fields.matches(entry),
    onlyName: fields.name,
  };
  const causes = watch ? watchFaults(options) : listFaults(options);
  if (causes.length > 0) throw invalid('ListOptions', '', causes, 'meta.k8s.io');
  return options;
}

const MATCH = 'resourceVersionMatch';
const WITH_CONTINUE = forbidden(MATCH, 'resourceVersionMatch is forbidden when continue is provided');

/** apimachinery's ValidateListOptions. */
function listFaults(options: ListOptions): readonly Cause[] {
  const { resourceVersionMatch: match, resourceVersion, continueToken, sendInitialEvents } = options;
  const causes: Cause[] = [];
  if (match !== '') {
    if (resourceVersion === '') {
      causes.push(forbidden(MATCH, 'resourceVersionMatch is forbidden unless resourceVersion is provided'));
    }
    if (continueToken !== '') causes.push(WITH_CONTINUE);
    if (match !== 'Exact' && match !== 'NotOlderThan') {
      causes.push(notSupported(MATCH, match, ['Exact', 'NotOlderThan', '']));
    }
    if (match === 'Exact' && resourceVersion === '0') {
      causes.push(forbidden(MATCH, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'));
    }
  }
  if (sendInitialEvents !== undefined) {
    causes.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  }
  return causes;
}

/** apimachinery's validateWatchOptions. */
function watchFaults({ resourceVersionMatch: match, sendInitialEvents, continueToken }: ListOptions): readonly Cause[] {
  const causes: Cause[] = [];
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    causes.push(forbidden(MATCH, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'));
  }
  if (match !== '') {
    if (sendInitialEvents === undefined) {
      const fault = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
      causes.push(forbidden(MATCH, fault));
    }
    if (match !== 'NotOlderThan') causes.push(notSupported(MATCH, match, ['NotOlderThan']));
    if (continueToken !== '') causes.push(WITH_CONTINUE);
  }
  return causes;
}

/** As Go's conversion of a query: all but `false` and `0` is true, also nothing at all. */
function bool(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  return text === null ? undefined : text.toLowerCase() !== 'false' && text !== '0';
}

function integer(query: URLSearchParams, name: string): number {
  const text = query.get(name) ?? '0';
  if (!/^[+-]?\d+$/.test(text)) {
    throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  return Number(text);
}
