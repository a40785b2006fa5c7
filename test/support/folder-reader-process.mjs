// The child process of folder-reader.ts: reads the files it is given, round after round, and reports what no reader may see.
import { readFileSync } from 'node:fs';
import { isWhole } from './whole-content.mjs';

/** Path → how often it was read, since it was last given to us. */
const living = new Map();
const faults = [];
/** Enough to understand a failure; a broken run would otherwise fill the memory. */
const maxFaults = 100;
/** Messages are looked at between slices, so that `forget` is answered soon while thousands of files are read. */
const filesInSlice = 50;
let reads = 0;

process.on('message', ({ id, type, paths }) => {
  if (type === 'watch') for (const path of paths) living.set(path, living.get(path) ?? 0);
  if (type === 'forget') for (const path of paths) living.delete(path);
  // Answered after the change, so nothing forgotten is read once the caller has the answer.
  const unread = [...living.values()].filter((count) => count === 0).length;
  process.send({ id, reads, unread, faults });
});
process.on('disconnect', () => process.exit(0));

for (;;) {
  const paths = [...living.keys()];
  for (let from = 0; from < paths.length || from === 0; from += filesInSlice) {
    for (const path of paths.slice(from, from + filesInSlice)) if (living.has(path)) check(path);
    await new Promise((resolve) => setTimeout(resolve, paths.length === 0 ? 10 : 1));
  }
}

function check(path) {
  reads++;
  living.set(path, living.get(path) + 1);
  try {
    const content = readFileSync(path, 'latin1');
    if (!isWhole(content))
      report({ path, fault: 'partial', detail: `${content.length} bytes: ${content.slice(0, 80)}` });
  } catch (error) {
    report({ path, fault: error.code === 'ENOENT' ? 'missing' : 'unreadable', detail: error.code ?? String(error) });
  }
}

function report(fault) {
  if (faults.length < maxFaults) faults.push({ ...fault, at: Date.now() });
}
