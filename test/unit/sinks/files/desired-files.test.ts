import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WatchedObject } from '../../../../src/model.js';
import { desiredFiles } from '../../../../src/sinks/files/desired-files.js';
import { loadGunzip } from '../../../../src/sinks/files/gunzip.js';
import type { Layout } from '../../../../src/sinks/files/layout.js';
import { watched } from '../../operators/events.js';

const ANNOTATION = 'k8s-sidecar-target-directory';
const layout: Layout = {
  roots: [{ configured: '/data/current', real: '/vol/v1' }],
  folderAnnotation: ANNOTATION,
  uniqueFilenames: false,
};

const object = (change: Partial<WatchedObject> = {}): WatchedObject => watched('rules', change);

const bytesOf = (change: Partial<WatchedObject>): Record<string, string> =>
  Object.fromEntries(
    desiredFiles(object(change), layout).files.map((file) => [
      file.path,
      'bytes' in file ? Buffer.from(file.bytes).toString('hex') : `${file.url.href} ${file.url.sha256}`,
    ]),
  );

const refusalsOf = (change: Partial<WatchedObject>, using: Layout = layout): string[] =>
  desiredFiles(object(change), using).refusals.map(({ reason, entry }) => `${reason} ${entry}`);

const folderOf = (value: string, using: Layout = layout): string | undefined =>
  desiredFiles(object({ annotations: { [ANNOTATION]: value }, data: { k: '' } }), using).files[0]?.path.replace(
    /\/k$/,
    '',
  );

describe('the content of a file', () => {
  it("is a ConfigMap's text as UTF-8 with its line ends, and its binaryData as bytes", () => {
    expect(bytesOf({ data: { 'a.txt': 'ä\r\n', empty: '' }, binaryData: { b: '/wD+' } })).toEqual({
      '/vol/v1/a.txt': 'c3a40d0a',
      '/vol/v1/empty': '',
      '/vol/v1/b': 'ff00fe',
    });
  });

  it("is a Secret's data as bytes", () => {
    expect(bytesOf({ kind: 'secret', data: { a: 'AP8=' } })).toEqual({ '/vol/v1/a': '00ff' });
  });

  it('is whatever bytes were encoded, also with line breaks as Go takes them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 80 }), (bytes, width) => {
        const text = Buffer.from(bytes).toString('base64');
        const broken = text.replace(new RegExp(`.{${width}}`, 'g'), '$&\r\n');
        expect(bytesOf({ binaryData: { a: text, b: broken } })).toEqual({
          '/vol/v1/a': Buffer.from(bytes).toString('hex'),
          '/vol/v1/b': Buffer.from(bytes).toString('hex'),
        });
      }),
    );
  });

  it.each([
    'AP8',
    'AP8==',
    'A===',
    '=',
    'AP-_',
    'AP8= ',
    'AP=8',
    'ä=',
    'AAAA====',
    '====',
    'A P8=',
  ])('refuses the key alone when its base64 is %j', (value) => {
    const { files, refusals } = desiredFiles(object({ binaryData: { bad: value, good: 'AP8=' } }), layout);
    expect(files.map(({ path }) => path)).toEqual(['/vol/v1/good']);
    expect(refusals).toMatchObject([{ key: 'configmap/default/rules', entry: 'bad', reason: 'base64' }]);
    if (value.length > 3) expect(refusals[0]?.message).not.toContain(value);
  });

  it('is nothing for an object without data', () => {
    expect(desiredFiles(object(), layout)).toEqual({ files: [], refusals: [] });
  });

  it('takes 1 MiB of base64', () => {
    const text = Buffer.alloc(1_048_576, 7).toString('base64');
    expect(bytesOf({ binaryData: { a: text } })['/vol/v1/a']).toHaveLength(2 * 1_048_576);
  });
});

describe('the name of a file', () => {
  it('is the key, dot files and dashes included', () => {
    expect(Object.keys(bytesOf({ data: { '.hidden': '', '-rf': '', '..data': '', 'a b': '' } }))).toEqual([
      '/vol/v1/.hidden',
      '/vol/v1/-rf',
      '/vol/v1/..data',
      '/vol/v1/a b',
    ]);
  });

  it.each([
    '',
    '.',
    '..',
    'a/b',
    '/a',
    'a\0b',
    '\ud800',
  ])('refuses %j, which is no plain file name, unique or not', (key) => {
    expect(refusalsOf({ data: { [key]: '' } })).toEqual([`path ${key}`]);
    expect(refusalsOf({ data: { [key]: '' } }, { ...layout, uniqueFilenames: true })).toEqual([`path ${key}`]);
  });

  it('refuses keys of ours, and those that are nothing but a suffix', () => {
    const data = { '.ks-state': '', '.ks-state.url': 'http://x', '.url': 'http://x', '..url': '', '...url': '' };
    expect(refusalsOf({ data })).toEqual([
      'reserved-name .ks-state',
      'reserved-name .ks-state.url',
      'path .url',
      'path ..url',
      'path ...url',
    ]);
  });

  it('may have 255 bytes, not characters', () => {
    expect(
      refusalsOf({
        data: { ['a'.repeat(255)]: '', ['a'.repeat(256)]: '', [`${'ä'.repeat(127)}a`]: '', ['ä'.repeat(128)]: '' },
      }),
    ).toEqual([`name-too-long ${'a'.repeat(256)}`, `name-too-long ${'ä'.repeat(128)}`]);
  });

  it('refuses a key of binaryData that is in data too', () => {
    expect(refusalsOf({ data: { a: '' }, binaryData: { a: '' } })).toEqual(['duplicate-path a']);
    expect(bytesOf({ data: { a: 'x' }, binaryData: { a: '' } })).toEqual({ '/vol/v1/a': '78' });
  });

  it('breaks no log line with the key, and keeps it short', () => {
    const { refusals } = desiredFiles(object({ data: { [`a\n/${'b'.repeat(5000)}`]: '' } }), layout);
    expect(refusals[0]?.message).toMatch(/^The key "a\\n\/b+…" of configmap\/default\/rules is not published: /);
    expect(refusals[0]?.message.length).toBeLessThan(500);
  });
});

describe('a unique name', () => {
  const unique: Layout = { ...layout, uniqueFilenames: true };
  const nameOf = (change: Partial<WatchedObject>): string | undefined =>
    desiredFiles(object(change), unique).files[0]?.path.slice('/vol/v1/'.length);

  it('is that of the established tool byte for byte while it fits', () => {
    expect(nameOf({ data: { 'a.json': '' } })).toBe('namespace_default.configmap_rules.a.json');
    expect(nameOf({ kind: 'secret', data: { 'a.json': '' } })).toBe('namespace_default.secret_rules.a.json');
    const prefix = 'namespace_default.configmap_rules.';
    const key = `${'k'.repeat(250 - prefix.length)}.json`;
    expect(nameOf({ data: { [key]: '' } })).toBe(prefix + key);
  });

  it('is cut with a hash and keeps its ending when it does not fit', () => {
    const change = { namespace: 'n'.repeat(63), name: 'o'.repeat(253) };
    const name = nameOf({ ...change, data: { 'a.json': '' } }) ?? '';
    expect(name).toMatch(/^namespace_n{63}\.configmap_o+-[0-9a-f]{16}\.json$/);
    expect(name).toHaveLength(255);
    expect(nameOf({ ...change, data: { 'b.json': '' } })).not.toBe(name);
  });

  it('tells objects apart whose joined names are the same', () => {
    const long = 'k'.repeat(240);
    const one = nameOf({ name: 'x.y', data: { [`${long}.json`]: '' } });
    expect(nameOf({ name: 'x', data: { [`y.${long}.json`]: '' } })).not.toBe(one);
  });

  it('is no way out of the folder for a manifest with a namespace or name that Kubernetes would refuse', () => {
    for (const name of ['/../../etc/x', 'a/b', 'a\0b', '\ud800']) {
      for (const change of [{ name }, { namespace: name }]) {
        const { files, refusals } = desiredFiles(object({ ...change, data: { k: '' } }), unique);
        expect([files, refusals]).toEqual([[], [expect.objectContaining({ reason: 'path', entry: 'k' })]]);
      }
    }
  });

  it('drops an ending that is none, and never halves a character', () => {
    expect(nameOf({ data: { [`a.${'e'.repeat(250)}`]: '' } })).toMatch(/^.{238}-[0-9a-f]{16}$/);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 60, maxLength: 300 }), (name) => {
        const path = nameOf({ name: name.replace(/[/\0\ufffd]/g, ''), data: { 'a.yaml': '' } }) ?? '';
        expect(Buffer.byteLength(path)).toBeLessThanOrEqual(255);
        expect(path).toMatch(/\.yaml$/);
        expect(path).not.toContain('\ufffd');
      }),
    );
  });
});

describe('the folder of an object', () => {
  it.each([
    ['', '/vol/v1'],
    ['  \n', '/vol/v1'],
    ['.', '/vol/v1'],
    ['sub', '/vol/v1/sub'],
    [' sub/ ', '/vol/v1/sub'],
    ['a//b/./c/../d', '/vol/v1/a/b/d'],
    ['/data/current', '/vol/v1'],
    ['/data/current/', '/vol/v1'],
    ['/data/current/sub', '/vol/v1/sub'],
    ['/data/../data/current/sub', '/vol/v1/sub'],
    ['/vol/v1/sub', '/vol/v1/sub'],
    ['../v1/sub', '/vol/v1/sub'],
    ['..data', '/vol/v1/..data'],
  ])('%j is %s', (value, path) => {
    expect(folderOf(value)).toBe(path);
  });

  it.each([
    '..',
    '../x',
    '/',
    '/etc',
    '/vol/v10',
    '/vol',
    '/data',
    '/data/current/../x',
    'a/../../x',
    '\0',
    '\ud800',
  ])('%j is outside, so the whole object is refused', (value) => {
    const outcome = desiredFiles(object({ annotations: { [ANNOTATION]: value }, data: { a: '', b: '' } }), layout);
    expect(outcome.files).toEqual([]);
    expect(outcome.refusals).toMatchObject([{ type: 'refused', key: 'configmap/default/rules', reason: 'path' }]);
    expect(outcome.refusals[0]).not.toHaveProperty('entry');
  });

  it('is refused with a line that names object, path and variable', () => {
    const { refusals } = desiredFiles(object({ annotations: { [ANNOTATION]: '/etc' } }), layout);
    expect(refusals[0]?.message).toBe(
      'The annotation k8s-sidecar-target-directory of configmap/default/rules names "/etc", which is outside FOLDER (/data/current); name a path below it, or list its folder in FOLDER_ALLOWED_ROOTS.',
    );
  });

  it.each(['.ks-x', 'a/.ks-x/b', '/vol/v1/.ks-x'])('%j is reserved for our own files', (value) => {
    const { refusals } = desiredFiles(object({ annotations: { [ANNOTATION]: value } }), layout);
    expect(refusals).toMatchObject([{ reason: 'reserved-name' }]);
  });

  it('may have parts of 255 bytes, and a path of 4095', () => {
    expect(folderOf('a'.repeat(255))).toBeDefined();
    const { refusals } = desiredFiles(object({ annotations: { [ANNOTATION]: 'a'.repeat(256) } }), layout);
    expect(refusals).toMatchObject([{ reason: 'name-too-long' }]);

    const folder = `${'a'.repeat(200)}/`.repeat(20); // with /vol/v1/: 4028 bytes
    const annotations = { [ANNOTATION]: folder };
    expect(refusalsOf({ annotations, data: { ['k'.repeat(67)]: '', ['k'.repeat(68)]: '' } })).toEqual([
      `name-too-long ${'k'.repeat(68)}`,
    ]);
  });

  it('may be in any allowed root, in either spelling, and is one string for one path', () => {
    const roots: Layout['roots'] = [
      ...layout.roots,
      { configured: '/data', real: '/data' },
      { configured: '/srv/link', real: '/mnt/x' },
    ];
    const wide = { ...layout, roots };
    expect(folderOf('/data/sibling', wide)).toBe('/data/sibling');
    expect(folderOf('/srv/link/a', wide)).toBe('/mnt/x/a');
    expect(folderOf('/mnt/x/a', wide)).toBe('/mnt/x/a');
    expect(folderOf('/data/current/a', wide)).toBe('/vol/v1/a');
  });

  it('may be anything with FOLDER_ALLOWED_ROOTS=/', () => {
    const wide: Layout = { ...layout, roots: [...layout.roots, { configured: '/', real: '/' }] };
    expect(folderOf('/etc/x', wide)).toBe('/etc/x');
    expect(folderOf('/', wide)).toBe('');
    expect(folderOf('../../..', wide)).toBe('');
    expect(folderOf('/data/current/x', wide)).toBe('/vol/v1/x');
  });

  it('never leaves the roots, whatever the annotation', () => {
    const part = fc.constantFrom('..', '.', 'a', 'b', '', 'data', 'current', 'vol', 'v1', ' ', '…', '~', '\\');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), fc.boolean(), (parts, absolute) => {
        const folder = folderOf((absolute ? '/' : '') + parts.join('/'));
        expect(folder === undefined || folder === '/vol/v1' || folder.startsWith('/vol/v1/')).toBe(true);
        expect(folder ?? '').not.toMatch(/(^|\/)\.\.?(\/|$)|\/\//);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a key that ends in .url', () => {
  const sha256 = 'ab'.repeat(32);
  const checked = (text: string) => ({ annotations: { 'k8s-sidecar-url-checksums': text } });

  it('names content by a URL, for the file that is called as the rest', () => {
    const data = { 'a.json.url': ' https://example.com/a?x \n', 'b.gz.url': 'no URL at all', 'c.url.url': '' };
    expect(bytesOf({ data })).toEqual({
      '/vol/v1/a.json': 'https://example.com/a?x undefined',
      '/vol/v1/b.gz': 'no URL at all undefined',
      '/vol/v1/c.url': ' undefined',
    });
    expect(desiredFiles(object({ data }), layout).files[0]).toMatchObject({ url: { entry: 'a.json.url' } });
  });

  it('holds text in base64, too', () => {
    const text = Buffer.from('http://ü').toString('base64');
    expect(bytesOf({ kind: 'secret', data: { 'a.url': text } })).toEqual({ '/vol/v1/a': 'http://ü undefined' });
    expect(bytesOf({ binaryData: { 'a.url': text } })).toEqual({ '/vol/v1/a': 'http://ü undefined' });
    expect(refusalsOf({ binaryData: { 'a.url': 'no base64', 'b.url': '/w==' } })).toEqual([
      'base64 a.url',
      'url b.url',
    ]);
  });

  it('gives its unique name to the file', () => {
    const { files } = desiredFiles(object({ data: { 'a.json.url': 'x' } }), { ...layout, uniqueFilenames: true });
    expect(files[0]?.path).toBe('/vol/v1/namespace_default.configmap_rules.a.json');
  });

  it.each([
    ['before', { 'a.url': 'http://x', a: 'plain' }],
    ['behind', { a: 'plain', 'a.url': 'http://x' }],
  ])('gives way to a plain key %s it', (_, data) => {
    expect(bytesOf({ data })).toEqual({ '/vol/v1/a': Buffer.from('plain').toString('hex') });
    expect(refusalsOf({ data })).toEqual(['duplicate-path a.url']);
  });

  it('may promise its content by a checksum', () => {
    const data = { 'a.url': 'x', 'b.url': 'y', 'c.url': 'z' };
    const text = JSON.stringify({ 'a.url': sha256, 'b.url': ` sha256:${sha256.toUpperCase()}`, 'gone.url': sha256 });
    expect(bytesOf({ data, ...checked(text) })).toEqual({
      '/vol/v1/a': `x ${sha256}`,
      '/vol/v1/b': `y ${sha256}`,
      '/vol/v1/c': 'z undefined',
    });
    expect(bytesOf({ data: { 'a.url': 'x' }, ...checked('  ') })).toEqual({ '/vol/v1/a': 'x undefined' });
  });

  it.each([
    'hunter2',
    '"hunter2"',
    '["hunter2"]',
    'null',
    '{"a.url": "hunter2"}',
    '{"a.url": 2}',
    `{"a.url": "md5:${sha256}"}`,
    `{"a.url": "${sha256}0"}`,
    `{"a.url": null, "b.url": "${sha256}"}`,
  ])('is refused alone when the checksums are %s, which is not told', (text) => {
    const refused = desiredFiles(object({ data: { 'a.url': 'x', plain: '' }, ...checked(text) }), layout);
    expect(refused.files.map(({ path }) => path)).toEqual(['/vol/v1/plain']);
    expect(refused.refusals).toMatchObject([{ reason: 'url', entry: 'a.url' }]);
    expect(refused.refusals[0]?.message).not.toContain('hunter2');
  });
});

describe('a key that ends in .gz', () => {
  const maxBytes = 1_000;
  const unpacking = async (): Promise<Layout> => ({ ...layout, gzip: { gunzip: await loadGunzip(), maxBytes } });
  const packed = (text: string | Buffer) => gzipSync(text).toString('base64');

  it('is like any other unless GZIP_KEYS is set', () => {
    expect(Object.keys(bytesOf({ binaryData: { 'a.gz': packed('x') } }))).toEqual(['/vol/v1/a.gz']);
  });

  it('is decompressed, and its file called as the rest', async () => {
    const using = await unpacking();
    const texts = (change: Partial<WatchedObject>) =>
      desiredFiles(object(change), using).files.map(
        (file) => `${file.path} ${'bytes' in file && Buffer.from(file.bytes)}`,
      );
    expect(texts({ binaryData: { 'a.json.gz': packed('{}'), 'empty.gz': packed('') } })).toEqual([
      '/vol/v1/a.json {}',
      '/vol/v1/empty ',
    ]);
    expect(texts({ kind: 'secret', data: { 'a.gz': packed('x') } })).toEqual(['/vol/v1/a x']);
    const twoParts = Buffer.concat([gzipSync('x'), gzipSync('y')]).toString('base64');
    expect(texts({ binaryData: { 'a.gz': twoParts } })).toEqual(['/vol/v1/a xy']);
    expect(texts({ binaryData: { 'a.gz': packed('x'.repeat(maxBytes)) } })[0]).toHaveLength(
      '/vol/v1/a '.length + maxBytes,
    );
  });

  it('is refused when it is none, or too large', async () => {
    const whole = gzipSync('hello');
    const change = {
      data: { 'text.gz': 'x' },
      binaryData: {
        'nothing.gz': '',
        'plain.gz': Buffer.from('hello').toString('base64'),
        'half.gz': whole.subarray(0, -9).toString('base64'),
        'tail.gz': Buffer.concat([whole, Buffer.from('tail')]).toString('base64'),
        'base.gz': '!',
        'large.gz': packed('x'.repeat(maxBytes + 1)),
        'bomb.gz': packed(Buffer.alloc(20_000_000)),
        '.gz': packed('x'),
      },
    };
    expect(refusalsOf(change, await unpacking())).toEqual([
      'gzip text.gz',
      'gzip nothing.gz',
      'gzip plain.gz',
      'gzip half.gz',
      'gzip tail.gz',
      'base64 base.gz',
      'gzip large.gz',
      'gzip bomb.gz',
      'path .gz',
    ]);
  });

  it('counts with the others of its object: many bombs of the permitted size are one', async () => {
    const binaryData = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`${i}.gz`, packed('x'.repeat(maxBytes))]),
    );
    const { files, refusals } = desiredFiles(object({ binaryData }), await unpacking());
    expect([files.length, refusals.map(({ entry }) => entry)]).toEqual([4, ['4.gz', '5.gz']]);
  });

  it('gives way to a plain key, and wins over a URL', async () => {
    const change = { data: { a: 'x', 'b.url': 'x' }, binaryData: { 'a.gz': packed('y'), 'b.gz': packed('y') } };
    expect(refusalsOf(change, await unpacking())).toEqual(['duplicate-path a.gz', 'duplicate-path b.url']);
  });
});
