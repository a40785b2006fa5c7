import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BatchedLines, batchLines } from '../../../src/observe/batch-lines.js';

const LIMIT = 64 * 1024;

function setUp(onWrite: (text: string) => void = () => undefined) {
  const calls: string[] = [];
  let ends: (() => void)[] = [];
  const lines: BatchedLines = batchLines(
    (text) => {
      calls.push(text);
      onWrite(text);
    },
    (end) => ends.push(end),
  );
  const endTurn = () => {
    const due = ends;
    ends = [];
    for (const end of due) end();
  };
  return { ...lines, calls, endTurn, waiting: () => ends.length };
}

describe('the lines of a turn', () => {
  test('are one call at its end, in their order', () => {
    const { write, calls, endTurn, waiting } = setUp();
    write('a\n');
    write('b\n');
    write('c\n');
    expect(calls).toEqual([]);
    expect(waiting()).toBe(1);
    endTurn();
    expect(calls).toEqual(['a\nb\nc\n']);
  });

  test('are not mixed with those of the next', () => {
    const { write, calls, endTurn } = setUp();
    for (const line of ['a\n', 'b\n']) {
      write(line);
      endTurn();
    }
    expect(calls).toEqual(['a\n', 'b\n']);
  });

  test('are none where nothing was said', () => {
    const { write, flush, calls, endTurn, waiting } = setUp();
    endTurn();
    flush();
    write('');
    endTurn();
    expect(calls).toEqual([]);
    expect(waiting()).toBe(0);
  });

  test('go out at once when they have 64 KiB, and the rest at the end', () => {
    const { write, calls, endTurn } = setUp();
    const half = 'x'.repeat(LIMIT / 2);
    write(half);
    write('y'.repeat(LIMIT / 2 - 1));
    expect(calls).toEqual([]);
    write('z');
    expect(calls.map((text) => text.length)).toEqual([LIMIT]);
    write('rest');
    expect(calls).toHaveLength(1);
    endTurn();
    expect(calls.slice(1)).toEqual(['rest']);
    endTurn();
    expect(calls).toHaveLength(2);
  });

  test('that are longer than the limit are not cut', () => {
    const { write, calls } = setUp();
    const long = `${'x'.repeat(3 * LIMIT)}\n`;
    write('a\n');
    write(long);
    expect(calls).toEqual([`a\n${long}`]);
  });
});

describe('a flush', () => {
  test('gives at once what waits, and the end of the turn nothing more', () => {
    const { write, flush, calls, endTurn } = setUp();
    write('a\n');
    flush();
    expect(calls).toEqual(['a\n']);
    flush();
    endTurn();
    expect(calls).toEqual(['a\n']);
  });

  test('of which the writing fails gives nothing twice', () => {
    let broken = true;
    const { write, flush, calls, endTurn } = setUp(() => {
      if (broken) throw new Error('EPIPE');
    });
    write('a\n');
    expect(flush).toThrow('EPIPE');
    broken = false;
    write('b\n');
    endTurn();
    expect(calls).toEqual(['a\n', 'b\n']);
  });

  test('leaves what is said while it writes for the end of the turn', () => {
    let said = false;
    const { write, flush, calls, endTurn } = setUp(() => {
      if (said) return;
      said = true;
      write('b\n');
    });
    write('a\n');
    flush();
    expect(calls).toEqual(['a\n']);
    endTurn();
    expect(calls).toEqual(['a\n', 'b\n']);
  });
});

test('whatever is said and when, everything comes once, in order, and no call but the last line of it passes the limit', () => {
  const act = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(1, 100, 10_000, LIMIT - 1, LIMIT, LIMIT + 1) },
    { weight: 1, arbitrary: fc.constantFrom('flush', 'end of turn') },
  );
  fc.assert(
    fc.property(fc.array(act, { maxLength: 30 }), (acts) => {
      const { write, flush, calls, endTurn } = setUp();
      const said: string[] = [];
      for (const [index, each] of acts.entries()) {
        if (each === 'flush') flush();
        else if (each === 'end of turn') endTurn();
        else {
          const line = String.fromCharCode(65 + index).repeat(each as number);
          said.push(line);
          write(line);
          expect(said.join('').length - calls.join('').length).toBeLessThan(LIMIT);
        }
      }
      endTurn();
      expect(calls.join('')).toBe(said.join(''));
      expect(calls).not.toContain('');
    }),
  );
});

// Less than a pipe holds: of what it does not take at once, Node's `process.exit` loses the rest.
test('the last lines of a process reach a pipe', () => {
  const source = new URL('../../../src/observe/batch-lines.ts', import.meta.url).href;
  const program = `
    import { batchLines } from ${JSON.stringify(source)};
    const lines = batchLines((text) => process.stdout.write(text), setImmediate);
    for (let number = 0; number < 1_000; number++) lines.write(number + ' of the lines that a process says\\n');
    lines.flush();
    process.exit(0);`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout.split('\n').map(Number.parseFloat).slice(0, -1)).toEqual(Array.from({ length: 1_000 }, (_, n) => n));
});
