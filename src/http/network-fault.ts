import { errnoOf } from '../errno-of.js';
import { ProxyError } from './find-proxy.js';

const TLS_CODE = /CERT|SIGNED|UNABLE_TO_|^ERR_(TLS|SSL|OSSL)|^EPROTO$|^HOSTNAME_MISMATCH$/;

const TLS_ADVICE = 'name its authority with REQUESTS_CA_BUNDLE or set REQ_SKIP_TLS_VERIFY';

/**
 * What an error of a socket, of the client or of a decoder means: a clause with the code alone, since messages of errors
 * may quote what was received. `tlsAdvice` names the variables that whoever asked has for trust.
 */
export function networkFault(error: unknown, isConnected: boolean, tlsAdvice = TLS_ADVICE): string {
  if (error instanceof ProxyError) return error.message;
  const code = errnoOf(error) ?? 'unknown';
  if (code === 'ECONNREFUSED') return `nothing listens there (${code})`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host name cannot be resolved (${code})`;
  if (TLS_CODE.test(code)) return `TLS failed (${code}); ${tlsAdvice}`;
  if (code.startsWith('HPE_')) return `the answer is not HTTP (${code})`;
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR_')) return `the answer cannot be decompressed (${code})`;
  return isConnected ? `the connection broke before the whole answer came (${code})` : `no connection (${code})`;
}
