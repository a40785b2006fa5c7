import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from './eventually.js';
import { startFolderReader } from './folder-reader.js';
import { startReceiver } from './receiver.js';
import { runSidecar } from './run-sidecar.js';
import { isWhole, wholeContent } from './whole-content.mjs';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'support-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('whole content', () => {
  test.each([80, 81, 5_000, 300_000])('of %i bytes has that size and is whole', (bytes) => {
    const content = wholeContent('seed', bytes);
    expect(Buffer.byteLength(content)).toBe(bytes);
    expect(isWhole(content)).toBe(true);
  });

  test('is another for another seed', () => {
    expect(wholeContent('a', 500)).toBe(wholeContent('a', 500));
    expect(wholeContent('a', 500)).not.toBe(wholeContent('b', 500));
  });

  test('is not whole when it is empty, cut anywhere, longer, or mixed of two versions', () => {
    const old = wholeContent('old', 500);
    const fresh = wholeContent('new', 500);
    for (let length = 0; length < 500; length++) {
      expect(isWhole(fresh.slice(0, length)), `cut at ${length}`).toBe(false);
      const mixed = fresh.slice(0, length) + old.slice(length);
      expect(isWhole(mixed), `mixed at ${length}`).toBe(mixed === old);
    }
    expect(isWhole(`${fresh}x`)).toBe(false);
  });
});

describe('a folder reader', () => {
  test('finds nothing in whole files, and says that it has read all of them', async () => {
    const paths = ['a', 'b'].map((name) => join(folder, name));
    for (const path of paths) await writeFile(path, wholeContent(path, 200));
    const reader = await startFolderReader();
    await reader.watch(paths);
    expect((await reader.report()).faults).toEqual([]);
    await eventually('both were read', async () => (await reader.report()).unread === 0);
    const report = await reader.stop();
    expect(report).toMatchObject({ unread: 0, faults: [] });
    expect(report.reads).toBeGreaterThanOrEqual(2);
  });

  test('reports a partial and a missing file, and is silent about a forgotten one', async () => {
    const partial = join(folder, 'partial');
    const missing = join(folder, 'missing');
    const forgotten = join(folder, 'forgotten');
    await writeFile(partial, wholeContent('p', 200).slice(0, 150));
    const reader = await startFolderReader();
    await reader.watch([partial, missing]);
    await eventually(
      'two faults',
      async () => new Set((await reader.report()).faults.map(({ path }) => path)).size === 2,
    );
    await reader.forget([partial, missing]);
    const { faults, reads } = await reader.report();
    expect(new Set(faults.map(({ path, fault }) => `${path} ${fault}`))).toEqual(
      new Set([`${partial} partial`, `${missing} missing`]),
    );
    await writeFile(forgotten, wholeContent('f', 200));
    await reader.watch([forgotten]);
    await eventually('it was read', async () => (await reader.report()).reads > reads);
    await reader.forget([forgotten]);
    await rm(forgotten);
    expect((await reader.stop()).faults).toHaveLength(faults.length);
  });
});

describe('a receiver', () => {
  test('records requests and answers by its script, the last answer again and again', async () => {
    const receiver = await startReceiver();
    receiver.answer({ status: 503, headers: { 'retry-after': '1' }, body: 'no' }, { status: 204 });
    const first = await fetch(`${receiver.url}?x=1`, { method: 'POST', body: 'payload', headers: { 'x-h': 'v' } });
    expect([first.status, first.headers.get('retry-after'), await first.text()]).toEqual([503, '1', 'no']);
    expect((await fetch(receiver.url)).status).toBe(204);
    expect((await fetch(receiver.url)).status).toBe(204);
    expect(receiver.requests[0]).toMatchObject({
      method: 'POST',
      path: '/reload?x=1',
      body: 'payload',
      headers: { 'x-h': 'v' },
    });
    expect(receiver.requests).toHaveLength(3);
    await receiver.close();
  });

  test('resets, and hangs until the client gives up', async () => {
    const receiver = await startReceiver();
    receiver.answer('reset', 'hang');
    await expect(fetch(receiver.url)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    await expect(fetch(receiver.url, { signal: AbortSignal.timeout(200) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(receiver.requests).toHaveLength(2);
    await receiver.close();
  });
});

describe('eventually', () => {
  test('gives the first truthy value; a predicate that throws counts as not yet', async () => {
    let calls = 0;
    const value = await eventually('three calls', () => {
      calls++;
      if (calls < 3) throw new Error('not yet');
      return calls;
    });
    expect(value).toBe(3);
  });

  test('fails with the claim, what was seen instead, and the last error as cause', async () => {
    const cause = new Error('why');
    const never = eventually('it holds', () => Promise.reject(cause), { withinMs: 50, seen: () => [1] });
    await expect(never).rejects.toMatchObject({ message: 'Expected within 50 ms: it holds; seen instead: [1]', cause });
  });
});

describe('a run of the sidecar', () => {
  async function program(code: string): Promise<string> {
    const path = join(folder, 'main.cjs');
    await writeFile(path, code);
    return path;
  }
  const sidecarLike = `
    const server = require('node:http').createServer((q, a) => a.end(q.url)).listen(0, () => {
      console.log(JSON.stringify({ msg: 'health server listening', port: server.address().port }));
      console.log(JSON.stringify({ msg: process.env.GREETING, home: process.env.HOME, health: process.env.HEALTH_PORT }));
      console.error('no JSON');
    });
    process.on('SIGTERM', () => process.exit(7));`;

  test('gives its logs, its health endpoint, and its exit code on SIGTERM; it inherits no variables', async () => {
    const sidecar = runSidecar({ program: await program(sidecarLike), env: { GREETING: 'hello' } });
    await sidecar.waitFor('a greeting', (logs) => logs.some(({ msg }) => msg === 'hello'));
    expect(sidecar.logs[1]).toEqual({ msg: 'hello', health: '0' });
    expect(await sidecar.health('/readyz')).toEqual({ status: 200, body: '/readyz' });
    await eventually('stderr was read', () => sidecar.otherLines.length > 0);
    expect(sidecar.otherLines).toEqual(['no JSON']);
    expect(sidecar.output()).toContain('hello');
    const exit = await sidecar.stop();
    expect(exit).toMatchObject({ code: 7, signal: undefined });
    expect(exit.afterMs).toBeLessThan(10_000);
    expect(await sidecar.stop()).toBe(exit);
  });

  test('is killed without a chance to clean up', async () => {
    const sidecar = runSidecar({ program: await program(sidecarLike), env: {} });
    await sidecar.healthPort();
    expect(await sidecar.kill()).toMatchObject({ code: undefined, signal: 'SIGKILL' });
  });

  test('that ends early fails what waits for it, with its last lines', async () => {
    const sidecar = runSidecar({ program: await program('console.log("bad option"); process.exit(2)'), env: {} });
    await expect(sidecar.waitFor('ready', () => false)).rejects.toThrow(/ended .*"code":2.* before: ready\nbad option/);
  });

  test('without a bundle says how to make one', () => {
    expect(() => runSidecar({ program: join(folder, 'none.cjs'), env: {} })).toThrow('npm run build');
  });
});
