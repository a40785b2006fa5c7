import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

export interface Authority extends KeyPair {
  /** A certificate for 127.0.0.1, or for `san`. */
  issue(name: string, options?: { readonly san?: string; readonly expired?: boolean }): KeyPair;
}

/** A certificate authority of our own, made by the `openssl` command. */
export function createAuthority(name: string): Authority {
  const { cert, key } = inFolder((folder) => {
    openssl(folder, 'req', '-x509', ...EC, '-keyout', 'key', '-out', 'cert', '-days', '2', '-subj', `/CN=${name}`);
    return pairIn(folder);
  });
  return {
    cert,
    key,
    issue: (subject, { san = 'IP:127.0.0.1', expired = false } = {}) =>
      inFolder((folder) => {
        writeFileSync(join(folder, 'ca'), cert);
        writeFileSync(join(folder, 'ca.key'), key);
        writeFileSync(join(folder, 'ext'), `subjectAltName=${san}\n`);
        openssl(folder, 'req', ...EC, '-keyout', 'key', '-out', 'csr', '-subj', `/CN=${subject}`);
        const signed = [
          'x509',
          '-req',
          '-in',
          'csr',
          '-CA',
          'ca',
          '-CAkey',
          'ca.key',
          '-extfile',
          'ext',
          '-out',
          'cert',
        ];
        openssl(folder, ...signed, '-days', expired ? '-1' : '2');
        return pairIn(folder);
      }),
  };
}

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

function openssl(cwd: string, ...args: string[]): void {
  execFileSync('openssl', args, { cwd, stdio: 'pipe' });
}

function pairIn(folder: string): KeyPair {
  return { cert: readFileSync(join(folder, 'cert'), 'utf8'), key: readFileSync(join(folder, 'key'), 'utf8') };
}

function inFolder<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'ks-certs-'));
  try {
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
