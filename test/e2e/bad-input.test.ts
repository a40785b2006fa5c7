import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import type { LogRecord, Sidecar } from '../support/run-sidecar.js';
import { filesIn } from './cluster-model.js';
import { type Given, given } from './sidecar-under-test.js';

const labels = { collect: 'yes' };
const folderAnnotation = 'k8s-sidecar-target-directory';

async function put(world: Given, name: string, data: Record<string, string>, folder?: string): Promise<void> {
  const annotations = folder === undefined ? {} : { [folderAnnotation]: folder };
  await world.client.create('configmaps', world.namespace, { metadata: { name, labels, annotations }, data });
}

const warnings = (sidecar: Sidecar, object: string): readonly LogRecord[] =>
  sidecar.logs.filter(({ level, object: owner }) => level === 'WARNING' && String(owner).endsWith(`/${object}`));

async function synced(sidecar: Sidecar): Promise<void> {
  await sidecar.waitFor('the initial sync is done', (logs) =>
    logs.some(({ msg }) => msg === 'the initial sync is done'),
  );
}

describe.skipIf(kubeMissing)('bad input gives a clear message, and everything else goes on', () => {
  it('keys that cannot be files are refused one by one, beside those that can', async () => {
    const world = await given();
    await put(world, 'mixed', { '.ks-state': 'reserved', 'list.json.url': 'http://127.0.0.1/x', fine: 'fine' });
    const sidecar = world.start();
    await synced(sidecar);
    expect([...filesIn(world.folder)]).toEqual([['fine', 'fine']]);
    const said = warnings(sidecar, 'mixed').map(({ msg }) => msg);
    expect(said).toHaveLength(2);
    expect(said.join('\n')).toContain('.ks-state');
    expect(said.join('\n')).toContain('list.json.url');
    expect((await sidecar.health('/readyz')).status).toBe(200);
  });

  it('the longest names are files; a longer unique name is cut, with its ending, and stays the same', async () => {
    const world = await given();
    const key = `${'k'.repeat(248)}.json`;
    const name = 'n'.repeat(253);
    await put(world, name, { [key]: 'long' });
    const plain = world.start();
    await synced(plain);
    expect([...filesIn(world.folder).keys()]).toEqual([key]);
    await plain.stop();
    const unique = world.start({ UNIQUE_FILENAMES: 'true', STATE: 'off' });
    await synced(unique);
    const [cut] = [...filesIn(world.folder).keys()].filter((path) => path !== key);
    expect(cut?.length).toBe(255);
    expect(cut).toMatch(/^namespace_.*\.json$/);
  });

  it('an object of 1 MiB, one with thousands of keys, and one without data', async () => {
    const world = await given();
    await put(world, 'large', { large: 'x'.repeat(1_040_000) });
    await put(world, 'many', Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`key-${n}`, `${n}`])));
    await world.client.create('configmaps', world.namespace, { metadata: { name: 'none', labels } });
    const sidecar = world.start();
    await synced(sidecar);
    const files = filesIn(world.folder);
    expect(files.size).toBe(5_001);
    expect(files.get('large')).toHaveLength(1_040_000);
    expect(files.get('key-4999')).toBe('4999');
    expect(sidecar.logs.filter(({ level }) => level !== 'INFO')).toEqual([]);
    await world.client.delete('configmaps', world.namespace, 'many');
    await eventually('they go with their object', () => filesIn(world.folder).size === 1);
    expect(world.receiver.requests.length).toBeLessThanOrEqual(2);
  });

  it('annotations that lead outside are refused, planted symlinks are not followed, and nothing is written there', async () => {
    const world = await given();
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    mkdirSync(world.folder);
    symlinkSync(outside, join(world.folder, 'link'));
    for (const [name, folder] of Object.entries({
      up: '../up',
      absolute: outside,
      deep: 'a/../../../etc',
      link: 'link',
    })) {
      await put(world, name, { [name]: 'attack' }, folder);
    }
    await put(world, 'inside', { inside: 'fine' }, `${world.folder}/sub/./x/..`);
    const sidecar = world.start();
    await synced(sidecar);
    expect(readdirSync(outside)).toEqual([]);
    expect(readdirSync(join(world.folder, '..'))).toEqual(['target']);
    rmSync(join(world.folder, 'link'));
    expect([...filesIn(world.folder).keys()]).toEqual(['sub/inside']);
    for (const name of ['up', 'absolute', 'deep']) {
      expect(warnings(sidecar, name)).toHaveLength(1);
      expect(warnings(sidecar, name)[0]?.msg).toContain('FOLDER_ALLOWED_ROOTS');
    }
    expect(warnings(sidecar, 'link')).toHaveLength(1);
  });

  it('an allowed root outside is written to', async () => {
    const world = await given();
    const outside = mkdtempSync(join(tmpdir(), 'outside-'));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    await put(world, 'a', { a: 'a' }, `${outside}/sub`);
    const sidecar = world.start({ FOLDER_ALLOWED_ROOTS: outside });
    await synced(sidecar);
    expect([...filesIn(outside)]).toEqual([['sub/a', 'a']]);
    await world.client.delete('configmaps', world.namespace, 'a');
    await eventually('it goes, and the directory that we made', () => readdirSync(outside).length === 0);
  });

  it('an annotation that goes wrong keeps the files, and one that is put right moves them', async () => {
    const world = await given();
    await put(world, 'a', { a: 'a' }, 'one');
    const sidecar = world.start();
    await synced(sidecar);
    const annotate = (folder: string) =>
      world.client.patch('configmaps', world.namespace, 'a', {
        metadata: { annotations: { [folderAnnotation]: folder } },
      });
    await annotate('../wrong');
    await eventually('it is refused', () => warnings(sidecar, 'a').length === 1);
    expect([...filesIn(world.folder).keys()]).toEqual(['one/a']);
    await annotate('two');
    await eventually('it moves', () => `${[...filesIn(world.folder).keys()]}` === 'two/a');
    expect(readdirSync(world.folder).filter((name) => !name.startsWith('.'))).toEqual(['two']);
  });

  it('a directory that is in the way of one file is said, and stops no other', async () => {
    const world = await given();
    mkdirSync(join(world.folder, 'taken'), { recursive: true });
    await put(world, 'blocked', { taken: 'no' });
    await put(world, 'free', { free: 'yes' });
    const sidecar = world.start();
    await synced(sidecar);
    expect([...filesIn(world.folder)]).toEqual([['free', 'yes']]);
    expect(warnings(sidecar, 'blocked')).toHaveLength(1);
    rmSync(join(world.folder, 'taken'), { recursive: true });
    await eventually('it is written once the way is free', () => filesIn(world.folder).get('taken') === 'no');
  });
});
