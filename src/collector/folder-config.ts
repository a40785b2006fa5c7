import type { Config } from '../config/options.js';

/** A configuration that has files to write. */
export type FolderConfig = Config & { readonly folder: string };

export function hasFolder(config: Config): config is FolderConfig {
  return config.folder !== undefined;
}
