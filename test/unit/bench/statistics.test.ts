import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { medianOf, percentile, percentileOf } from '../../../bench/statistics.js';

const numbers = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 });

describe('a percentile', () => {
  test.each([
    ['the middle one of an odd number', [3, 1, 2], 50, 2],
    ['between the middle two of an even number', [4, 1, 2, 3], 50, 2.5],
    ['the least', [3, 1, 2], 0, 1],
    ['the most', [3, 1, 2], 100, 3],
    ['by numbers, not by their text', [10, 9, 100], 50, 10],
    ['between its neighbours', [0, 100], 99, 99],
    ['the only one', [7], 99, 7],
  ])('is %s', (_, values, percent, expected) => {
    expect(percentile(values, percent)).toBe(expected);
  });

  test('does not depend on the order, and leaves the values as they were', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 100 }), (values, percent) => {
        const copy = [...values];
        expect(percentile(values.toReversed(), percent)).toBe(percentile(values, percent));
        expect(values).toEqual(copy);
      }),
    );
  });

  test('is between the least and the most, and grows with the percentage', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const [low, middle, high] = [0, 50, 100].map((percent) => percentile(values, percent)) as [
          number,
          number,
          number,
        ];
        expect(low).toBe(Math.min(...values));
        expect(high).toBe(Math.max(...values));
        expect(low <= middle && middle <= high).toBe(true);
      }),
    );
  });

  test('of nothing is an error, not a number', () => {
    expect(() => percentile([], 50)).toThrow(RangeError);
  });
});

describe('a sample', () => {
  test('is the median with the spread and the number of the runs', () => {
    expect(medianOf([5, 1, 9])).toEqual({ value: 5, min: 1, max: 9, count: 3 });
  });

  test('of rounds is the percentile of all values, and spreads over those of the rounds', () => {
    expect(
      percentileOf(
        [
          [1, 2, 3],
          [4, 5, 6],
          [7, 8, 90],
        ],
        50,
      ),
    ).toEqual({ value: 5, min: 2, max: 8, count: 9 });
  });
});
