import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { credentialsChange } from '../../../../src/sinks/http/credentials-change.js';
import {
  type RequestCredentialsOptions,
  readRequestCredentials,
} from '../../../../src/sinks/http/request-credentials.js';
import { createAuthority } from '../../kubernetes/certificates.js';

let folder: string;
let passwordFile: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  folder = mkdtempSync(join(tmpdir(), 'credentials-change-'));
  passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, 'old');
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

async function seconds(count: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(count * 1_000);
}

function watch(options: RequestCredentialsOptions = { username: 'u', passwordFile }) {
  const read = readRequestCredentials(options);
  if (!read.ok) throw new Error(read.message);
  const seen: string[] = [];
  const subscription = credentialsChange(options, read.credentials.id).subscribe({
    next: () => seen.push('changed'),
    complete: () => seen.push('done'),
  });
  return { seen, subscription };
}

describe('credentialsChange', () => {
  it('emits once when a file has other content, and looks no more', async () => {
    const { seen } = watch();
    await seconds(10);
    expect(seen).toEqual([]);
    writeFileSync(passwordFile, 'new');
    await seconds(3);
    await expect.poll(() => seen).toEqual(['changed', 'done']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes no notice of a file that is only touched or written again', async () => {
    const { seen, subscription } = watch();
    writeFileSync(passwordFile, 'old\n');
    utimesSync(passwordFile, new Date(), new Date(0));
    await seconds(5);
    expect(seen).toEqual([]);
    subscription.unsubscribe();
  });

  it('waits for a file that is missing for a while, as in a swap of symlinks', async () => {
    const { seen } = watch();
    rmSync(passwordFile);
    await seconds(5);
    expect(seen).toEqual([]);
    writeFileSync(join(folder, 'data'), 'new');
    symlinkSync('data', passwordFile);
    await seconds(3);
    await expect.poll(() => seen).toEqual(['changed', 'done']);
  });

  it('emits when files that could not be read can be', async () => {
    const seen: string[] = [];
    credentialsChange({ username: 'u', passwordFile }, undefined).subscribe(() => seen.push('changed'));
    await seconds(3);
    await expect.poll(() => seen).toEqual(['changed']);
  });

  it('stops looking on unsubscribe', async () => {
    const { subscription } = watch();
    await seconds(1);
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ['usernameFile', 'user', 'other'],
    ['tokenFile', 'token', 'other'],
    ['headersFile', 'X-Token: a', 'X-Token: b'],
  ] as const)('emits when the %s has other content', async (option, before, after) => {
    const file = join(folder, option);
    writeFileSync(file, before);
    const { seen } = watch({ [option]: file, ...(option === 'usernameFile' && { password: 'p' }) });
    await seconds(3);
    expect(seen).toEqual([]);
    writeFileSync(file, after);
    await seconds(3);
    expect(seen).toEqual(['changed', 'done']);
  });

  it('emits when there is another client certificate, and waits while its key is still the old one', async () => {
    const authority = createAuthority('clients');
    const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    const before = authority.issue('before');
    const after = authority.issue('after');
    writeFileSync(certFile, before.cert);
    writeFileSync(keyFile, before.key);
    const { seen } = watch({ certFile, keyFile });
    writeFileSync(certFile, after.cert);
    await seconds(3);
    expect(seen).toEqual([]);
    writeFileSync(keyFile, after.key);
    await seconds(3);
    expect(seen).toEqual(['changed', 'done']);
  });

  it('never emits where no file is configured', () => {
    credentialsChange({ username: 'u', password: 'p', token: 't', headers: { 'x-a': 'b' } }, undefined).subscribe();
    expect(vi.getTimerCount()).toBe(0);
  });
});
