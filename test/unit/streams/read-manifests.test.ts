import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { ResourceEvent, Scope } from '../../../src/model.js';
import { type ManifestOptions, readManifests } from '../../../src/streams/read-manifests.js';
import { until } from '../kubernetes/api-server.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-manifests-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const all: Scope = { kind: 'configmap', namespace: undefined };
const write = (name: string, text: string): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
};
const configMap = (name: string, more = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, labels: {app: ${name}}}\n${more}\n`;
const events = (scope = all, options: ManifestOptions = {}, paths = [folder]) =>
  lastValueFrom(readManifests(paths, scope, options).pipe(toArray()));
const objects = async (scope = all, options: ManifestOptions = {}) =>
  (await events(scope, options)).flatMap((event) => (event.type === 'init-apply' ? [event.object] : []));
const short = (event: ResourceEvent): string =>
  event.type === 'init-apply' ? `${event.type} ${event.object.name}` : event.type;

describe('what is read', () => {
  test('files and folders, of YAML with several documents or of JSON, in the language of all sources', async () => {
    write('a.yaml', `${configMap('a')}---\n${configMap('b')}---\n# nothing\n---\nnull\n`);
    write('sub/c.json', JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' } }, null, '\t'));
    write('sub/d.YML', configMap('d'));
    expect((await events()).map(short)).toEqual([
      'init',
      'init-apply a',
      'init-apply b',
      'init-apply c',
      'init-apply d',
      'init-done',
      'alive',
    ]);
  });

  test('in folders neither other files nor what begins with a dot, but symlinks, as mounted volumes have them', async () => {
    write('..data/a.yaml', configMap('a'));
    symlinkSync(join('..data', 'a.yaml'), join(folder, 'a.yaml'));
    write('.b.yaml.swp', 'x');
    write('.c.yaml', configMap('c'));
    write('README.md', '{');
    expect((await objects()).map(({ name }) => name)).toEqual(['a']);
  });

  test('a file that is named, whatever its name', async () => {
    const path = write('manifest', configMap('a'));
    expect((await events(all, {}, [path])).map(short)).toContain('init-apply a');
  });

  test('the items of lists, and none of other kinds', async () => {
    const items = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } },
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'b' } },
      { apiVersion: 'other/v1', kind: 'ConfigMap', metadata: { name: 'c' } },
    ];
    write('list.yaml', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
    expect((await events()).map(short)).toEqual(['init', 'init-apply a', 'init-done', 'alive']);
  });

  test('an object, as the API server would have made it', async () => {
    write('a.yaml', configMap('a', 'data: {k: v}\nbinaryData: {b: AAE=}'));
    const [object] = await objects(all, { namespace: 'team' });
    expect(object).toEqual({
      kind: 'configmap',
      namespace: 'team',
      name: 'a',
      uid: 'manifest/configmap/team/a',
      resourceVersion: expect.stringMatching(/^[0-9a-f]{16}$/),
      creationTimestamp: '',
      labels: { app: 'a' },
      annotations: {},
      data: { k: 'v' },
      binaryData: { b: 'AAE=' },
    });
  });

  test('the resourceVersion changes with the content, and only with it', async () => {
    write('a.yaml', configMap('a', 'data: {k: v}'));
    const [first] = await objects();
    write('a.yaml', `# comment\n${configMap('a', 'data: {k: v}')}`);
    const [second] = await objects();
    write('a.yaml', configMap('a', 'data: {k: w}'));
    const [third] = await objects();
    expect(second?.resourceVersion).toBe(first?.resourceVersion);
    expect(third?.resourceVersion).not.toBe(first?.resourceVersion);
  });

  test('stringData of a Secret is data in base64, and wins', async () => {
    const data = 'data: {a: b2xk, b: Yg==}\nstringData: {a: néw}\nbinaryData: {x: AA==}';
    write(
      's.yaml',
      `apiVersion: v1\nkind: Secret\nmetadata: {name: s, creationTimestamp: "2026-01-01T00:00:00Z"}\n${data}`,
    );
    expect(await objects({ kind: 'secret', namespace: 'default' })).toMatchObject([
      {
        data: { a: Buffer.from('néw').toString('base64'), b: 'Yg==' },
        binaryData: {},
        creationTimestamp: '2026-01-01T00:00:00Z',
      },
    ]);
  });

  test('of two manifests of one object the later one counts', async () => {
    write('1.yaml', configMap('a', 'data: {k: first}'));
    write('2.yaml', configMap('a', 'data: {k: second}'));
    expect((await objects()).map(({ data }) => data)).toEqual([{ k: 'second' }]);
  });
});

describe('a scope', () => {
  test.each<[Partial<Scope>, string[]]>([
    [{}, ['a', 'b', 'c']],
    [{ kind: 'secret' }, []],
    [{ namespace: 'other' }, ['c']],
    [{ labelSelector: 'app in (a,c)' }, ['a', 'c']],
    [{ fieldSelector: 'metadata.name=b' }, ['b']],
    [{ fieldSelector: 'metadata.name!=b, metadata.namespace == default' }, ['a']],
  ])('%j selects %j', async (scope, names) => {
    write('a.yaml', `${configMap('a')}---\n${configMap('b')}`);
    write('c.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: other, labels: {app: c}}');
    expect((await objects({ ...all, ...scope })).map(({ name }) => name)).toEqual(names);
  });

  test('with selectors that nobody would understand is refused at once', () => {
    expect(() => readManifests([], { ...all, fieldSelector: 'status.phase=x' })).toThrow(RangeError);
    expect(() => readManifests([], { ...all, labelSelector: '!!' })).toThrow();
  });
});

describe('a fault', () => {
  test.each<[string, string, RegExp]>([
    ['no YAML', 'a: [s3cret\nb: "', /\(\w+\) in .*x\.yaml:\d/],
    ['a text', 's3cret', /Kubernetes object, got something else in .*x\.yaml:1/],
    ['no kind', '\n\nmetadata: {name: a}', /apiVersion and kind in .*x\.yaml:3/],
    ['no name', 'apiVersion: v1\nkind: ConfigMap', /valid metadata\.name/],
    ['a name with a slash', configMap('../a'), /valid metadata\.name/],
    ['a namespace that is none', configMap('a').replace('{', '{namespace: A/b, '), /valid metadata\.namespace/],
    ['a number as a value', configMap('a', 'data: {k: 5}'), /texts only in data/],
    ['a list as data', configMap('a', 'data: [s3cret]'), /data to be a map/],
    ['a key with a slash', configMap('a', 'data: {"../s3cret": x}'), /keys of letters/],
    ['a key of two dots', configMap('a', 'data: {"..": x}'), /keys of letters/],
    ['an item that is none', 'apiVersion: v1\nkind: List\nitems:\n- s3cret', /in .*x\.yaml:4/],
    [
      'aliases without end',
      `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefg'
        .split('')
        .map((c, i) => `${c}: &${c} [${Array(10).fill(`*${'abcdefg'[i]}`)}]`)
        .join('\n')}`,
      /something else/,
    ],
  ])('%s is a value with file and line, without content, and the rest goes on', async (_, text, message) => {
    write('a.yaml', configMap('ok1'));
    write('x.yaml', text);
    write('z.yaml', configMap('ok2'));
    const seen = await events();
    expect(seen.map(short)).toEqual(['init', 'init-apply ok1', 'init-apply ok2', 'failed']);
    const failed = seen.at(-1);
    expect(failed).toMatchObject({ error: { code: 'malformed', message: expect.stringMatching(message) } });
    expect(JSON.stringify(failed) + String(failed?.type === 'failed' && failed.error)).not.toContain('s3cret');
  });

  test('one document of several that is wrong does not take the others along', async () => {
    write('a.yaml', `${configMap('a')}---\nx: [\n---\n${configMap('b')}`);
    expect((await events()).map(short)).toContain('init-apply a');
  });

  test('a path that is not there', async () => {
    const [, failed] = await events(all, {}, [join(folder, 'missing')]);
    expect(failed).toMatchObject({ error: { code: 'unreachable', message: expect.stringMatching(/ENOENT.*missing/) } });
  });
});

describe('with watch', () => {
  function start(paths = [folder]): string[] {
    const seen: string[] = [];
    const subscription = readManifests(paths, all, { watch: true, debounceMs: 5 }).subscribe((event) => {
      if (event.type !== 'alive') {
        seen.push(event.type === 'init-apply' ? `${event.object.name}=${event.object.data['k']}` : event.type);
      }
    });
    onTestFinished(() => subscription.unsubscribe());
    return seen;
  }
  const last = (seen: readonly string[]) => seen.slice(seen.lastIndexOf('init'));

  test('everything is read again after a change, below a folder too', async () => {
    write('sub/a.yaml', configMap('a', 'data: {k: v1}'));
    const seen = start();
    await until(() => seen.includes('init-done'));
    expect(seen).toEqual(['init', 'a=v1', 'init-done']);
    write('sub/a.yaml', configMap('a', 'data: {k: v2}'));
    await until(() => seen.includes('a=v2') && seen.at(-1) === 'init-done');
    rmSync(join(folder, 'sub/a.yaml'));
    await until(() => last(seen).join() === 'init,init-done');
  });

  test('a file that an editor replaces is followed', async () => {
    const path = write('a.yaml', configMap('a', 'data: {k: v1}'));
    const seen = start([path]);
    await until(() => seen.includes('a=v1'));
    renameSync(write('a.yaml.new', configMap('a', 'data: {k: v2}')), path);
    await until(() => seen.includes('a=v2'));
  });

  test('a typing error removes nothing: there is no init-done until it is mended', async () => {
    write('a.yaml', configMap('a', 'data: {k: v1}'));
    const seen = start();
    await until(() => seen.includes('init-done'));
    write('a.yaml', 'a: [');
    await until(() => seen.at(-1) === 'failed');
    expect(last(seen)).toEqual(['init', 'failed']);
    write('a.yaml', configMap('a', 'data: {k: v2}'));
    await until(() => last(seen).join() === 'init,a=v2,init-done');
  });

  test('a path that cannot be watched is a failure like others, not an error', async () => {
    const seen = start([join(folder, 'no/such/file.yaml')]);
    await until(() => seen.includes('failed'));
  });
});
