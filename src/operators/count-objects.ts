import {
  type ListMark,
  type ObjectChange,
  type Objects,
  objectKey,
  type Scope,
  type ScopeMark,
  type SourceStatus,
} from '../model.js';
import type { PathLedger } from './path-ledger.js';

/** Asked before the ledger hears of the event, since it knows which objects are new. */
export function countObjects(
  ledger: Pick<PathLedger, 'knows'>,
): (event: ObjectChange | ListMark | ScopeMark | SourceStatus) => Objects[] {
  const counts = new Map<Scope, { count: number; listed: boolean }>();
  return (event) => {
    const { scope } = event;
    if (event.type === 'left') {
      counts.delete(scope);
      return [];
    }
    const state = counts.get(scope) ?? { count: 0, listed: false };
    counts.set(scope, state);
    const before = state.listed ? state.count : -1;
    if (event.type === 'apply' && !ledger.knows(objectKey(event.object))) {
      state.count++;
    } else if (event.type === 'delete' && ledger.knows(event.key)) {
      state.count--;
    }
    state.listed ||= event.type === 'init-done';
    return state.listed && state.count !== before ? [{ type: 'objects', scope, count: state.count }] : [];
  };
}
