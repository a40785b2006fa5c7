import type { Sample } from './statistics.js';

/** Empty: a number of things. */
export type Unit = 'ms' | 's' | 'MB' | 'KB' | '';

/** One line of the table. */
export interface Figure {
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Sample;
  /** What the least program needs for the same, in the same run. */
  readonly floor?: Floor | undefined;
  readonly budget?: Budget | undefined;
}

export interface Floor {
  /** The program. */
  readonly of: string;
  readonly sample: Sample;
}

/** What a figure may be at most, from its issue. */
export interface Budget {
  /** As the table says it. */
  readonly text: string;
  /** In the unit of the figure. */
  readonly limit: (floor: number) => number;
  /** Holds for each run, not for the median. @default false */
  readonly eachRun?: boolean;
}

export const atMost = (limit: number, unit: Unit): Budget => ({ text: `≤ ${limit} ${unit}`, limit: () => limit });

export const timesFloor = (factor: number): Budget => ({
  text: `≤ ${factor} × floor`,
  limit: (floor) => factor * floor,
});

export const floorPlus = (more: number, unit: Unit): Budget => ({
  text: `≤ floor + ${more} ${unit}`,
  limit: (floor) => floor + more,
});

/** Whether the budget is kept; `undefined` where there is none. */
export function isKept({ measured, floor, budget }: Figure): boolean | undefined {
  if (!budget) return undefined;
  const limit = budget.limit(floor?.sample.value ?? Number.NaN);
  return (budget.eachRun ? measured.max : measured.value) <= limit;
}

/** A broken budget is news, and a failure only where that is asked for: a busy machine breaks budgets too. */
export function exitCodeOf(figures: readonly Figure[], { check }: { readonly check: boolean }): 0 | 1 {
  return check && figures.some((figure) => isKept(figure) === false) ? 1 : 0;
}
