import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readBasicAuth } from '../../../../src/http/basic-auth.js';
import { credentialsChange } from '../../../../src/sinks/http/credentials-change.js';

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

/** The seconds go by at once; after each one, reads of our own show that those it began had their time. */
async function seconds(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) {
    await vi.advanceTimersByTimeAsync(1_000);
    for (let read = 0; read < 3; read += 1) await readBasicAuth({ username: 'u', passwordFile });
  }
}

async function watch() {
  const auth = { username: 'u', passwordFile };
  const read = await readBasicAuth(auth);
  if (!read.ok) throw new Error(read.message);
  const seen: string[] = [];
  const subscription = credentialsChange(auth, read.credentials?.id).subscribe({
    next: () => seen.push('changed'),
    complete: () => seen.push('done'),
  });
  return { seen, subscription };
}

describe('credentialsChange', () => {
  it('emits once when a file has other content, and looks no more', async () => {
    const { seen } = await watch();
    await seconds(10);
    expect(seen).toEqual([]);
    writeFileSync(passwordFile, 'new');
    await seconds(3);
    await expect.poll(() => seen).toEqual(['changed', 'done']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('takes no notice of a file that is only touched or written again', async () => {
    const { seen, subscription } = await watch();
    writeFileSync(passwordFile, 'old\n');
    utimesSync(passwordFile, new Date(), new Date(0));
    await seconds(5);
    expect(seen).toEqual([]);
    subscription.unsubscribe();
  });

  it('waits for a file that is missing for a while, as in a swap of symlinks', async () => {
    const { seen } = await watch();
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
    const { subscription } = await watch();
    await seconds(1);
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('never emits where no file is configured', () => {
    credentialsChange({ username: 'u', password: 'p' }, undefined).subscribe();
    expect(vi.getTimerCount()).toBe(0);
  });
});
