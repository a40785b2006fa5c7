import { catchError, concat, concatMap, defaultIfEmpty, defer, EMPTY, type Observable, of, throwError } from 'rxjs';
import { compareDashboard, type Verdict } from './compare-dashboard.js';
import type { DashboardRecord, Found } from './dashboard-record.js';
import type { DesiredDashboard } from './documents/desired-dashboard.js';
import { GrafanaError, type RemoteDashboard } from './grafana-api.js';
import type { DashboardEvent } from './grafana-event.js';
import { refused, sayOnce, waiting } from './outcome.js';
import type { PushState } from './push-state.js';
import type { PushTerm } from './push-term.js';
import { removeFirst } from './remove-dashboard.js';
import { saveDashboard } from './save-dashboard.js';
import { ownerOfSource, type Wish } from './wish.js';

/** How often a dashboard is read within a try, since it was not as it had been read. */
const MAX_READS = 2;

/** Steps 2 to 6 of `settleDashboard`: one dashboard whose folder is known. */
export class DashboardAttempt {
  readonly #state: PushState;
  readonly #term: PushTerm;
  readonly #record: DashboardRecord;
  readonly #wish: Wish;
  readonly #folderUid: string | undefined;
  #reads = 0;

  constructor(state: PushState, term: PushTerm, record: DashboardRecord, wish: Wish, folderUid: string | undefined) {
    this.#state = state;
    this.#term = term;
    this.#record = record;
    this.#wish = wish;
    this.#folderUid = folderUid;
  }

  run(): Observable<DashboardEvent> {
    const { found, isRead } = this.#record;
    if (isRead && this.#standsBy(found)) return this.#stand(); // 2
    const isOutdated = isRead && found?.stamp?.sha256 !== this.#wish.sha256;
    // Whose it is, is to be read; but that the document is needed is certain where there is nothing.
    if (isOutdated && found === undefined && this.#document === undefined) return this.#ask();
    return this.#read();
  }

  get #document(): DesiredDashboard | undefined {
    return this.#state.shelf.get(this.#wish.source, this.#wish.sha256);
  }

  get #isCurrent(): boolean {
    return this.#record.wish === this.#wish;
  }

  #standsBy(found: Found | undefined): boolean {
    const { last } = this.#record;
    const folderUid = this.#folderUid;
    return (
      this.#state.table.isStamped(found) &&
      found?.version !== undefined &&
      found.stamp?.sha256 === this.#wish.sha256 &&
      (folderUid === undefined || found.folderUid === folderUid) &&
      (last === undefined || last.version === found.version)
    );
  }

  #ask(): Observable<never> {
    this.#state.queue.want(this.#wish.source);
    return EMPTY;
  }

  /** `compared`: what it was found equal to the wish by; a stamp alone tells nothing of edits that were made while nobody looked. */
  #stand(compared?: RemoteDashboard): Observable<DashboardEvent> {
    const { uid, owner, source, sha256 } = this.#wish;
    if (compared !== undefined) {
      const { version, folderUid } = compared;
      this.#record.last = { version, sha256, folderUid };
    }
    const isNews = !this.#record.stands;
    this.#record.stands = true;
    this.#record.said = undefined;
    return isNews ? of({ type: 'dashboard', op: 'unchanged', uid, owner, source }) : EMPTY;
  }

  #read(): Observable<DashboardEvent> {
    this.#reads += 1;
    return this.#term.api.get(this.#wish.uid).pipe(
      defaultIfEmpty(undefined),
      concatMap((remote) => {
        this.#state.table.read(this.#record, remote);
        return this.#isCurrent ? this.#settle(remote) : EMPTY;
      }),
      catchError((error: unknown) => this.#readAgain(error)),
    );
  }

  /** It was not as it had been read: once more. Before 11.3 also a title that is taken: by what the same key had, perhaps. */
  #readAgain(error: unknown): Observable<DashboardEvent> {
    const isStale = error instanceof GrafanaError && (error.code === 'exists' || error.code === 'conflict');
    if (!isStale || this.#reads > MAX_READS) return throwError(() => error);
    if (this.#reads < MAX_READS) return this.#read();
    const old = this.#state.predecessorOf(this.#wish.source, this.#wish.uid);
    const document = this.#document;
    if (error.code !== 'exists' || old === undefined || document === undefined) return throwError(() => error);
    return concat(
      removeFirst(this.#state, this.#term, old, document.title),
      defer(() => (this.#state.table.stale.has(old.uid) ? throwError(() => error) : this.#read())),
    );
  }

  #settle(remote: RemoteDashboard | undefined): Observable<DashboardEvent> {
    if (remote === undefined) return this.#save({ act: 'save', op: 'updated', drift: false }, undefined);
    const comparison = {
      wish: this.#wish,
      folderUid: this.#folderUid,
      document: this.#document,
      remote,
      last: this.#record.last,
    };
    const verdict = compareDashboard(comparison, this.#state.options);
    switch (verdict.act) {
      case 'nothing':
        return this.#stand(remote);
      case 'ask':
        // Its stamp says that all is well, its content may not: it is read again with the document.
        this.#record.isRead = false;
        return this.#ask();
      case 'refuse':
        return sayOnce(this.#record, refused(this.#wish.uid, this.#wish.source, verdict.code, verdict.message));
      case 'leave':
        return this.#leave(verdict.what, remote);
      case 'save':
        return this.#save(verdict, remote);
    }
  }

  #leave(what: 'content' | 'folder', { version }: RemoteDashboard): Observable<DashboardEvent> {
    const { uid, owner, source, sha256 } = this.#wish;
    const record = this.#record;
    const folderUid = this.#folderUid ?? record.last?.folderUid ?? '';
    // Until somebody changes it again: that is another one.
    record.last = { version, sha256, folderUid };
    record.stands = true;
    if (this.#state.options.drift !== 'warn') return EMPTY;
    const change = what === 'folder' ? 'is in another folder' : `was changed in Grafana (version ${version})`;
    const message = `The dashboard ${uid} of ${source} ${change}: it is left so by GRAFANA_DRIFT=warn.`;
    return sayOnce(record, { type: 'dashboard', op: 'drift', uid, owner, source, message });
  }

  #save(verdict: Extract<Verdict, { act: 'save' }>, remote: RemoteDashboard | undefined): Observable<DashboardEvent> {
    const wish = this.#wish;
    const record = this.#record;
    record.stands = false;
    const holder = remote?.stamp === undefined ? undefined : ownerOfSource(remote.stamp.source);
    if (holder !== undefined && holder !== wish.owner && this.#state.mayBeWantedBy(holder)) {
      const message = `The dashboard ${wish.uid} of ${wish.source} waits: in Grafana it is that of ${holder}, and not all lists are complete.`;
      return sayOnce(record, waiting(wish, message));
    }
    const document = this.#document; // 5
    if (document === undefined) return this.#ask();
    this.#state.queue.drop(wish.source);
    const isCurrent = () => this.#isCurrent;
    const folderUid = this.#folderUid;
    return saveDashboard(this.#state, this.#term, { record, wish, document, folderUid, remote, verdict, isCurrent }); // 6
  }
}
