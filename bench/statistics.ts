/** One figure from several runs. */
export interface Sample {
  readonly value: number;
  /** The least and the most of the runs: how much of a difference to another figure may be noise. */
  readonly min: number;
  readonly max: number;
  readonly count: number;
}

export function medianOf(values: readonly number[]): Sample {
  return { value: percentile(values, 50), min: Math.min(...values), max: Math.max(...values), count: values.length };
}

/** The percentile of all values, between the least and the most percentile of a single round. */
export function percentileOf(rounds: readonly (readonly number[])[], percent: number): Sample {
  const values = rounds.flat();
  const each = rounds.map((round) => percentile(round, percent));
  return {
    value: percentile(values, percent),
    min: Math.min(...each),
    max: Math.max(...each),
    count: values.length,
  };
}

/** By linear interpolation between the two nearest, so that the median of an even number is the mean of the middle two. */
export function percentile(values: readonly number[], percent: number): number {
  if (values.length === 0) throw new RangeError('Expected at least one value.');
  const sorted = values.toSorted((a, b) => a - b);
  const place = ((sorted.length - 1) * percent) / 100;
  const below = sorted[Math.floor(place)] ?? Number.NaN;
  const above = sorted[Math.ceil(place)] ?? Number.NaN;
  return below + (above - below) * (place - Math.floor(place));
}
