import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BasicAuthOptions, readBasicAuth } from '../../../src/http/basic-auth.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'basic-auth-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The bytes that the header carries; `undefined` for none. */
async function sent(options: BasicAuthOptions): Promise<Buffer | undefined> {
  const read = await readBasicAuth(options);
  if (!read.ok) throw new Error(read.message);
  return read.credentials && Buffer.from(read.credentials.header.replace(/^Basic /, ''), 'base64');
}

async function refusal(options: BasicAuthOptions): Promise<string> {
  const read = await readBasicAuth(options);
  if (read.ok) throw new Error('Expected a refusal');
  return read.message;
}

describe('readBasicAuth', () => {
  it.each<[NonNullable<BasicAuthOptions['encoding']> | undefined, string]>([
    [undefined, '753afc'],
    ['latin1', '753afc'],
    ['utf8', '753ac3bc'],
  ])('with the encoding %s sends ü as %s', async (encoding, hex) => {
    expect((await sent({ username: 'u', password: 'ü', encoding }))?.toString('hex')).toBe(hex);
  });

  it('sends ascii', async () => {
    expect((await sent({ username: 'admin', password: 's3cret\x7f', encoding: 'ascii' }))?.toString()).toBe(
      'admin:s3cret\x7f',
    );
  });

  it.each<BasicAuthOptions>([
    { username: 'u', password: 'złoty', encoding: 'latin1' },
    { username: 'u', password: 'zlotü', encoding: 'ascii' },
    { username: 'u', password: 'zlot\ud800', encoding: 'utf8' },
  ])('refuses a character that the encoding cannot carry, without showing it: $encoding', async (options) => {
    const message = await refusal(options);
    expect(message).toMatch(/^the password has a character that (latin1|ascii|utf8) cannot carry/);
    expect(message).not.toContain('zl');
  });

  it('says which of the two has the character', async () => {
    expect(await refusal({ username: '€', password: 'p' })).toMatch(/^the user name has/);
  });

  it('lets files win over plain values, each on its own', async () => {
    const passwordFile = file('password', 'from-file');
    expect((await sent({ username: 'plain', password: 'plain', passwordFile }))?.toString()).toBe('plain:from-file');
    const usernameFile = file('username', 'name');
    expect((await sent({ username: 'plain', usernameFile, passwordFile }))?.toString()).toBe('name:from-file');
  });

  it.each([
    ['p\n', 'p'],
    ['p\r\n', 'p'],
    ['p\n\n', 'p\n'],
    [' p ', ' p '],
    ['\np', '\np'],
  ])('of the file content %j takes %j: only one newline at the end goes', async (content, password) => {
    expect((await sent({ username: 'u', passwordFile: file('p', content) }))?.toString()).toBe(`u:${password}`);
  });

  it('reads the file at each request', async () => {
    const passwordFile = file('p', 'one');
    const first = await readBasicAuth({ username: 'u', passwordFile });
    file('p', 'two');
    const second = await readBasicAuth({ username: 'u', passwordFile });
    expect([first, second]).toMatchObject([{ credentials: { password: 'one' } }, { credentials: { password: 'two' } }]);
  });

  it('gives equal credentials equal ids, others another one', async () => {
    const ids = await Promise.all(
      ['p', 'p', 'q'].map(async (password) => {
        const read = await readBasicAuth({ username: 'u', password });
        return read.ok ? read.credentials?.id : undefined;
      }),
    );
    expect(ids[0]).toBe(ids[1]);
    expect(ids[0]).not.toBe(ids[2]);
    expect(ids[0]).not.toContain('p:');
  });

  it.each<BasicAuthOptions>([
    {},
    { username: 'u' },
    { password: 'p' },
    { username: 'u', password: '' },
  ])('sends nothing for %j', async (options) => {
    expect(await sent(options)).toBeUndefined();
  });

  it('names a file that cannot be read, that is empty, or that is no text', async () => {
    const missing = join(folder, 'missing');
    expect(await refusal({ usernameFile: missing, password: 'p' })).toBe(
      `the user name file ${missing} cannot be read (ENOENT)`,
    );
    const empty = file('empty', '\n');
    expect(await refusal({ username: 'u', passwordFile: empty })).toBe(`the password file ${empty} is empty`);
    const latin = file('latin', Uint8Array.of(0x70, 0xfc));
    expect(await refusal({ username: 'u', passwordFile: latin })).toBe(`the password file ${latin} is not UTF-8 text`);
  });
});
