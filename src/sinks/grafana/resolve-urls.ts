import { concatMap, defer, EMPTY, from, type Observable, type OperatorFunction, of, throwError } from 'rxjs';
import type { Refusal } from '../../model.js';
import { backoffMs } from '../../operators/backoff.js';
import { latestByKey } from '../../operators/latest-by-key.js';
import type { UrlDashboard } from './documents/desired-dashboards.js';
import { parseDashboard } from './documents/parse-dashboard.js';
import type { FetchedDashboard } from './push-options.js';
import type { PushState } from './push-state.js';
import { type ReadObject, warnings } from './read-objects.js';

/** As of other URLs once the policy is spent: at most each minute. */
const BACKOFF = { baseMs: 7_500, maxMs: 60_000 };
/** A host that refuses our credentials locks accounts, perhaps. */
const AUTH_WAIT_MS = 15 * 60_000;
/** What is no dashboard, or leads where we do not go, is mended by people. */
const REFUSED_WAIT_MS = 600_000;
const MAX_FETCHES = 4;

type Failed = Extract<FetchedDashboard, { readonly op: 'failed' | 'refused' }>;

class UrlFault extends Error {
  readonly failed: Failed | Refusal;

  constructor(failed: Failed | Refusal) {
    super(isRefusal(failed) ? failed.message : failed.reason);
    this.failed = failed;
  }
}

function isRefusal(failed: Failed | Refusal | undefined): failed is Refusal {
  return failed !== undefined && 'type' in failed;
}

/**
 * Fetches the dashboards that stand at URLs, each again and again until it has come; meanwhile, and when it is bad, the last one
 * stays. One fetch of a key at a time, four in all. What its object does not want any more is not fetched again.
 */
export function resolveUrls(state: PushState): OperatorFunction<UrlDashboard, ReadObject> {
  const { memory, inHand, options } = state;
  const { fetchUrl = notConfigured, random = Math.random } = options;
  const isWanted = ({ place: { key, source }, url }: UrlDashboard) => memory.urlOf(key, source)?.url.href === url.href;

  const take = (wanted: UrlDashboard, bytes: Uint8Array): readonly ReadObject[] => {
    if (!isWanted(wanted)) return [];
    const { key } = wanted.place;
    // The folder may be another one since it was asked for.
    const { place } = memory.urlOf(key, wanted.place.source) ?? wanted;
    const document = parseDashboard(bytes, place);
    if ('reason' in document) throw new UrlFault(document);
    const again = memory.again(key);
    if (again === undefined || !memory.resolve(key, document)) return [];
    inHand.clear();
    inHand.set(document.source, { document, size: bytes.length });
    return [...warnings(key, [document]), { type: 'apply', ...again }, { type: 'read' }];
  };

  return latestByKey<UrlDashboard, string, ReadObject>({
    key: ({ place }) => place.source,
    concurrency: MAX_FETCHES,
    effect: (wanted) =>
      isWanted(wanted)
        ? defer(() => fetchUrl({ owner: wanted.place.key, url: wanted.url })).pipe(
            concatMap((answer) =>
              answer.op === 'fetched' ? from(take(wanted, answer.bytes)) : throwError(() => new UrlFault(answer)),
            ),
          )
        : EMPTY,
    retry: (error, attempt) => {
      const failed = error instanceof UrlFault ? error.failed : undefined;
      if (isRefusal(failed)) return REFUSED_WAIT_MS;
      if (failed?.op === 'refused') return failed.final ? undefined : REFUSED_WAIT_MS;
      if (failed?.op === 'failed' && failed.kind === 'auth') return AUTH_WAIT_MS;
      return backoffMs(attempt, { ...BACKOFF, random });
    },
    failed: (error, wanted, attempt, retryInMs) => said(error, wanted, attempt, retryInMs),
    onGiveUp: (error, wanted, attempt) => said(error, wanted, attempt, 0),
  });
}

/** A refusal once, until it has come or is asked for anew. */
function said(
  error: unknown,
  { place, url }: UrlDashboard,
  attempt: number,
  retryInMs: number,
): ReadObject | undefined {
  const { key, entry } = place;
  const failed = error instanceof UrlFault ? error.failed : undefined;
  const subject = `The URL of the key ${JSON.stringify(url.entry.slice(0, 300))} of ${key}`;
  if (isRefusal(failed)) return attempt === 1 ? failed : undefined;
  if (failed?.op === 'refused') {
    const message = `${subject} is not fetched: ${failed.reason}.`;
    return attempt === 1 ? { type: 'refused', key, entry, reason: 'url', message } : undefined;
  }
  const reason = failed?.reason ?? 'for a reason that nobody expected';
  const message = `${subject} could not be fetched: ${reason}.`;
  return { type: 'url-failed', path: place.source, owner: key, entry, status: failed?.status, message, retryInMs };
}

function notConfigured(): Observable<FetchedDashboard> {
  return of({ op: 'refused', reason: 'URLs are not fetched here', final: true });
}
