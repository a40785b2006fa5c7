import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Everything below `folder`, path → what it is: kind, mode, and the hash of its content. What `skip` names is left out. */
export function treeDigest(folder: string, skip: readonly string[] = []): ReadonlyMap<string, string> {
  const tree = new Map<string, string>();
  const walk = (path: string) => {
    if (skip.includes(path)) return;
    const stat = lstatSync(path);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) tree.set(path, `link to ${readlinkSync(path)}`);
    else if (stat.isDirectory()) {
      tree.set(path, `directory ${mode}`);
      for (const name of readdirSync(path)) walk(join(path, name));
    } else if (stat.isFile()) {
      tree.set(path, `file ${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`);
    } else tree.set(path, `other ${mode}`);
  };
  walk(folder);
  return tree;
}
