import { type Scope, type SidecarEvent, type SourceError, scopeName } from '../model.js';
import { UnwrittenPaths } from '../unwritten-paths.js';

/** Of /healthz, by contract: an API server that cannot be reached for this long is a fault. */
const UNREACHED_MS = 60_000;

/** A request may take this long before its source must have said something. */
const REQUEST_MS = 60_000;

/** For a process that is short of CPU: a timer may fire this late without being dead. */
const MARGIN_MS = 5_000;

export interface HealthOptions {
  /** Milliseconds that only grow, such as `performance.now()`. */
  readonly clock: () => number;
  /** Scopes that are to be listed, so that those which have not begun are named too. */
  readonly scopes?: readonly Scope[];
  /** With `METHOD=SLEEP` the API server is asked only this often, so its silence lasts longer. @default 0 */
  readonly sleepTimeMs?: number;
}

/** An answer; `reasons` says in short sentences why it is not ok. */
export interface HealthAnswer {
  readonly ok: boolean;
  readonly reasons: readonly string[];
}

export interface ScopeHealth {
  readonly scope: string;
  readonly listed: boolean;
  readonly dead: boolean;
  readonly failing?: { readonly forSeconds: number; readonly code: string; readonly message: string };
}

export interface Health {
  readonly observe: (event: SidecarEvent) => void;
  /** Established meaning: the initial sync is on disk, the API server was reached within 60 s, no watch is dead. */
  readonly healthz: () => HealthAnswer;
  /** Every watch makes progress. An outage of the API server is no fault here: a restart would not mend it. */
  readonly livez: () => HealthAnswer;
  /** Every scope was listed (refused ones that joined aside), every file of it is on disk, and the disk takes more. */
  readonly readyz: () => HealthAnswer;
  /** The initial sync is on disk; never taken back. */
  readonly startupz: () => HealthAnswer;
  readonly scopes: () => readonly ScopeHealth[];
}

interface ScopeState {
  /** With its namespace: nobody named it, so that it may be refused (403) keeps nothing from being well. */
  readonly joined: boolean;
  listed: boolean;
  /** What its last `alive` or `failed` promised: the next event within this time. */
  promiseMs: number;
  lastEventAt: number;
  failure: { readonly since: number; readonly error: SourceError } | undefined;
}

/** Answers from what the pipeline says of itself, never from a timer of its own: a stuck loop cannot look healthy. */
export function createHealth({ clock, scopes = [], sleepTimeMs = 0 }: HealthOptions): Health {
  const states = new Map<Scope, ScopeState>();
  const unwrittenPaths = new UnwrittenPaths();
  let synced = false;
  let published = false;
  let journalFailed = false;
  for (const scope of scopes) stateOf(scope);

  function stateOf(scope: Scope, joined = false): ScopeState {
    const fresh = {
      joined,
      listed: false,
      promiseMs: Number.POSITIVE_INFINITY,
      lastEventAt: clock(),
      failure: undefined,
    };
    const state = states.get(scope) ?? fresh;
    states.set(scope, state);
    return state;
  }

  function observeScope(event: Extract<SidecarEvent, { scope: Scope }>): void {
    if (event.type === 'left') {
      states.delete(event.scope);
      return;
    }
    const state = stateOf(event.scope, event.type === 'joined');
    state.lastEventAt = clock();
    if (event.type === 'init-done') state.listed = true;
    if (event.type === 'alive') state.promiseMs = event.nextWithinMs + MARGIN_MS;
    if (event.type === 'alive' || event.type === 'init-done') state.failure = undefined;
    if (event.type !== 'failed') return;
    state.promiseMs = event.retryInMs + REQUEST_MS + MARGIN_MS;
    state.failure = { since: state.failure?.since ?? clock(), error: event.error };
  }

  const each = (say: (state: ScopeState, name: string) => string | false | undefined): readonly string[] =>
    [...states].map(([scope, state]) => say(state, scopeName(scope))).filter((reason) => typeof reason === 'string');

  const isDead = (state: ScopeState) => clock() - state.lastEventAt > state.promiseMs;
  const dead = () =>
    each((state, name) => isDead(state) && `the watch of ${name} is dead: nothing came from it in time`);
  const unlisted = () =>
    each((state, name) => !state.listed && !isAccepted(state) && `${name} were not listed yet${because(state)}`);
  const unreached = () =>
    each((state, name) => {
      const forMs = state.failure && clock() - state.failure.since;
      return (
        forMs !== undefined &&
        !isAccepted(state) &&
        forMs >= UNREACHED_MS + sleepTimeMs &&
        `${name} could not be read for ${seconds(forMs)} s${because(state)}`
      );
    });
  const unwritten = () => (unwrittenPaths.size > 0 ? [`${unwrittenPaths.size} files could not be written`] : []);
  const unpublished = () => (published ? [] : ['the initial sync is not on disk yet', ...unlisted(), ...unwritten()]);

  return {
    observe(event) {
      if ('scope' in event) observeScope(event);
      else if (event.type === 'file') unwrittenPaths.note(event);
      else if (event.type === 'synced') synced = true;
      else if (event.type === 'folder' && event.state === 'journal-failed') journalFailed = true;
      else if (event.type === 'folder' && event.state === 'journal-recovered') journalFailed = false;
      published ||= synced && unwrittenPaths.size === 0;
    },
    healthz: () => answer([...unpublished(), ...unreached(), ...dead()]),
    livez: () => answer(dead()),
    readyz: () =>
      answer([
        ...(synced ? [] : ['the initial sync is not done']),
        ...unlisted(),
        ...unwritten(),
        ...(journalFailed ? ['the journal of owned files cannot be written'] : []),
      ]),
    startupz: () => answer(unpublished()),
    scopes: () => [...states].map(([scope, state]) => scopeHealth(scopeName(scope), state, isDead(state), clock())),
  };
}

function answer(reasons: readonly string[]): HealthAnswer {
  return { ok: reasons.length === 0, reasons };
}

/** The API server answers, and its answer is no: a warning, where nobody named this one. */
function isAccepted({ joined, failure }: ScopeState): boolean {
  return joined && failure?.error.code === 'forbidden';
}

function because({ failure }: ScopeState): string {
  return failure ? `: ${failure.error.message}` : '';
}

function scopeHealth(scope: string, { listed, failure }: ScopeState, dead: boolean, now: number): ScopeHealth {
  if (!failure) return { scope, listed, dead };
  const { code, message } = failure.error;
  return { scope, listed, dead, failing: { forSeconds: seconds(now - failure.since), code, message } };
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000);
}
