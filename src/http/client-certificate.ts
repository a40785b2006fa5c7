import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { errnoOf } from '../errno-of.js';

/** PEM. Shown to the target alone, never to a proxy. */
export interface ClientCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

export interface ClientCertificateOptions {
  /** Read at each request, since certificates are rotated. Both files, or neither. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export type ClientCertificateResult =
  | { readonly ok: true; readonly certificate: ClientCertificate | undefined }
  /** `message` is a clause with the paths. Never content. */
  | { readonly ok: false; readonly message: string };

/**
 * Reads certificate and key, and tries whether TLS can use them: what fails only in a handshake is told as a fault of the
 * network. Between two renames of a rotation the key of one may meet the certificate of the other: the next try mends it.
 */
export function readClientCertificate({ certFile, keyFile }: ClientCertificateOptions): ClientCertificateResult {
  if (!certFile || !keyFile) return { ok: true, certificate: undefined };
  const cert = readPem('client certificate', certFile);
  if (!cert.ok) return cert;
  const key = readPem('key of the client certificate', keyFile);
  if (!key.ok) return key;
  const certificate = { cert: cert.bytes, key: key.bytes };
  try {
    createSecureContext(certificate);
  } catch (error) {
    const why = errnoOf(error) ?? 'unknown';
    return {
      ok: false,
      message: `the client certificate ${certFile} cannot be used with the key ${keyFile} (${why}); expected both in PEM, the key without a passphrase`,
    };
  }
  return { ok: true, certificate };
}

function readPem(
  what: string,
  path: string,
): { readonly ok: true; readonly bytes: Buffer } | { readonly ok: false; readonly message: string } {
  try {
    return { ok: true, bytes: readFileSync(path) };
  } catch (error) {
    return { ok: false, message: `the ${what} ${path} cannot be read (${errnoOf(error) ?? 'unknown'})` };
  }
}
