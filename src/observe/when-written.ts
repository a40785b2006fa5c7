import type { Writable } from 'node:stream';

/** A reader that is stuck must not keep the process: its end is promised within two seconds. */
const GRACE_MS = 400;

/**
 * Calls `act` once, when all that was written to `stream` has left the process: at once where it has. A pipe that is full takes the
 * rest only as its reader reads, and what waits then is lost with the process.
 */
export function whenWritten(stream: Pick<Writable, 'write' | 'writableLength'>, act: () => void): void {
  if (stream.writableLength === 0) {
    act();
    return;
  }
  let done = false;
  const once = (): void => {
    if (!done) {
      done = true;
      act();
    }
  };
  setTimeout(once, GRACE_MS);
  stream.write('', once);
}
