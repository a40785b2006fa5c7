import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asapScheduler, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import type { ObjectKey, ResourceEvent, Scope, SidecarEvent, WatchedObject } from '../../../src/model.js';
import { runSidecar, type SidecarOptions } from '../../../src/sidecar.js';
import { openFileStore } from '../../../src/sinks/files/file-store.js';
import { scope } from '../operators/events.js';
import { temporaryFolder } from '../sinks/files/support/temporary-folder.js';

export interface Play {
  /** What the source of a scope says, each millisecond a frame; asked at each subscription. */
  readonly source: (scope: Scope, folder: string) => Observable<ResourceEvent>;
  /** @default nothing is there */
  readonly fetch?: (key: ObjectKey) => Observable<WatchedObject | undefined>;
  readonly scopes?: readonly Scope[];
  readonly options?: Partial<SidecarOptions>;
}

export interface Played {
  /** Each change of a file, as a reader sees it right behind its outcome: `12 x v1` at 12 ms, `13 x gone`. */
  readonly history: readonly string[];
  readonly events: readonly SidecarEvent[];
  /** What stands in the folder at the end: name → text. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * Runs a whole sidecar over a real folder, in virtual time: what takes an hour takes no time, and whatever is withheld has
 * come out when this returns.
 */
export function playSidecar(play: (helpers: { readonly scheduler: TestScheduler }) => Play): Played {
  const folder = temporaryFolder();
  const history: string[] = [];
  const events: SidecarEvent[] = [];
  const scheduler = new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
  scheduler.run(({ flush }) => {
    const { source, fetch = () => [undefined] as never, scopes = [scope], options = {} } = play({ scheduler });
    const subscription = runSidecar({
      scopes,
      source: (of) => source(of, folder),
      fetch,
      openStore: (onBeforeChange) =>
        openFileStore({
          folder,
          allowedRoots: [],
          fileWrite: 'atomic',
          state: 'auto',
          identity: '0123456789abcdef',
          folderAnnotation: 'k8s-sidecar-target-directory',
          uniqueFilenames: false,
          onBeforeChange,
          endOfTurn: (end) => void asapScheduler.schedule(end),
        }),
      hooks: [],
      notifyDebounceMs: 0,
      notifyMaxWaitMs: 0,
      ...options,
    }).subscribe((event) => {
      events.push(event);
      if (event.type === 'file' && event.op !== 'unchanged' && event.op !== 'absent') {
        history.push(`${scheduler.now()} ${event.path.slice(folder.length + 1)} ${textOf(event.path) ?? 'gone'}`);
      }
    });
    flush();
    subscription.unsubscribe();
  });
  return { history, events, files: filesOf(folder) };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Without our own state. */
function filesOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => !name.startsWith('.ks-'));
  return Object.fromEntries(names.sort().map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
}
