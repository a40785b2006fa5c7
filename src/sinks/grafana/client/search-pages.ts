import { defer, EMPTY, expand, map, type Observable } from 'rxjs';
import { isRecord } from '../../../kubernetes/is-record.js';
import { STAMP_TAG } from '../documents/stamp.js';
import type { ListedDashboard } from '../grafana-api.js';
import { answerError, malformed } from './answer-error.js';
import type { AskGrafana } from './ask-grafana.js';
import { type GrafanaAnswer, isSuccess } from './grafana-answer.js';

/** One that was found, without what we do not look at. */
export interface SearchHit {
  readonly uid: string;
  /** The empty string is the root. */
  readonly folderUid: string;
  readonly id: number | undefined;
}

/** Grafana's own default; 5,000 would be its limit. */
const PAGE_HITS = 1_000;

/** Everything that GET /api/search finds, page by page, each once: a page that has nothing new is the last one. */
export function searchPages(
  ask: AskGrafana,
  query: { readonly type: 'dash-db' | 'dash-folder'; readonly tag?: string },
): Observable<readonly SearchHit[]> {
  const page = (number: number, seen: Set<string>) =>
    ask({ method: 'GET', path: '/api/search', query: { ...query, limit: `${PAGE_HITS}`, page: `${number}` } }).pipe(
      map((answer) => {
        const hits = hitsIn(answer);
        const found = hits.filter(({ uid }) => !seen.has(uid));
        for (const { uid } of found) seen.add(uid);
        return { number, seen, found, isLast: hits.length < PAGE_HITS || found.length === 0 };
      }),
    );
  return defer(() => page(1, new Set())).pipe(
    expand(({ number, seen, isLast }) => (isLast ? EMPTY : page(number + 1, seen))),
    map(({ found }) => found),
  );
}

/** Classic dashboards with our tag, of whichever family: the search knows neither version nor stamp. */
export function searchOurs(ask: AskGrafana): Observable<readonly ListedDashboard[]> {
  return searchPages(ask, { type: 'dash-db', tag: STAMP_TAG }).pipe(
    map((hits) => hits.map(({ uid, folderUid }) => ({ uid, folderUid, version: undefined, stamp: undefined }))),
  );
}

function hitsIn(answer: GrafanaAnswer): readonly SearchHit[] {
  if (!isSuccess(answer)) throw answerError(answer);
  if (!Array.isArray(answer.json)) throw malformed(answer);
  return answer.json.map((hit) => {
    if (!isRecord(hit) || typeof hit['uid'] !== 'string') throw malformed(answer);
    const { uid, folderUid, id } = hit;
    return {
      uid,
      folderUid: typeof folderUid === 'string' ? folderUid : '',
      id: Number.isSafeInteger(id) ? (id as number) : undefined,
    };
  });
}
