import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { outputLines } from '../../../../src/sinks/command/output-lines.js';

interface Limits {
  readonly maxLineBytes?: number;
  readonly maxOutputBytes?: number;
}

/** The lines of chunks of stdout, those of stderr marked. */
function linesOf(
  chunks: readonly (string | Uint8Array)[],
  { maxLineBytes = 100, maxOutputBytes = 1_000 }: Limits = {},
) {
  const lines: string[] = [];
  const output = outputLines({
    onLine: (stream, line) => lines.push(stream === 'stdout' ? line : `! ${line}`),
    maxLineBytes,
    maxOutputBytes,
  });
  for (const chunk of chunks) output.push('stdout', Buffer.from(chunk as string));
  output.end();
  return lines;
}

describe('outputLines', () => {
  it.each<[string, readonly (string | Uint8Array)[], readonly string[]]>([
    ['one line in two chunks', ['ab', 'c\n'], ['abc']],
    ['two lines in one chunk', ['a\nb\n'], ['a', 'b']],
    ['empty lines', ['\n\na\n'], ['', '', 'a']],
    ['CR LF', ['a\r\nb\r', '\n'], ['a', 'b']],
    ['a last line without an end', ['a\nb'], ['a', 'b']],
    ['nothing', [], []],
    ['a character in two chunks', [Buffer.from('aé').subarray(0, 2), Buffer.from('aé\n').subarray(2)], ['aé']],
    ['what is no UTF-8', [Uint8Array.of(0x61, 0xff, 0x62, 0x0a)], ['a\ufffdb']],
    ['an escape sequence', ['\u001b[31mred\n'], ['\\u001b[31mred']],
    ['one of C1', ['\u009b31m\n'], ['\\u009b31m']],
    ['DEL, NUL and a lone CR', ['\u007f\u0000\rx\n'], ['\\u007f\\u0000\\u000dx']],
    ['line separators', ['a\u2028b\u2029c\n'], ['a\\u2028b\\u2029c']],
    ['what turns the direction', ['a\u202eb\u2066c\n'], ['a\\u202eb\\u2066c']],
    ['a tab, as it is', ['a\tb\n'], ['a\tb']],
    ['letters of the world, as they are', ['ñ 漢字 🙂 \u200d\n'], ['ñ 漢字 🙂 \u200d']],
  ])('%s', (_, chunks, lines) => {
    expect(linesOf(chunks)).toEqual(lines);
  });

  it('cuts a long line, never through a character, and goes on with the next', () => {
    expect(linesOf(['abcé', 'f\nx\n'], { maxLineBytes: 4 })).toEqual(['abc… (6 bytes in all)', 'x']);
  });

  it('leaves a line of the very length as it is', () => {
    expect(linesOf(['abcd\nabcde\n'], { maxLineBytes: 4 })).toEqual(['abcd', 'abcd… (5 bytes in all)']);
  });

  it('counts what is over the limit, that of a line under way too', () => {
    expect(linesOf(['abc\n', 'def\nghi\n', 'jkl\nx'], { maxOutputBytes: 5 })).toEqual([
      'abc',
      'def',
      '! … (9 bytes more, not shown)',
    ]);
    const lines: string[] = [];
    const output = outputLines({ onLine: (_, line) => lines.push(line), maxLineBytes: 9, maxOutputBytes: 3 });
    output.push('stderr', Buffer.from('partial'));
    output.push('stdout', Buffer.from('abc\n'));
    output.end();
    expect(lines).toEqual(['abc', '… (7 bytes more, not shown)']);
  });

  it('keeps the two streams apart', () => {
    const lines: string[] = [];
    const output = outputLines({ onLine: (_, line) => lines.push(line), maxLineBytes: 9, maxOutputBytes: 99 });
    output.push('stdout', Buffer.from('a'));
    output.push('stderr', Buffer.from('b\n'));
    output.push('stdout', Buffer.from('c\n'));
    output.end();
    expect(lines).toEqual(['b', 'ac']);
  });

  it('gives the same however the output is cut into chunks, and no line harms', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.nat(200), { maxLength: 10 }),
        fc.record({ maxLineBytes: fc.integer({ min: 1, max: 30 }) }),
        (bytes, cuts, limits) => {
          const at = [0, ...cuts.filter((cut) => cut < bytes.length).sort((x, y) => x - y), bytes.length];
          const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
          const lines = linesOf(chunks, limits);
          expect(lines).toEqual(linesOf([bytes], limits));
          for (const line of lines) expect(line).not.toMatch(/[^\P{Cc}\t]/u);
        },
      ),
    );
  });
});
