import { defer, type Observable, throwError } from 'rxjs';
import type { Term } from '../../leadership.js';
import type { DeleteBrake } from './delete-brake.js';
import type { GrafanaApi } from './grafana-api.js';
import { oneAtATime } from './one-at-a-time.js';
import type { TargetGate } from './target-gate.js';

/** Our term as the leader is over, and we had not heard so yet. Nothing was sent. */
export class TermOver extends Error {
  override readonly name = 'TermOver';
}

/** What lives as long as we may write: from the beginning again in each term. */
export interface PushTerm {
  readonly api: GrafanaApi;
  readonly gate: TargetGate;
  readonly brake: DeleteBrake;
  /** One at a time over all dashboards, and only while we may act: asked right before each. */
  readonly write: <T>(request$: Observable<T>) => Observable<T>;
  /** What is not deleted since the brake holds. */
  readonly braked: Set<string>;
}

export function openTerm(
  options: Pick<PushTerm, 'api' | 'gate' | 'brake'> & { readonly term: Pick<Term, 'mayAct'> },
): PushTerm {
  const { term, gate, brake } = options;
  const inTurn = oneAtATime();
  return {
    api: watched(options.api, gate),
    gate,
    brake,
    braked: new Set(),
    write: (request$) => inTurn(defer(() => (term.mayAct() ? request$ : throwError(() => new TermOver())))),
  };
}

/** All but `folderUid`, which may be remembered: that proves nothing. */
function watched(api: GrafanaApi, gate: TargetGate): GrafanaApi {
  return {
    list: () => gate.watch(api.list()),
    get: (uid) => gate.watch(api.get(uid)),
    save: (write) => gate.watch(api.save(write)),
    remove: (dashboard) => gate.watch(api.remove(dashboard)),
    folderUid: (folder) => api.folderUid(folder),
    createFolder: (folder) => gate.watch(api.createFolder(folder)),
  };
}
