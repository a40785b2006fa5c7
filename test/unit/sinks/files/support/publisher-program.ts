import { writeSync } from 'node:fs';
import type { WritePlan } from '../../../../../src/model.js';
import { type FileStoreOptions, openFileStore } from '../../../../../src/sinks/files/file-store.js';
import { watchedFs } from './failing-fs.js';

interface Job {
  readonly options: FileStoreOptions;
  /** `path → text`, and paths to remove; all of one owner. */
  readonly plans: readonly { readonly writes: Readonly<Record<string, string>>; readonly removes: readonly string[] }[];
  /** Dies at this call of the file system, before it. 0: never. */
  readonly dieAt: number;
}

/** Publishes the plans of its argument, prints the outcomes, and is killed at the call that it is told. */
const { options, plans, dieAt } = JSON.parse(process.argv[2] ?? '') as Job;
let calls = 0;
const fs = watchedFs(() => {
  if (++calls === dieAt) process.kill(process.pid, 'SIGKILL');
});
const store = openFileStore({ ...options, fs, onBeforeChange: () => store.owe('request') });
const owner = 'configmap/default/a';
const outcomes = plans.flatMap(({ writes, removes }) => {
  const plan: WritePlan = {
    type: 'plan',
    writes: Object.entries(writes).map(([path, text]) => ({ owner, file: { path, bytes: Buffer.from(text) } })),
    removes: removes.map((path) => ({ owner, path })),
  };
  return store.publish(plan);
});
writeSync(1, JSON.stringify({ outcomes, calls }));
store.close();
