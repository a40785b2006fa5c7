import { randomBytes } from 'node:crypto';
import type { EmbeddedKubernetesOptions } from './embedded-kubernetes.js';

/** The options with their defaults. */
export type CheckedOptions = Required<EmbeddedKubernetesOptions>;

/** setTimeout's longest wait: a longer one would end at once. */
const MAX_WAIT_MS = 2 ** 31 - 1;

/** Throws a `RangeError` for what cannot be. */
export function checkedOptions(options: EmbeddedKubernetesOptions): CheckedOptions {
  const { port = 0, host = '127.0.0.1', tls = true, token = randomBytes(16).toString('hex'), objects = [] } = options;
  const { bookmarkIntervalMs = 60_000, historyLength = 10_000, now = Date.now } = options;
  whole('port', port, 0, 65_535);
  whole('bookmarkIntervalMs', bookmarkIntervalMs, 1, MAX_WAIT_MS);
  whole('historyLength', historyLength, 1, Number.MAX_SAFE_INTEGER);
  expect(host !== '', 'host', 'the name or address of this machine', '""');
  // What a header can carry. The token itself is not shown.
  expect(/^[!-~]+$/.test(token), 'token', 'printable ASCII without blanks', 'something else');
  if (typeof tls === 'object') {
    for (const part of ['cert', 'key', 'ca'] as const) {
      expect(/-----BEGIN /.test(tls[part]), `tls.${part}`, 'PEM', 'something else');
    }
  }
  return { port, host, tls, token, objects, bookmarkIntervalMs, historyLength, now };
}

function whole(name: string, value: number, min: number, max: number): void {
  const isFine = Number.isInteger(value) && value >= min && value <= max;
  expect(isFine, name, `a whole number from ${min} to ${max}`, String(value));
}

function expect(isFine: boolean, name: string, expected: string, got: string): void {
  if (!isFine) throw new RangeError(`Expected \`${name}\` to be ${expected}, got ${got}.`);
}
