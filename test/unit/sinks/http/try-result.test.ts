import { describe, expect, it } from 'vitest';
import { networkFailure } from '../../../../src/sinks/http/try-result.js';

const tlsError = (alert: number) =>
  Object.assign(new Error(`write EPROTO s3cret:error:0A000410:SSL routines:ssl alert:SSL alert number ${alert}\n`), {
    code: 'EPROTO',
  });

describe('networkFailure', () => {
  it.each(['connect', 'read'] as const)('tells a refused client certificate by its alert (%s)', (phase) => {
    for (const alert of [40, 42, 45, 46, 48, 49, 116]) {
      const { kind, message } = networkFailure('GET https://app/', phase, tlsError(alert));
      expect(kind).toBe(phase);
      expect(message).toMatch(
        new RegExp(`^GET https://app/ failed: the server ended TLS \\(alert ${alert}\\), .* REQ_CERT_FILE\\.$`),
      );
    }
  });

  it('leaves other alerts what they are', () => {
    expect(networkFailure('GET https://app/', 'connect', tlsError(70)).message).toBe(
      'GET https://app/ failed: TLS failed (EPROTO); name its authority with REQ_CA_FILE or set REQ_SKIP_TLS_VERIFY.',
    );
  });

  it('tells of an error nothing but its code', () => {
    for (const phase of ['connect', 'read'] as const) {
      const error = Object.assign(new Error('s3cret'), { code: 'EHOSTUNREACH' });
      expect(networkFailure('GET http://app/', phase, error).message).toContain('(EHOSTUNREACH)');
      expect(networkFailure('GET http://app/', phase, error).message).not.toContain('s3cret');
      expect(networkFailure('GET http://app/', phase, 's3cret').message).toContain('(unknown)');
    }
  });
});
