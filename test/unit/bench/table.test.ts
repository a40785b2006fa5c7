import { describe, expect, test } from 'vitest';
import { atMost, type Figure, floorPlus } from '../../../bench/figure.js';
import { tableOf } from '../../../bench/table.js';

const [measured, floor] = [
  { value: 300, min: 290.4, max: 345.6, count: 7 },
  { value: 120, min: 99.94, max: 130, count: 7 },
];
const line = (figure: Partial<Figure>) =>
  tableOf([{ what: 'work', unit: 'ms', measured, ...figure }])
    .split('\n')
    .at(-1);
const one = (value: number) => ({ value, min: value, max: value, count: 1 });

describe('the table', () => {
  test('is Markdown with a line for each figure, in order', () => {
    const figures = ['first', 'second'].map((what) => ({ what, unit: 'ms' as const, measured }));
    expect(tableOf(figures)).toBe(
      [
        '|  | measured | floor | to the floor | budget |  |',
        '| --- | --- | --- | --- | --- | --- |',
        '| first | **300 ms** (290–346, N 7) |  |  |  |  |',
        '| second | **300 ms** (290–346, N 7) |  |  |  |  |',
      ].join('\n'),
    );
  });

  test('names the floor, compares with it, and says whether the budget is kept', () => {
    expect(line({ floor: { of: 'list', sample: floor }, budget: floorPlus(200, 'ms') })).toBe(
      '| work | **300 ms** (290–346, N 7) | list: **120 ms** (99.9–130, N 7) | × 2.5, +180 ms | ≤ floor + 200 ms | ✓ |',
    );
    expect(line({ budget: atMost(200, 'ms') })).toContain('| ≤ 200 ms | ✗ |');
  });

  test('has no spread where there was one run, and no unit for a number of things', () => {
    expect(line({ measured: one(1), unit: '' })).toBe('| work | **1** |  |  |  |  |');
  });

  test('gives a difference alone where the floor is nothing', () => {
    expect(line({ measured: one(2.02), floor: { of: 'watch', sample: one(0) }, unit: 'KB' })).toContain('| +2.02 KB |');
  });

  test('shows less than the floor with a minus sign', () => {
    expect(line({ measured: one(1), floor: { of: 'watch', sample: one(2) } })).toContain('| × 0.5, −1 ms |');
    expect(line({ measured: one(-4) })).toContain('**−4 ms**');
  });

  test.each([
    [1234.5, '1235 ms'],
    [99.94, '99.9 ms'],
    [12.34, '12.3 ms'],
    [1.234, '1.23 ms'],
    [0.004, '0.00 ms'],
    [3, '3 ms'],
  ])('shows %s as %s', (value, shown) => {
    expect(line({ measured: one(value) })).toContain(`**${shown}**`);
  });
});
