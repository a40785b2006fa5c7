import { generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';

/** PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const DAY_MS = 86_400_000;
/** A test server does not live that long; machines with a wrong clock are not shut out. */
const VALID_DAYS = 365;

/**
 * A certificate for `host`, localhost and the loopback addresses, by an authority of its own whose key is forgotten.
 * node-forge writes the certificates, which Node cannot; it is only loaded here.
 */
export async function makeCertificate(host: string): Promise<ServerCertificate> {
  const { default: forge } = await import('node-forge');
  const [authority, server] = await Promise.all([newKeys(), newKeys()]);
  const issuer = [{ name: 'commonName', value: 'embedded-kubernetes-ca' }];

  const issue = (subject: string, publicKey: string, extensions: object[]): string => {
    const certificate = forge.pki.createCertificate();
    certificate.publicKey = forge.pki.publicKeyFromPem(publicKey);
    // Positive, as serial numbers have to be.
    certificate.serialNumber = `01${randomBytes(8).toString('hex')}`;
    certificate.validity.notBefore = new Date(Date.now() - DAY_MS);
    certificate.validity.notAfter = new Date(Date.now() + VALID_DAYS * DAY_MS);
    certificate.setSubject([{ name: 'commonName', value: subject }]);
    certificate.setIssuer(issuer);
    certificate.setExtensions(extensions);
    certificate.sign(forge.pki.privateKeyFromPem(authority.privateKey), forge.md.sha256.create());
    return forge.pki.certificateToPem(certificate);
  };

  const names = new Set([host, 'localhost', '127.0.0.1', '::1']);
  const altNames = [...names].map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name }));
  const ca = issue('embedded-kubernetes-ca', authority.publicKey, [
    { name: 'basicConstraints', cA: true, critical: true },
    { name: 'keyUsage', keyCertSign: true, critical: true },
  ]);
  const cert = issue('embedded-kubernetes', server.publicKey, [
    { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    { name: 'extKeyUsage', serverAuth: true },
    { name: 'subjectAltName', altNames },
  ]);
  return { cert, key: server.privateKey, ca };
}

/** RSA, because node-forge signs with nothing else. */
function newKeys() {
  return promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}
