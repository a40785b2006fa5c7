import type { ReadyFile, WritePlan } from '../../model.js';

/** Where the content of a candidate's file comes from: `undefined` is the published file itself. */
export type CandidateFiles = ReadonlyMap<string, ReadyFile | undefined>;

/** What would stand, by path, if `plan` were carried out on what is published. */
export function candidateFiles(
  published: Iterable<string>,
  plan: Pick<WritePlan, 'writes' | 'removes'>,
): CandidateFiles {
  const files = new Map<string, ReadyFile | undefined>();
  for (const path of published) files.set(path, undefined);
  for (const { path } of plan.removes) files.delete(path);
  for (const { file } of plan.writes) files.set(file.path, file);
  return files;
}
