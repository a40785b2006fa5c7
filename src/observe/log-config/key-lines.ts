import {
  EVENT_ALIAS,
  EVENT_DOCUMENT,
  EVENT_MAPPING,
  EVENT_SCALAR,
  EVENT_SEQUENCE,
  type Event,
  getScalarValue,
} from 'js-yaml';

/** A key path as one text: keys may hold dots. */
export function pathKey(path: readonly string[]): string {
  return path.join('\0');
}

/**
 * The line, counted from 1, on which each key of a YAML document stands, by `pathKey`. Items of a list count from 0. What an
 * alias stands for is not followed: it may be without end.
 */
export function keyLines(text: string, events: readonly Event[]): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  const starts = lineStarts(text);
  let at = 0;

  const visit = (path: readonly string[] | undefined): void => {
    const event = events[at++];
    if (event?.type === EVENT_SEQUENCE) {
      for (let index = 0; isOpen(); index++) visit(path && [...path, String(index)]);
      at++;
    } else if (event?.type === EVENT_MAPPING) {
      while (isOpen()) visit(path && keyAt(path));
      at++;
    }
  };

  /** Reads a key; its value is next. `undefined` for a key that is no text. */
  const keyAt = (path: readonly string[]): readonly string[] | undefined => {
    const event = events[at];
    if (event?.type !== EVENT_SCALAR) {
      visit(undefined);
      return undefined;
    }
    at++;
    const keyPath = [...path, getScalarValue(text, event)];
    lines.set(pathKey(keyPath), lineOf(starts, event.valueStart));
    return keyPath;
  };

  const isOpen = () => {
    const type = events[at]?.type;
    return type === EVENT_SEQUENCE || type === EVENT_MAPPING || type === EVENT_SCALAR || type === EVENT_ALIAS;
  };

  if (events[0]?.type === EVENT_DOCUMENT) at = 1;
  visit([]);
  return lines;
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}
