import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  credentialFiles,
  type RequestCredentialsOptions,
  readRequestCredentials,
} from '../../../../src/sinks/http/request-credentials.js';
import { createAuthority } from '../../kubernetes/certificates.js';

const folder = mkdtempSync(join(tmpdir(), 'request-credentials-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function read(options: RequestCredentialsOptions) {
  const result = readRequestCredentials(options);
  if (!result.ok) throw new Error(result.message);
  return result.credentials;
}

function locked(key: string): string {
  const options = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 's3cret' } as const;
  return createPrivateKey(key).export(options).toString();
}

const authority = createAuthority('clients');
const pair = authority.issue('app');
const certFile = fileOf('tls.crt', pair.cert);
const keyFile = fileOf('tls.key', pair.key);

describe('the headers', () => {
  it('are those that are configured, with one Authorization', () => {
    expect(read({}).headers).toEqual({});
    expect(read({ headers: { 'x-a': 'b' } }).headers).toEqual({ 'x-a': 'b' });
    expect(read({ headers: { 'x-a': 'b' }, token: 't' }).headers).toEqual({ 'x-a': 'b', authorization: 'Bearer t' });
    expect(read({ headers: { 'x-a': 'b' }, username: 'u', password: 'p' }).headers).toEqual({
      'x-a': 'b',
      authorization: 'Basic dTpw',
    });
    expect(read({ headers: { authorization: 'ApiKey k' } }).headers).toEqual({ authorization: 'ApiKey k' });
  });

  it('come from files where there are files, whatever their plain twins are', () => {
    const headersFile = fileOf('headers', 'X-File: 1\r\n');
    const tokenFile = fileOf('token', ' t0ken\n\n');
    expect(read({ headers: { 'x-a': 'b' }, headersFile, token: 'plain', tokenFile }).headers).toEqual({
      'x-file': '1',
      authorization: 'Bearer t0ken',
    });
  });

  it('with more than one Authorization are none: which one counts would be a guess', () => {
    const headersFile = fileOf('authorization', 'Authorization: Basic s3cret\n');
    const message = 'there is more than one of a user name, a token and an Authorization header; keep one';
    for (const options of [
      { headersFile, token: 's3cret' },
      { headersFile, username: 'u', password: 's3cret' },
      { token: 's3cret', username: 'u', password: 's3cret' },
    ]) {
      expect(readRequestCredentials(options)).toEqual({ ok: false, message });
    }
  });
});

describe('what cannot be used says so, without what it holds', () => {
  it.each<[string, RequestCredentialsOptions, string]>([
    ['a token file that is missing', { tokenFile: '/no/token' }, 'the token file /no/token cannot be read (ENOENT)'],
    ['a headers file that is missing', { headersFile: '/no/h' }, 'the headers file /no/h cannot be read (ENOENT)'],
    [
      'a token of two words',
      { tokenFile: fileOf('words', 's3cret two') },
      `the token file ${join(folder, 'words')} holds no token; expected visible ASCII characters without blanks`,
    ],
    [
      'a token that would begin another header',
      { tokenFile: fileOf('injected', 's3cret\r\nEvil: 1') },
      `the token file ${join(folder, 'injected')} holds no token; expected visible ASCII characters without blanks`,
    ],
    [
      'a blank token',
      { tokenFile: fileOf('blank', ' \n') },
      `the token file ${join(folder, 'blank')} holds no token; expected visible ASCII characters without blanks`,
    ],
    ['an empty token file', { tokenFile: fileOf('empty', '\n') }, `the token file ${join(folder, 'empty')} is empty`],
    [
      'a line that is no header',
      { headersFile: fileOf('lines', 'X-A: b\ns3cret\n') },
      `the headers file ${join(folder, 'lines')} cannot be used, its line 2 has no colon`,
    ],
    [
      'a header that would begin another',
      { headersFile: fileOf('split', 'X-A: s3cret\rEvil: 1') },
      `the headers file ${join(folder, 'split')} cannot be used, its line 1 has a character that a header cannot carry`,
    ],
    [
      'a password file that is missing',
      { username: 'u', passwordFile: '/no/p' },
      'the password file /no/p cannot be read (ENOENT)',
    ],
    [
      'a certificate that is missing',
      { certFile: '/no/tls.crt', keyFile },
      'the client certificate /no/tls.crt cannot be read (ENOENT)',
    ],
    [
      'a key that is missing',
      { certFile, keyFile: '/no/tls.key' },
      'the key of the client certificate /no/tls.key cannot be read (ENOENT)',
    ],
  ])('%s', (_, options, message) => {
    expect(readRequestCredentials(options)).toEqual({ ok: false, message });
  });

  it.each<[string, string, string]>([
    ['a certificate that is none', fileOf('none.crt', 's3cret'), keyFile],
    ['a key that is none', certFile, fileOf('none.key', 's3cret')],
    ['a key of another certificate', certFile, fileOf('other.key', authority.issue('other').key)],
    ['an empty certificate', fileOf('empty.crt', ''), keyFile],
    ['an empty key', certFile, fileOf('empty.key', '')],
    ['a key with a passphrase', certFile, fileOf('locked.key', locked(pair.key))],
  ])('%s', (_, cert, key) => {
    const result = readRequestCredentials({ certFile: cert, keyFile: key });
    expect(result).toEqual({
      ok: false,
      message: expect.stringContaining(`the client certificate ${cert} cannot be used with the key ${key} (`),
    });
    expect(JSON.stringify(result)).not.toMatch(/s3cret|BEGIN|unknown/);
  });
});

describe('a client certificate', () => {
  it('is read as it stands, and without both files there is none', () => {
    expect(read({ certFile, keyFile }).clientCertificate).toEqual({
      cert: Buffer.from(pair.cert),
      key: Buffer.from(pair.key),
    });
    expect(read({ certFile: undefined, keyFile: undefined }).clientCertificate).toBeUndefined();
  });
});

describe('what must enter no log', () => {
  it('is every password, token and header, with where it came from', () => {
    const { secrets } = read({ token: 't0ken', headers: { 'x-api-key': 'k' } });
    expect(secrets.map(({ value }) => value)).toEqual(['t0ken', 'k']);
    expect(read({ username: 'u', password: 'p' }).secrets.map(({ value }) => value)).toEqual(['p', 'dTpw']);
    expect(read({}).secrets).toEqual([]);
    const sources = [...secrets, ...read({ username: 'u', password: 'p' }).secrets].map(({ source }) => source);
    expect(new Set(sources).size).toBe(4);
  });
});

describe('the id', () => {
  it('is that of what is sent, and `undefined` for nothing', () => {
    expect(read({}).id).toBeUndefined();
    const ids = [
      { token: 'a' },
      { token: 'b' },
      { headers: { 'x-a': 'b' } },
      { headers: { 'x-a': 'c' } },
      { username: 'u', password: 'p' },
      { certFile, keyFile },
    ].map((options) => read(options).id);
    expect(new Set(ids).size).toBe(6);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{64}$/);
    expect(read({ tokenFile: fileOf('a', 'a\n') }).id).toBe(ids[0]);
  });
});

describe('credentialFiles', () => {
  it('are those that are named, the authorities not among them', () => {
    expect(credentialFiles({ usernameFile: '', token: 't' })).toEqual([]);
    expect(
      credentialFiles({
        usernameFile: '/u',
        passwordFile: '/p',
        tokenFile: '/t',
        headersFile: '/h',
        certFile: '/c',
        keyFile: '/k',
      }),
    ).toEqual(['/u', '/p', '/t', '/h', '/c', '/k']);
  });
});
