/** A name in a message: quoted, so that it cannot break the line, and not longer than a line should be. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 300 ? `${name.slice(0, 300)}…` : name);
}
