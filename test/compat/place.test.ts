import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { row } from './row.js';
import { newWorld, said } from './world.js';

const annotation = 'k8s-sidecar-target-directory';
const byUmask = 0o666 & ~process.umask();
const bytes = Buffer.from([0, 255, 254, 10, 13]);

describe.skipIf(kubeMissing)('where files go', { concurrent: true }, () => {
  it(row('FOLDER', 'is where files go, is created if missing, and is required'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const deep = join(world.base, 'some/deep/folder');
    await world.collect({ FOLDER: deep });
    expect(world.files(deep)).toEqual({ a: '1' });
    const { sidecar, exit } = await world.run({ FOLDER: '' });
    expect(exit.code).toBe(2);
    expect(said(sidecar, 'CRITICAL', 'FOLDER')).toHaveLength(1);
  });

  it(row('FOLDER_ANNOTATION', 'names a folder relative to FOLDER, or an absolute one inside it'), async (context) => {
    const world = await newWorld(context);
    await world.put('here', { here: '' });
    await world.put('relative', { relative: '' }, { annotations: { [annotation]: 'sub/folder' } });
    await world.put('absolute', { absolute: '' }, { annotations: { [annotation]: `${world.folder}/other` } });
    await world.collect();
    expect(Object.keys(world.files()).sort()).toEqual(['here', 'other/absolute', 'sub/folder/relative']);
  });

  it(row('FOLDER_ANNOTATION', 'may have another name, and the usual one means nothing then'), async (context) => {
    const world = await newWorld(context);
    await world.put('theirs', { theirs: '' }, { annotations: { 'example.com/folder': 'sub' } });
    await world.put('usual', { usual: '' }, { annotations: { [annotation]: 'sub' } });
    await world.collect({ FOLDER_ANNOTATION: 'example.com/folder' });
    expect(Object.keys(world.files()).sort()).toEqual(['sub/theirs', 'usual']);
  });

  it(
    row('UNIQUE_FILENAMES', 'has namespace, kind, object and key in the name; plain keys by default'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('one', { 'a.json': 'map' });
      await world.putSecret('one', { 'b.json': 'secret' });
      await world.collect({ RESOURCE: 'both' });
      expect(world.files()).toEqual({ 'a.json': 'map', 'b.json': 'secret' });
      const FOLDER = join(world.base, 'unique');
      await world.collect({ RESOURCE: 'both', UNIQUE_FILENAMES: 'True', FOLDER });
      expect(world.files(FOLDER)).toEqual({
        [`namespace_${world.namespace}.configmap_one.a.json`]: 'map',
        [`namespace_${world.namespace}.secret_one.b.json`]: 'secret',
      });
    },
  );

  it.for([
    ['', byUmask],
    ['440', 0o440],
    ['0644', 0o644],
    ['0o600', 0o600],
  ] as const)(
    row('DEFAULT_FILE_MODE', 'of "%s" is the mode of the files, by the umask by default'),
    async ([mode, wanted], context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      await world.startSynced({ DEFAULT_FILE_MODE: mode });
      const modeOf = () => statSync(join(world.folder, 'a')).mode & 0o7777;
      expect(modeOf().toString(8)).toBe(wanted.toString(8));
      await world.patch('a', { data: { a: '2' } });
      await world.holds({ a: '2' });
      expect(modeOf().toString(8)).toBe(wanted.toString(8));
    },
  );

  it(
    row('keys-become-files', 'text as text, binaryData and Secrets as the bytes that they encode'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('map', { text: 'grüße\r\n', empty: '', '.hidden': 'h' }, { binaryData: { 'bytes.bin': bytes } });
      await world.putSecret('secret', { key: bytes });
      await world.collect({ RESOURCE: 'both' });
      expect(Object.keys(world.files()).sort()).toEqual(['.hidden', 'bytes.bin', 'empty', 'key', 'text']);
      expect(readFileSync(join(world.folder, 'text'), 'utf8')).toBe('grüße\r\n');
      expect(readFileSync(join(world.folder, 'bytes.bin'))).toEqual(bytes);
      expect(readFileSync(join(world.folder, 'key'))).toEqual(bytes);
      expect(statSync(join(world.folder, 'empty')).size).toBe(0);
    },
  );

  it(
    row('url-keys', 'become files without the suffix, with what the URL returns, from text and base64 fields alike'),
    async (context) => {
      const world = await newWorld(context);
      world.application.answer({ status: 200, body: '{"title": "größe"}' });
      const url = `http://127.0.0.1:${world.application.port}`;
      await world.put(
        'map',
        { 'a.json.url': `${url}/a`, plain: 'p' },
        { binaryData: { 'b.json.url': Buffer.from(`${url}/b\n`) } },
      );
      await world.putSecret('secret', { 'c.json.url': `${url}/c` });
      await world.startSynced({ RESOURCE: 'both', URL_ALLOWED_HOSTS: '127.0.0.1' });
      const got = '{"title": "größe"}';
      await world.holds({ 'a.json': got, 'b.json': got, 'c.json': got, plain: 'p' });
      expect(world.application.requests.map(({ path }) => path).sort()).toEqual(['/a', '/b', '/c']);
      await world.patch('map', { data: { 'a.json.url': null } });
      await world.holds({ 'b.json': got, 'c.json': got, plain: 'p' });
    },
  );

  it(
    row(
      ['same-content', 'silence-without-change'],
      'is not written again, neither at the start nor later, and nobody is told',
    ),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      mkdirSync(world.folder);
      const path = join(world.folder, 'a');
      writeFileSync(path, '1');
      const before = statSync(path, { bigint: true });
      await world.startSynced({ REQ_URL: world.application.url, NOTIFY_DEBOUNCE: '0.1' });
      await world.patch('a', { metadata: { annotations: { note: 'changed' } } });
      await world.put('barrier', { barrier: '' });
      await eventually('the barrier is told', () => world.application.requests.length > 0);
      const after = statSync(path, { bigint: true });
      expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
      expect(world.application.requests).toHaveLength(1);
    },
  );

  it(
    row('removal', 'of a key, a label, an object, and a folder that the annotation named, each takes its file along'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('key', { gone: '', stays: '' });
      await world.put('label', { label: '' });
      await world.put('object', { object: '' });
      await world.put('moves', { moves: '' }, { annotations: { [annotation]: 'old' } });
      await world.startSynced();
      expect(Object.keys(world.files())).toHaveLength(5);
      await world.patch('key', { data: { gone: null } });
      await world.holds({ stays: '', label: '', object: '', 'old/moves': '' });
      await world.patch('label', { metadata: { labels: { collect: null } } });
      await world.holds({ stays: '', object: '', 'old/moves': '' });
      await world.client.delete('configmaps', world.namespace, 'object');
      await world.holds({ stays: '', 'old/moves': '' });
      await world.patch('moves', { metadata: { annotations: { [annotation]: 'new' } } });
      await world.holds({ stays: '', 'new/moves': '' });
      await world.patch('moves', { metadata: { annotations: { [annotation]: null } } });
      await world.holds({ stays: '', moves: '' });
    },
  );

  it(row('removal', 'of a label value counts as well'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '' }, { labels: { collect: '1' } });
    await world.startSynced({ LABEL_VALUE: '1' });
    await world.holds({ a: '' });
    await world.patch('a', { metadata: { labels: { collect: '2' } } });
    await world.holds({});
  });

  it(
    row('reserved-names', 'are refused one by one, with one warning, and keep nobody from being ready'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('mixed', { '.ks-state': 'no', '.ks': 'fine', fine: 'fine' });
      const sidecar = await world.startSynced();
      expect(world.files()).toEqual({ '.ks': 'fine', fine: 'fine' });
      const warnings = said(sidecar, 'WARNING', '.ks-state');
      expect(warnings).toHaveLength(1);
      expect(sidecar.output()).toContain(`${world.namespace}/mixed`);
      expect((await sidecar.health('/readyz')).status).toBe(200);
    },
  );
});
