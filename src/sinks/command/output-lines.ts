import { StringDecoder } from 'node:string_decoder';
import { escapeHarmful } from '../../escape-harmful.js';

export interface OutputLinesOptions {
  readonly onLine: (stream: 'stdout' | 'stderr', line: string) => void;
  readonly maxLineBytes: number;
  /** Of both streams together, give or take a line. */
  readonly maxOutputBytes: number;
}

export interface OutputLines {
  readonly push: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Gives the lines that did not end, and says how much was not given. */
  readonly end: () => void;
}

/** The line that a stream is in the middle of: its first bytes, and how many it has in all. */
interface Unended {
  bytes: Buffer;
  total: number;
}

const NOTHING = Buffer.alloc(0);

/**
 * Makes lines of what a command prints. Memory is bounded by `maxLineBytes` for each stream, whatever comes; what is over is
 * counted, so a flood costs little more than reading it.
 *
 * The bytes of a newline are part of no other UTF-8 character, so lines are found before they are decoded. What is no UTF-8 becomes
 * U+FFFD, a control character its escape: a terminal or a reader of the log must not take orders from a script's input.
 */
export function outputLines({ onLine, maxLineBytes, maxOutputBytes }: OutputLinesOptions): OutputLines {
  const unended = { stdout: { bytes: NOTHING, total: 0 }, stderr: { bytes: NOTHING, total: 0 } };
  let leftBytes = maxOutputBytes;
  let hiddenBytes = 0;

  function give(stream: 'stdout' | 'stderr'): void {
    const { bytes, total } = unended[stream];
    unended[stream] = { bytes: NOTHING, total: 0 };
    leftBytes -= bytes.length + 1;
    onLine(stream, shown(bytes, total));
  }

  return {
    push(stream, chunk) {
      for (let from = 0; from < chunk.length; ) {
        if (leftBytes <= 0) {
          hiddenBytes += chunk.length - from;
          return;
        }
        const newline = chunk.indexOf('\n', from);
        const until = newline < 0 ? chunk.length : newline;
        append(unended[stream], chunk.subarray(from, until), maxLineBytes);
        if (newline >= 0) give(stream);
        from = until + 1;
      }
    },
    end() {
      for (const stream of ['stdout', 'stderr'] as const) {
        if (unended[stream].total === 0) continue;
        if (leftBytes > 0) give(stream);
        else hiddenBytes += unended[stream].total;
      }
      if (hiddenBytes > 0) onLine('stderr', `… (${hiddenBytes} bytes more, not shown)`);
    },
  };
}

/** Copies: a slice would keep the whole chunk in memory. */
function append(line: Unended, part: Buffer, maxLineBytes: number): void {
  line.total += part.length;
  const room = maxLineBytes - line.bytes.length;
  if (room > 0) line.bytes = Buffer.concat([line.bytes, part.subarray(0, room)]);
}

function shown(bytes: Buffer, total: number): string {
  const isCut = total > bytes.length;
  // The decoder keeps back the character that the cut went through.
  const text = isCut ? new StringDecoder('utf8').write(bytes) : bytes.toString('utf8').replace(/\r$/, '');
  return `${escapeHarmful(text)}${isCut ? `… (${total} bytes in all)` : ''}`;
}
