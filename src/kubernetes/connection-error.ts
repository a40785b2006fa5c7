import { errnoOf } from '../errno-of.js';
import { SourceError } from '../model.js';

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'refuses the connection: is the API server running, and is this its address?',
  ECONNRESET: 'closed the connection in the middle',
  EPIPE: 'closed the connection in the middle',
  ECONNABORTED: 'closed the connection in the middle',
  ERR_STREAM_PREMATURE_CLOSE: 'closed the connection in the middle',
  ETIMEDOUT: 'does not answer: does a firewall or a NetworkPolicy drop the packets?',
  EHOSTUNREACH: 'cannot be reached: there is no route to it',
  ENETUNREACH: 'cannot be reached: there is no network',
  ENOTFOUND: 'cannot be found: its name is not in the DNS',
  EAI_AGAIN: 'cannot be found: the DNS does not answer',
  CERT_HAS_EXPIRED: 'has a certificate that is expired',
  CERT_NOT_YET_VALID: 'has a certificate that is not valid yet: are the clocks right?',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name: use that name, or set tls-server-name',
  EPROTO: 'does not speak TLS as we do, or refused our client certificate',
};

/** What OpenSSL says when the certificate was not signed by a CA that we trust. */
const UNTRUSTED = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
]);

/**
 * The error for a connection that could not be made or did not last. The original is no `cause` of it: what clients
 * throw may carry the request, hence its credentials.
 */
export function connectionError(error: unknown, server: string): SourceError {
  if (error instanceof SourceError) {
    return error;
  }
  const code = errnoOf(error) ?? 'unknown';
  if (code.startsWith('ERR_OSSL_')) {
    return new SourceError('credentials', `The CA, the client certificate or its key cannot be read (${code}).`);
  }
  if (code === 'ERR_INVALID_CHAR') {
    return new SourceError('credentials', `The token has a character that no HTTP header can carry (${code}).`);
  }
  if (UNTRUSTED.has(code)) {
    const what = 'has a certificate that our CA did not sign: is certificate-authority the CA of this cluster?';
    return new SourceError('unreachable', `${server} ${what} (${code})`);
  }
  if (/^(HPE_|Z_|ERR_(BROTLI)?_?ERROR_)/.test(code)) {
    return new SourceError('malformed', `${server} does not answer in HTTP (${code}).`);
  }
  return new SourceError('unreachable', `${server} ${REASONS[code] ?? 'cannot be reached'} (${code}).`);
}
