/**
 * What is left of `path` below `root`: `''` for the root itself, `undefined` for a path that is not inside.
 * Lexical: both must be absolute and normalised, without a slash at the end.
 */
export function restBelow(root: string, path: string): string | undefined {
  if (path === root) return '';
  const prefix = root === '/' ? '/' : `${root}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : undefined;
}
