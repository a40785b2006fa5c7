import type { ObjectKey } from '../../model.js';

/** One fact that outlives a restart, and one line of the journal. */
export type JournalEntry =
  /** The file at `path` is ours, written for `owner`. */
  | { readonly type: 'own'; readonly path: string; readonly owner: ObjectKey }
  | { readonly type: 'disown'; readonly path: string }
  /** The directory at `path` was made by us, so it goes when it is empty. */
  | { readonly type: 'made'; readonly path: string }
  | { readonly type: 'gone'; readonly path: string }
  /** `target` must be told that files changed. */
  | { readonly type: 'owe'; readonly target: string }
  | { readonly type: 'told'; readonly target: string };

/**
 * `+"/path" "owner"`, `-"/path"`, `made "/path"`, `gone "/path"`, `owed "target"`, `told "target"`, each with a newline.
 * Every line ends with the quote of a JSON string, so a torn one never reads as a shorter, whole one.
 */
export function formatEntry(entry: JournalEntry): string {
  switch (entry.type) {
    case 'own':
      return `+${JSON.stringify(entry.path)} ${JSON.stringify(entry.owner)}\n`;
    case 'disown':
      return `-${JSON.stringify(entry.path)}\n`;
    case 'owe':
      return `owed ${JSON.stringify(entry.target)}\n`;
    case 'made':
    case 'gone':
      return `${entry.type} ${JSON.stringify(entry.path)}\n`;
    case 'told':
      return `told ${JSON.stringify(entry.target)}\n`;
  }
}

const STRING = String.raw`("(?:[^"\\]|\\.)*")`;
const LINE = new RegExp(`^(?:(?<sign>[+-])|(?<word>made|gone|owed|told) )${STRING}(?: ${STRING})?$`);
const OWNER = /^(?:configmap|secret)\/[^/]+\/[^/]+$/;

/** `undefined`: no line of ours. Whether its path may be ours is for the reader to judge. */
export function parseEntry(line: string): JournalEntry | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const first = parseString(match[3]);
  const second = parseString(match[4]);
  const kind = match.groups?.['sign'] ?? match.groups?.['word'];
  if (first === undefined || (second !== undefined) !== (kind === '+')) return undefined;
  if (kind === '+') {
    return second !== undefined && OWNER.test(second)
      ? { type: 'own', path: first, owner: second as ObjectKey }
      : undefined;
  }
  if (kind === '-') return { type: 'disown', path: first };
  if (kind === 'made' || kind === 'gone') return { type: kind, path: first };
  return { type: kind === 'owed' ? 'owe' : 'told', target: first };
}

function parseString(json: string | undefined): string | undefined {
  try {
    return json === undefined ? undefined : JSON.parse(json);
  } catch {
    return undefined; // a bad escape: JSON's own message would quote the line
  }
}
