import type { Gunzip } from './gunzip.js';
import type { Root } from './roots.js';

/** Where files may go and how they are named: what {@link desiredFiles} needs besides the object. */
export interface Layout {
  /** `FOLDER` first. */
  readonly roots: readonly [Root, ...Root[]];
  /** Key of the annotation that overrides the folder. */
  readonly folderAnnotation: string;
  readonly uniqueFilenames: boolean;
  /** `GZIP_KEYS`: keys that end in `.gz` are decompressed, each to so many bytes at most. @default none is */
  readonly gzip?: { readonly gunzip: Gunzip; readonly maxBytes: number } | undefined;
}
