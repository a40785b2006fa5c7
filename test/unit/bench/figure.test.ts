import { describe, expect, test } from 'vitest';
import { atMost, type Budget, exitCodeOf, type Figure, floorPlus, isKept, timesFloor } from '../../../bench/figure.js';

const sample = (value: number, max = value) => ({ value, min: 0, max, count: 3 });

function figure(measured: number, floor: number | undefined, budget: Budget | undefined, max = measured): Figure {
  return {
    what: 'work',
    unit: 'ms',
    measured: sample(measured, max),
    floor: floor === undefined ? undefined : { of: 'list', sample: sample(floor) },
    budget,
  };
}

describe('a budget', () => {
  test.each([
    ['a fixed one is kept at its limit', figure(62, undefined, atMost(62, 'MB')), true],
    ['and broken above', figure(62.1, undefined, atMost(62, 'MB')), false],
    ['a multiple of the floor is kept', figure(20, 10, timesFloor(2)), true],
    ['and broken', figure(20.1, 10, timesFloor(2)), false],
    ['so much over the floor is kept', figure(330, 130, floorPlus(200, 'ms')), true],
    ['and broken', figure(331, 130, floorPlus(200, 'ms')), false],
    ['is about the median, not about the worst run', figure(1, undefined, atMost(2, 'ms'), 5), true],
    ['unless it says so', figure(1, undefined, { ...atMost(2, 'ms'), eachRun: true }, 5), false],
    ['that needs a floor is not kept without one', figure(1, undefined, timesFloor(2)), false],
  ])('%s', (_, one, kept) => {
    expect(isKept(one)).toBe(kept);
  });

  test('that is not there gives no verdict', () => {
    expect(isKept(figure(1, 1, undefined))).toBeUndefined();
  });
});

describe('the exit code', () => {
  const [kept, broken, free] = [figure(1, 1, timesFloor(2)), figure(3, 1, timesFloor(2)), figure(9, 1, undefined)];

  test.each([
    [0, 'all budgets are kept', [kept, free], true],
    [1, 'one is not, and that was asked for', [kept, broken, free], true],
    [0, 'one is not, and that was not asked for', [kept, broken], false],
  ])('is %i where %s', (code, _, figures, check) => {
    expect(exitCodeOf(figures, { check })).toBe(code);
  });
});
