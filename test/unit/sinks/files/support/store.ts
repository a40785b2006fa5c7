import { onTestFinished } from 'vitest';
import type { FileOutcome, FolderStatus, ObjectKey, WritePlan } from '../../../../../src/model.js';
import { type FileStore, type FileStoreOptions, openFileStore } from '../../../../../src/sinks/files/file-store.js';

export const IDENTITY = '0123456789abcdef';
export const A: ObjectKey = 'configmap/default/a';
export const B: ObjectKey = 'configmap/default/b';

export interface TestStore extends FileStore {
  /** The end of a turn of the event loop, when the test says so. */
  endTurn(): void;
}

/** A store whose turns end when the test says so; closed after the test. */
export function openStore(folder: string, options: Partial<FileStoreOptions> = {}): TestStore {
  let ends: (() => void)[] = [];
  const store = openFileStore({
    folder,
    allowedRoots: [],
    fileWrite: 'atomic',
    state: 'auto',
    identity: IDENTITY,
    folderAnnotation: 'k8s-sidecar-target-directory',
    uniqueFilenames: false,
    readMountInfo: () => undefined,
    endOfTurn: (end) => ends.push(end),
    ...options,
  });
  onTestFinished(() => store.close());
  const endTurn = (): void => {
    for (const end of ends) end();
    ends = [];
  };
  return { ...store, endTurn };
}

/** Files as `path → text`, one owner. */
export function plan(
  writes: Readonly<Record<string, string>>,
  removes: readonly string[] = [],
  owner: ObjectKey = A,
): WritePlan {
  return {
    type: 'plan',
    writes: Object.entries(writes).map(([path, text]) => ({ owner, file: { path, bytes: Buffer.from(text) } })),
    removes: removes.map((path) => ({ owner, path })),
  };
}

/** What happened on disk: `created /x` of each outcome (`absent` is nothing that happened), `failed /x ENOSPC disk`, `folder replaced`. */
export function summary(outcomes: readonly (FileOutcome | FolderStatus)[]): string[] {
  return outcomes
    .filter((outcome) => outcome.type === 'folder' || outcome.op !== 'absent')
    .map((outcome) => {
      if (outcome.type === 'folder') return `folder ${outcome.state}`;
      const error = outcome.op === 'failed' ? ` ${outcome.error.code} ${outcome.error.fault}` : '';
      return `${outcome.op} ${outcome.path}${error}`;
    });
}
