/** Node's timers count in 32 bits: what is longer fires after 1 ms. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Throws a `RangeError` unless `value` is a time that a timer can wait. `name` is the option's. */
export function assertDuration(name: string, value: number): void {
  if (!(value >= 0 && value <= MAX_TIMER_MS)) {
    throw new RangeError(`Expected \`${name}\` to be milliseconds from 0 to ${MAX_TIMER_MS}, got ${value}.`);
  }
}
