import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../errno-of.js';
import { SourceError } from '../model.js';

/** A file that was read, or the reason why it was not. */
export type ManifestFile =
  | { readonly path: string; readonly text: string }
  | { readonly path: string; readonly error: SourceError };

const MANIFEST = /\.(ya?ml|json)$/i;

/**
 * Reads manifests: a file whatever its name, and of a folder, with all folders below, what ends in `.yaml`, `.yml` or
 * `.json`, in the order of names. What begins with a dot is passed over: editors leave such files, and mounted volumes hold
 * everything twice, the second time below `..data`.
 */
export async function* readManifestFiles(paths: readonly string[]): AsyncGenerator<ManifestFile> {
  for (const path of paths) {
    yield* readPath(path, true);
  }
}

async function* readPath(path: string, named: boolean): AsyncGenerator<ManifestFile> {
  let names: readonly string[] | undefined;
  let text: string | undefined;
  try {
    const entry = await stat(path);
    if (entry.isDirectory()) {
      names = (await readdir(path)).sort();
    } else if (named || MANIFEST.test(path)) {
      text = await readFile(path, 'utf8');
    }
  } catch (error) {
    const message = `Expected a readable manifest, got ${errnoOf(error) ?? 'an unknown error'} for ${path}.`;
    yield { path, error: new SourceError('unreachable', message) };
  }
  if (text !== undefined) {
    yield { path, text };
  }
  for (const name of names ?? []) {
    if (!name.startsWith('.')) {
      yield* readPath(join(path, name), false);
    }
  }
}
