import { generateKeyPairSync, randomBytes } from 'node:crypto';
import forge from 'node-forge';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** A certificate for 127.0.0.1, or for `san`: `IP:…` or `DNS:…`. */
  issue(name: string, options?: { readonly san?: string; readonly expired?: boolean }): KeyPair;
}

/** A certificate authority of our own. In JavaScript: the tests need nothing on the machine but Node and Go. */
export function createAuthority(name: string): Authority {
  const keys = newKeys();
  const self = { name, key: keys.privateKey };
  const cert = sign(name, keys.publicKey, self, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, cRLSign: true },
  ]);
  return {
    cert,
    key: keys.privateKey,
    issue: (subject, { san = 'IP:127.0.0.1', expired = false } = {}) => {
      const { publicKey, privateKey } = newKeys();
      const [kind = '', value = ''] = san.split(/:(.*)/);
      const altNames = [kind === 'IP' ? { type: 7, ip: value } : { type: 2, value }];
      return { cert: sign(subject, publicKey, self, [{ name: 'subjectAltName', altNames }], expired), key: privateKey };
    },
  };
}

function newKeys() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

const DAY_MS = 86_400_000;

function sign(
  subject: string,
  publicKey: string,
  issuer: { readonly name: string; readonly key: string },
  extensions: object[],
  expired = false,
): string {
  const cert = forge.pki.createCertificate();
  cert.publicKey = forge.pki.publicKeyFromPem(publicKey);
  // Positive, as serial numbers have to be.
  cert.serialNumber = `01${randomBytes(8).toString('hex')}`;
  cert.validity.notBefore = new Date(Date.now() - 2 * DAY_MS);
  cert.validity.notAfter = new Date(Date.now() + (expired ? -1 : 2) * DAY_MS);
  cert.setSubject([{ name: 'commonName', value: subject }]);
  cert.setIssuer([{ name: 'commonName', value: issuer.name }]);
  cert.setExtensions(extensions);
  cert.sign(forge.pki.privateKeyFromPem(issuer.key), forge.md.sha256.create());
  return forge.pki.certificateToPem(cert);
}
