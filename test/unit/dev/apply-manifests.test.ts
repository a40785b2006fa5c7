import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { applyManifests, type ManifestNews } from '../../../src/dev/apply-manifests.js';
import { objectKey } from '../../../src/model.js';
import type { EmbeddedKubernetes } from '../../../src/testing/embedded-kubernetes.js';
import { startEmbeddedKubernetes } from '../../../src/testing/start-embedded-kubernetes.js';
import { eventually } from '../../support/eventually.js';

let folder: string;
let api: EmbeddedKubernetes;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ks-apply-'));
  api = await startEmbeddedKubernetes({ tls: false });
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const write = (name: string, yaml: string) => {
  mkdirSync(join(folder, name, '..'), { recursive: true });
  writeFileSync(join(folder, name), yaml);
};
const remove = (...names: readonly string[]) => {
  for (const name of names) rmSync(join(folder, name));
};
const configMap = (name: string, data = 'a: "1"', more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}${more}}\ndata: {${data}}\n`;
const short = (news: ManifestNews): string => {
  if (news.type === 'applied') return `applied ${objectKey(news.object)}`;
  return 'key' in news ? `${news.type} ${news.key}` : news.type;
};

/** Applies the folder, and waits until all was read once. */
async function applied(path = folder) {
  const news: ManifestNews[] = [];
  const subscription = applyManifests(path, api).subscribe((one) => news.push(one));
  onTestFinished(() => subscription.unsubscribe());
  const said = () => news.map(short);
  await eventually('loaded', () => said().includes('loaded'));
  /** The news from now on, once there are so many. */
  const newsAfter = async (act: () => unknown, count: number) => {
    const from = news.length;
    await act();
    await eventually(`${count} news`, () => news.length >= from + count, { seen: said });
    return said().slice(from);
  };
  return { news, said, newsAfter, subscription };
}

/** Another manifest, whose application shows that everything was read again. */
const readAgain = () => write('zz.yaml', configMap(`zz-${Math.random().toString(36).slice(2)}`));

describe('manifests', () => {
  test('become objects of the API, with all that a sidecar reads, and then it is loaded', async () => {
    write('a.yaml', configMap('a', 'k: "v"', ', labels: {collect: "1"}, annotations: {x: y}'));
    write(
      'sub/b.yaml',
      'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\nbinaryData: {bin: AAEC}\n',
    );
    write('c.yaml', 'apiVersion: v1\nkind: Secret\nmetadata: {name: c}\nstringData: {p: word}\n');
    write('other.yaml', 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\n');
    const { said } = await applied();
    expect(said().toSorted()).toEqual([
      'applied configmap/default/a',
      'applied configmap/shop/b',
      'applied secret/default/c',
      'loaded',
    ]);
    expect(said().at(-1)).toBe('loaded');
    expect(api.get('configmaps', 'default', 'a')).toMatchObject({
      metadata: { labels: { collect: '1' }, annotations: { x: 'y' } },
      data: { k: 'v' },
    });
    expect(api.get('configmaps', 'shop', 'b')).toMatchObject({ binaryData: { bin: 'AAEC' } });
    expect(api.get('secrets', 'default', 'c')).toMatchObject({ data: { p: Buffer.from('word').toString('base64') } });
  });

  test('may be one file', async () => {
    write('a.txt', configMap('a'));
    write('b.yaml', configMap('b'));
    expect((await applied(join(folder, 'a.txt'))).said()).toEqual(['applied configmap/default/a', 'loaded']);
  });

  test('may be none at all, and come later', async () => {
    const { said, newsAfter } = await applied();
    expect(said()).toEqual(['loaded']);
    expect(await newsAfter(() => write('a.yaml', configMap('a')), 1)).toEqual(['applied configmap/default/a']);
  });

  test('that are edited are applied again, and no others', async () => {
    write('a.yaml', configMap('a'));
    write('b.yaml', configMap('b'));
    const { newsAfter } = await applied();
    const before = api.get('configmaps', 'default', 'b')?.metadata.resourceVersion;
    expect(await newsAfter(() => write('a.yaml', configMap('a', 'a: "2"')), 1)).toEqual([
      'applied configmap/default/a',
    ]);
    expect(api.get('configmaps', 'default', 'a')).toMatchObject({ data: { a: '2' } });
    expect(api.get('configmaps', 'default', 'b')?.metadata.resourceVersion).toBe(before);
  });

  test('that go take their objects with them, and no others', async () => {
    write('a.yaml', configMap('a'));
    write('b.yaml', configMap('b'));
    const { newsAfter } = await applied();
    api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'by-hand', namespace: 'default' } });
    expect(await newsAfter(() => remove('a.yaml'), 1)).toEqual(['deleted configmap/default/a']);
    expect(api.get('configmaps', 'default', 'a')).toBeUndefined();
    expect(api.get('configmaps', 'default', 'b')).toBeDefined();
    expect(api.get('configmaps', 'default', 'by-hand')).toBeDefined();
  });

  test('that go and come back are applied again', async () => {
    write('a.yaml', configMap('a'));
    const { newsAfter } = await applied();
    await newsAfter(() => remove('a.yaml'), 1);
    expect(await newsAfter(() => write('a.yaml', configMap('a')), 1)).toEqual(['applied configmap/default/a']);
  });

  test('do not undo what others did to their objects', async () => {
    write('a.yaml', configMap('a'));
    write('b.yaml', configMap('b'));
    const { newsAfter } = await applied();
    api.remove('configmaps', 'default', 'a');
    api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' }, data: { a: 'by hand' } });
    await newsAfter(readAgain, 1);
    expect(api.get('configmaps', 'default', 'a')).toBeUndefined();
    expect(api.get('configmaps', 'default', 'b')).toMatchObject({ data: { a: 'by hand' } });
    // Nothing is there to be deleted, and so nothing is said.
    expect(await newsAfter(() => remove('a.yaml', 'b.yaml'), 1)).toEqual(['deleted configmap/default/b']);
  });

  test('are left alone after the unsubscribe', async () => {
    const { subscription, said } = await applied();
    subscription.unsubscribe();
    const other = await applied();
    await other.newsAfter(() => write('a.yaml', configMap('a')), 1);
    expect(said()).toEqual(['loaded']);
  });
});

describe('a manifest that cannot be read', () => {
  test('is told once, with its place; the others are applied, and nothing is deleted', async () => {
    write('a.yaml', configMap('a'));
    write('b.yaml', configMap('b'));
    write('bad.yaml', 'metadata: {\n');
    const { news, said, newsAfter } = await applied();
    expect(said().toSorted()).toEqual([
      'applied configmap/default/a',
      'applied configmap/default/b',
      'loaded',
      'unreadable',
    ]);
    expect(news.find(({ type }) => type === 'unreadable')).toHaveProperty(
      'message',
      expect.stringMatching(/bad\.yaml:\d+/),
    );
    expect(await newsAfter(() => [remove('a.yaml'), readAgain()], 1)).toEqual([
      expect.stringMatching(/^applied configmap\/default\/zz/),
    ]);
    expect(api.get('configmaps', 'default', 'a')).toBeDefined();
    expect(await newsAfter(() => remove('bad.yaml'), 2)).toEqual(['deleted configmap/default/a', 'mended']);
  });

  test('is told again with another fault, and beside another one', async () => {
    write('a.yaml', 'metadata: {\n');
    const { news, newsAfter } = await applied();
    expect(await newsAfter(() => write('b.yaml', 'kind: ConfigMap\n'), 1)).toEqual(['unreadable']);
    expect(news.at(-1)).toHaveProperty('message', expect.stringContaining('b.yaml:1'));
    expect(await newsAfter(() => write('b.yaml', '\n\nkind: ConfigMap\n'), 1)).toEqual(['unreadable']);
    expect(news.at(-1)).toHaveProperty('message', expect.stringContaining('b.yaml:3'));
  });
});

describe('a manifest that the API does not take', () => {
  const tooLarge = (name: string) => configMap(name, `a: "${'x'.repeat(1_100_000)}"`);

  test('is told, and tried again when it changes; what was there before stays', async () => {
    write('a.yaml', configMap('a'));
    const { newsAfter } = await applied();
    expect(await newsAfter(() => write('a.yaml', tooLarge('a')), 1)).toEqual(['rejected configmap/default/a']);
    expect(api.get('configmaps', 'default', 'a')).toMatchObject({ data: { a: '1' } });
    expect(await newsAfter(readAgain, 1)).toEqual([expect.stringMatching(/^applied/)]);
    expect(await newsAfter(() => write('a.yaml', configMap('a', 'a: "2"')), 1)).toEqual([
      'applied configmap/default/a',
    ]);
  });

  test('does not hold up the others, and has nothing to be deleted', async () => {
    write('a.yaml', tooLarge('a'));
    write('b.yaml', configMap('b'));
    const { said, newsAfter, news } = await applied();
    expect(said()).toEqual(['rejected configmap/default/a', 'applied configmap/default/b', 'loaded']);
    expect(JSON.stringify(news)).not.toContain('xxx');
    expect(await newsAfter(() => remove('a.yaml', 'b.yaml'), 1)).toEqual(['deleted configmap/default/b']);
  });

  test("takes nobody else's object with it", async () => {
    api.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { by: 'hand' } });
    write('a.yaml', tooLarge('a'));
    const { newsAfter } = await applied();
    await newsAfter(() => [remove('a.yaml'), readAgain()], 1);
    expect(api.get('configmaps', 'default', 'a')).toMatchObject({ data: { by: 'hand' } });
  });
});
