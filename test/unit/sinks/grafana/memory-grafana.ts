import { defer, delay, from, mergeMap, type Observable, of, tap, throwError, timer } from 'rxjs';
import {
  type DashboardWrite,
  type FolderReference,
  type GrafanaApi,
  GrafanaError,
  type GrafanaErrorCode,
  type ListedDashboard,
  type RemoteDashboard,
  type SavedDashboard,
} from '../../../../src/sinks/grafana/grafana-api.js';

type Call = keyof GrafanaApi;

export interface MemoryGrafanaOptions {
  /** What a list tells: on `/apis` versions and stamps, on the legacy family neither. @default 'apis' */
  readonly family?: 'apis' | 'legacy';
  /** Before 11.3: a title may be once in a folder. @default false */
  readonly uniqueTitles?: boolean;
  /** What each call takes. @default 1 */
  readonly latencyMs?: number;
}

export interface Asked {
  readonly call: Call;
  readonly uid: string | undefined;
  readonly atMs: number;
  /** `undefined` while it is under way. */
  result: 'ok' | GrafanaErrorCode | 'aborted' | undefined;
}

/** A Grafana in memory, strict about what may be overwritten, that remembers all that was asked and every version. */
export class MemoryGrafana implements GrafanaApi {
  readonly dashboards = new Map<string, RemoteDashboard>();
  readonly folders = new Map<string, { readonly title: string; readonly id: number }>();
  readonly asked: Asked[] = [];
  /** Each save and delete that was carried out, by us. */
  readonly written: { readonly call: Call; readonly uid: string; readonly message?: string }[] = [];
  underWay = 0;
  mostUnderWay = 0;
  writesUnderWay = 0;
  mostWritesUnderWay = 0;
  /** Called as a request comes in: an error that it gives is the answer. */
  fault: (call: Call, uid: string | undefined) => GrafanaError | undefined = () => undefined;
  latencyMs: number;
  readonly #options: MemoryGrafanaOptions;
  #version = 0;

  constructor(options: MemoryGrafanaOptions = {}) {
    this.#options = options;
    this.latencyMs = options.latencyMs ?? 1;
  }

  /** Somebody works in Grafana. */
  put(uid: string, more: Partial<RemoteDashboard> = {}): void {
    const before = this.dashboards.get(uid);
    this.dashboards.set(uid, {
      uid,
      title: uid,
      folderUid: '',
      resourceVersion: undefined,
      management: before?.management ?? 'nobody',
      stamp: undefined,
      apiVersion: undefined,
      spec: { title: uid },
      ...before,
      version: this.#next(),
      ...more,
    });
  }

  edit(uid: string, spec: RemoteDashboard['spec']): void {
    this.put(uid, { spec });
  }

  folder(uid: string, id: number, title = uid): void {
    this.folders.set(uid, { title, id });
  }

  empty(): void {
    this.dashboards.clear();
    this.folders.clear();
  }

  calls(...calls: Call[]): Asked[] {
    return this.asked.filter(({ call }) => calls.includes(call));
  }

  list(): Observable<ListedDashboard> {
    return this.#answer('list', undefined, () => {
      const isTold = this.#options.family !== 'legacy';
      return [...this.dashboards.values()]
        .filter(({ stamp }) => stamp !== undefined)
        .map(({ uid, folderUid, version, stamp }) => ({
          uid,
          folderUid,
          version: isTold ? version : undefined,
          stamp: isTold ? stamp : undefined,
        }));
    }).pipe(mergeMap((all) => from(all)));
  }

  get(uid: string): Observable<RemoteDashboard | undefined> {
    return this.#answer('get', uid, () => this.dashboards.get(uid));
  }

  save(write: DashboardWrite): Observable<SavedDashboard> {
    const { uid, title, spec, apiVersion, stamp, replaces, message } = write;
    return this.#answer('save', uid, () => {
      const before = this.dashboards.get(uid);
      if (replaces === undefined && before !== undefined) throw error('exists');
      if (replaces !== undefined && before?.version !== replaces.version) throw error('conflict');
      if (before?.management === 'provisioned' || before?.management === 'managed') throw error('provisioned');
      const folderUid = write.folderUid ?? before?.folderUid ?? '';
      if (folderUid !== '' && !this.folders.has(folderUid)) throw error('folder-missing');
      if (this.#options.uniqueTitles) {
        for (const other of this.dashboards.values()) {
          if (other.uid !== uid && other.title === title && other.folderUid === folderUid) throw error('exists');
        }
      }
      if (message.length > 500 || 'id' in spec || 'version' in spec) throw error('rejected');
      const version = this.#next();
      this.dashboards.set(uid, {
        uid,
        title,
        folderUid,
        version,
        resourceVersion: undefined,
        management: 'stamped',
        stamp,
        apiVersion,
        spec,
      });
      this.written.push({ call: 'save', uid, message });
      return { uid, version, folderUid };
    });
  }

  remove({ uid, version }: RemoteDashboard): Observable<void> {
    return this.#answer('remove', uid, () => {
      const before = this.dashboards.get(uid);
      if (before === undefined) return;
      if (before.version !== version) throw error('conflict');
      if (before.management === 'provisioned') throw error('provisioned');
      this.dashboards.delete(uid);
      this.written.push({ call: 'remove', uid });
    });
  }

  folderUid(folder: FolderReference): Observable<string | undefined> {
    return this.#answer('folderUid', undefined, () => {
      if ('uid' in folder) return this.folders.has(folder.uid) ? folder.uid : undefined;
      return [...this.folders].find(([, { id }]) => id === folder.id)?.[0];
    });
  }

  createFolder({ uid, title }: { readonly uid: string; readonly title: string }): Observable<void> {
    return this.#answer('createFolder', uid, () => {
      if (!this.folders.has(uid)) this.folders.set(uid, { title, id: 1_000 + this.folders.size });
    });
  }

  /** One request: the write is done in the middle of it, so one that is cut may have been carried out. */
  #answer<T>(call: Call, uid: string | undefined, act: () => T): Observable<T> {
    return defer(() => {
      const isWrite = call === 'save' || call === 'remove' || call === 'createFolder';
      const asked: Asked = { call, uid, atMs: Date.now(), result: undefined };
      this.asked.push(asked);
      this.#begin(isWrite, 1);
      const fault = this.fault(call, uid);
      const answer$ = timer(this.latencyMs / 2).pipe(
        mergeMap(() => {
          if (fault !== undefined) return throwError(() => fault);
          return of(act()).pipe(delay(this.latencyMs / 2));
        }),
      );
      const end = (result: Asked['result']): void => {
        if (asked.result !== undefined) return;
        asked.result = result;
        this.#begin(isWrite, -1);
      };
      return answer$.pipe(
        tap({
          error: (thrown: unknown) => end(thrown instanceof GrafanaError ? thrown.code : 'malformed'),
          next: () => end('ok'),
          unsubscribe: () => end('aborted'),
        }),
      );
    });
  }

  #begin(isWrite: boolean, by: 1 | -1): void {
    this.underWay += by;
    if (isWrite) this.writesUnderWay += by;
    this.mostUnderWay = Math.max(this.mostUnderWay, this.underWay);
    this.mostWritesUnderWay = Math.max(this.mostWritesUnderWay, this.writesUnderWay);
  }

  #next(): string {
    this.#version += 1;
    return String(this.#version);
  }
}

export function error(code: GrafanaErrorCode, status?: number, retryAfterMs?: number): GrafanaError {
  return new GrafanaError(code, `Grafana said ${code}.`, { status, retryAfterMs });
}
