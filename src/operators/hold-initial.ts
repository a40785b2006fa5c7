import {
  concat,
  defer,
  distinctUntilChanged,
  map,
  NEVER,
  type OperatorFunction,
  of,
  scan,
  switchMap,
  take,
  timer,
} from 'rxjs';
import { isFileChange, type Scope, type SidecarEvent } from '../model.js';

export interface HoldInitialOptions {
  readonly scopes: readonly Scope[];
  /** How long scopes whose list fails hold the first notification (`NOTIFY_MAX_WAIT`). */
  readonly maxWaitMs: number;
}

const none: ReadonlySet<Scope> = new Set();

interface InitialSync {
  readonly missing: ReadonlySet<Scope>;
  readonly failing: ReadonlySet<Scope>;
  readonly changed: boolean;
  readonly listed: boolean;
}

/**
 * `true` while the initial sync is under way, so that it becomes one notification; then `false`, once.
 *
 *     events     -w--l-|        w: a file was written, l: everything is listed
 *     result     t---(f|)
 *
 *     events     -w-x-----|     x: the only scope that is missing fails
 *     result     t-----(f|)     maxWaitMs = 3
 *
 * A slow list is waited for, a failing one for `maxWaitMs` after there is something to tell; so is one that joined. Never completes
 * before `false`.
 */
export function holdInitial(options: HoldInitialOptions): OperatorFunction<SidecarEvent, boolean> {
  return (events$) =>
    concat(
      of(true),
      defer(() =>
        events$.pipe(
          scan(follow, {
            missing: new Set(options.scopes),
            failing: none,
            changed: false,
            listed: false,
          }),
          map(({ missing, failing, changed, listed }) =>
            listed ? 'listed' : changed && failing.size === missing.size ? 'held by failures' : 'under way',
          ),
          distinctUntilChanged(),
          switchMap((phase) =>
            phase === 'listed'
              ? of(false)
              : phase === 'under way'
                ? NEVER
                : timer(options.maxWaitMs).pipe(map(() => false)),
          ),
          take(1),
        ),
      ),
    );
}

function follow(sync: InitialSync, event: SidecarEvent): InitialSync {
  switch (event.type) {
    case 'joined':
      return { ...sync, missing: new Set(sync.missing).add(event.scope) };
    case 'left':
    case 'init-done':
      return { ...sync, missing: without(sync.missing, event.scope), failing: without(sync.failing, event.scope) };
    case 'failed':
      return sync.missing.has(event.scope) ? { ...sync, failing: new Set(sync.failing).add(event.scope) } : sync;
    case 'file':
      return sync.changed || !isFileChange(event) ? sync : { ...sync, changed: true };
    case 'listed':
      return { ...sync, listed: true };
    default:
      return sync;
  }
}

function without(scopes: ReadonlySet<Scope>, scope: Scope): ReadonlySet<Scope> {
  const rest = new Set(scopes);
  rest.delete(scope);
  return rest;
}
