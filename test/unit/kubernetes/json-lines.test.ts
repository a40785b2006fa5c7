import fc from 'fast-check';
import { from, lastValueFrom, NEVER, Subject, toArray } from 'rxjs';
import { expect, test } from 'vitest';
import { parseJson, splitLines } from '../../../src/kubernetes/json-lines.js';

const split = (chunks: readonly (Buffer | string)[], maxBytes = 1000) =>
  lastValueFrom(from(chunks.map((chunk) => Buffer.from(chunk as string))).pipe(splitLines(maxBytes), toArray())).then(
    (lines) => lines.map(String),
  );

test('the diagram of the documentation', async () => {
  expect(await split(['ab', 'c\n', 'd\n\ne\n'])).toEqual(['abc', 'd', 'e']);
});

test('however the bytes are cut into chunks, the lines are the same', async () => {
  const line = fc.string({ unit: 'binary', minLength: 1 }).map((text) => text.replaceAll('\n', ' '));
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat({ max: 40 })), async (lines, cuts) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
      const chunks: Buffer[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      chunks.push(bytes.subarray(at));
      const found = await lastValueFrom(from(chunks).pipe(splitLines(10_000), toArray()));
      expect(found.map((one) => one.toString())).toEqual(lines.map((one) => Buffer.from(one).toString()));
    }),
  );
});

test('U+2028 in a string is no end of a line', async () => {
  expect(await split(['a\u2028b\n'])).toEqual(['a\u2028b']);
});

test('a line of exactly the limit passes, one byte more does not, whole or in parts', async () => {
  expect(await split(['abcd\n', 'efgh\n'], 4)).toEqual(['abcd', 'efgh']);
  await expect(split(['abcde\n'], 4)).rejects.toMatchObject({ code: 'malformed' });
  await expect(split(['abc', 'de'], 4)).rejects.toThrow('longer than 4 bytes');
});

test('an end in the middle of a line is an error, and so is one of the source', async () => {
  await expect(split(['abc\nde'])).rejects.toMatchObject({ code: 'malformed' });
  expect(await split([])).toEqual([]);
  const source = new Subject<Buffer>();
  const lines = lastValueFrom(source.pipe(splitLines(10)));
  source.error(new Error('cut'));
  await expect(lines).rejects.toThrow('cut');
});

test('an unsubscribe between two lines of one chunk ends it', () => {
  const source = new Subject<Buffer>();
  const seen: string[] = [];
  const subscription = source.pipe(splitLines(10)).subscribe((line) => {
    seen.push(String(line));
    subscription.unsubscribe();
  });
  source.next(Buffer.from('a\nb\n'));
  expect(seen).toEqual(['a']);
  expect(source.observed).toBe(false);
  NEVER.pipe(splitLines(10)).subscribe().unsubscribe();
});

test('an error of the parser never quotes what it read', () => {
  let error: unknown;
  try {
    parseJson(Buffer.from('{"password": s3cret}'), 'The answer');
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toMatchObject({ code: 'malformed', message: 'The answer is not JSON (20 bytes).', cause: undefined });
  expect(parseJson(Buffer.from('{"a":1}'), '')).toEqual({ a: 1 });
});
