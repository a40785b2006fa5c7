export interface BatchedLines {
  readonly write: (text: string) => void;
  /** What waits goes out at once: before the process ends. */
  readonly flush: () => void;
}

/** So much is written without waiting for the end of the turn. The size of a pipe. */
const MAX_BATCH_CHARACTERS = 64 * 1024;

/**
 * Gathers the lines of one turn of the event loop into one call of `write`: at a start thousands of files are written in a
 * second, a line is said of each, and each call is a system call.
 */
export function batchLines(write: (text: string) => void, endOfTurn: (end: () => void) => void): BatchedLines {
  let waiting = '';
  const flush = (): void => {
    const text = waiting;
    waiting = '';
    if (text !== '') write(text);
  };
  return {
    flush,
    write: (text) => {
      if (waiting === '') endOfTurn(flush);
      waiting += text;
      if (waiting.length >= MAX_BATCH_CHARACTERS) flush();
    },
  };
}
