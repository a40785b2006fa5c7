import { setTimeout as wait } from 'node:timers/promises';

export interface EventuallyOptions {
  /** Generous: it is paid only where the claim is false, and the machine may be busy. @default 20_000 */
  readonly withinMs?: number;
  /** @default 20 */
  readonly everyMs?: number;
  /** What was there instead, for the message. */
  readonly seen?: () => unknown;
}

/**
 * Waits until `predicate` gives something truthy, and gives that. One that throws counts as not yet; its last error
 * becomes the cause.
 */
export async function eventually<T>(
  claim: string,
  predicate: () => T | Promise<T>,
  { withinMs = 20_000, everyMs = 20, seen }: EventuallyOptions = {},
): Promise<NonNullable<T>> {
  const giveUpAt = performance.now() + withinMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await predicate();
      if (value) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > giveUpAt) break;
    await wait(everyMs);
  }
  const instead = seen ? `; seen instead: ${JSON.stringify(seen())}` : '';
  throw new Error(`Expected within ${withinMs} ms: ${claim}${instead}`, { cause });
}
