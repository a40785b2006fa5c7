import type * as fs from 'node:fs';

/**
 * The synchronous calls that the file sink makes, and no others. Injected, so that tests fail or stop at each of them.
 * Synchronous, since short slices cost half of the asynchronous calls' CPU (design.md §6, measured with 5,000 files).
 */
export type FileSystem = Pick<
  typeof fs,
  | 'closeSync'
  | 'fchmodSync'
  | 'fstatSync'
  | 'ftruncateSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readdirSync'
  | 'readSync'
  | 'realpathSync'
  | 'renameSync'
  | 'rmdirSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeSync'
>;
