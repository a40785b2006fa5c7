import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { WatchedObject } from '../../../../../src/model.js';
import { loadGunzip } from '../../../../../src/sinks/files/gunzip.js';
import { dashboardHash } from '../../../../../src/sinks/grafana/documents/dashboard-hash.js';
import { uidOfSource } from '../../../../../src/sinks/grafana/documents/dashboard-uid.js';
import {
  type DesiredDashboardsOptions,
  desiredDashboards,
} from '../../../../../src/sinks/grafana/documents/desired-dashboards.js';
import { parseDashboard } from '../../../../../src/sinks/grafana/documents/parse-dashboard.js';
import { base64, objectWith } from './objects.js';

const options: DesiredDashboardsOptions = {
  instance: 'web/grafana_dashboard',
  folderUidKeys: ['folderUid', 'ericsson.com.cos.grafana/folderUid'],
  folderIdKeys: ['folderID', 'folderId', 'ericsson.com.cos.grafana/folderId'],
};

const desired = (part: Partial<WatchedObject>, more: Partial<DesiredDashboardsOptions> = {}) =>
  desiredDashboards(objectWith(part), { ...options, ...more });
const cpu = '{"uid":"cpu","title":"CPU"}';

describe('every key that ends in .json is a dashboard', () => {
  test('all of them, not the first alone, and no key is taken for another', () => {
    const data = {
      'a.json': '{"uid":"a","title":"A"}',
      'a.json2': '{"uid":"b","title":"B"}',
      'ab.json': '{"uid":"c","title":"C"}',
    };
    const { dashboards, refusals } = desired({ data, binaryData: { 'd.json': base64('{"uid":"d","title":"D"}') } });
    expect(dashboards.map(({ uid, source }) => [uid, source])).toEqual([
      ['a', 'web/configmap/shop/a.json'],
      ['c', 'web/configmap/shop/ab.json'],
      ['d', 'web/configmap/shop/d.json'],
    ]);
    expect(refusals).toEqual([]);
  });

  test('other keys are none of ours, whatever is in them', () => {
    const data = {
      'a.yaml': 'x',
      json: '{',
      'a.JSON': '{',
      'a.json.gz': '!',
      'a.yaml.url': 'http://x',
      'a.json.gz.url': 'http://x',
    };
    expect(desired({ data })).toEqual({ dashboards: [], urls: [], refusals: [] });
  });

  test('what a dashboard has from its object', () => {
    const [dashboard] = desired({
      data: { 'cpu.json': '{"title":"CPU","id":7,"version":3,"uid":"cpu","panels":[]}' },
    }).dashboards;
    expect(dashboard).toEqual({
      uid: 'cpu',
      title: 'CPU',
      apiVersion: undefined,
      spec: { title: 'CPU', panels: [] },
      sha256: dashboardHash({ title: 'CPU', panels: [] }),
      folder: undefined,
      folderTitle: undefined,
      source: 'web/configmap/shop/cpu.json',
      entry: 'cpu.json',
      message: 'Automatic update from configMap shop',
      warnings: [],
    });
  });

  test('the data of a Secret is base64, and its message says that it is one', () => {
    const { dashboards } = desired({ kind: 'secret', data: { 'cpu.json': base64(cpu) } });
    expect(dashboards).toMatchObject([
      { uid: 'cpu', title: 'CPU', source: 'web/secret/shop/cpu.json', message: 'Automatic update from secret shop' },
    ]);
  });

  test('text and base64 of it are one dashboard', () => {
    const text = '{"uid":"cpu","title":"CPU – Prozeß"}';
    const [a] = desired({ data: { 'cpu.json': text } }).dashboards;
    const [b] = desired({ binaryData: { 'cpu.json': base64(text) } }).dashboards;
    expect(a).toEqual(b);
  });

  test('what is no base64 is refused alone', () => {
    const { dashboards, refusals } = desired({ kind: 'secret', data: { 'a.json': 's3cret', 'cpu.json': base64(cpu) } });
    expect(dashboards).toHaveLength(1);
    expect(refusals).toMatchObject([{ key: 'secret/web/shop', entry: 'a.json', reason: 'base64' }]);
    expect(JSON.stringify(refusals)).not.toContain('s3cret');
  });

  test('a name that is longer than Grafana takes a message is cut', () => {
    const { dashboards } = desired({ name: 'n'.repeat(600), data: { 'cpu.json': cpu } });
    expect(dashboards[0]?.message).toHaveLength(500);
  });

  test('GZIP_KEYS: a compressed one is called as the rest', async () => {
    const gzip = { gunzip: await loadGunzip(), maxBytes: 1000 };
    const binaryData = { 'cpu.json.gz': base64(gzipSync(cpu)), 'bomb.json.gz': base64(gzipSync('x'.repeat(2000))) };
    const { dashboards, refusals } = desired({ binaryData }, { gzip });
    expect(dashboards).toMatchObject([{ uid: 'cpu', source: 'web/configmap/shop/cpu.json', entry: 'cpu.json.gz' }]);
    expect(refusals).toMatchObject([{ entry: 'bomb.json.gz', reason: 'gzip' }]);
  });
});

describe('a key that ends in .json.url', () => {
  const href = 'https://user:s3cret@host/cpu';

  test('is called as the rest, and what comes is read by the same rules', () => {
    const annotations = { folderUid: 'team', folderTitle: 'Team' };
    const { urls, dashboards, refusals } = desired({ annotations, data: { 'cpu.json.url': ` ${href}\n` } });
    expect({ dashboards, refusals }).toEqual({ dashboards: [], refusals: [] });
    expect(urls).toMatchObject([{ url: { entry: 'cpu.json.url', href } }]);
    const place = urls[0]?.place ?? expect.fail();
    const { uid, title, spec, sha256, ...same } =
      desired({ annotations, data: { 'cpu.json': cpu } }).dashboards[0] ?? expect.fail();
    expect(parseDashboard(Buffer.from(cpu), place)).toEqual({
      ...same,
      uid,
      title,
      spec,
      sha256,
      entry: 'cpu.json.url',
    });
    const refused = parseDashboard(Buffer.from('s3cret'), place);
    expect(refused).toMatchObject({
      type: 'refused',
      key: 'configmap/web/shop',
      entry: 'cpu.json.url',
      reason: 'dashboard',
    });
    expect(JSON.stringify(refused)).not.toContain('s3cret');
  });

  test('keeps the uid when the document moves from the key to behind a URL', () => {
    const [plain] = desired({ data: { 'cpu.json': '{"title":"CPU"}' } }).dashboards;
    expect(desired({ data: { 'cpu.json.url': href } }).urls[0]?.place.uid).toBe(plain?.uid);
  });

  test('the checksum of the annotation goes with it', () => {
    const annotations = { 'k8s-sidecar-url-checksums': JSON.stringify({ 'cpu.json.url': 'a'.repeat(64) }) };
    expect(desired({ annotations, data: { 'cpu.json.url': href } }).urls[0]?.url.sha256).toBe('a'.repeat(64));
  });
});

describe('two keys that want one thing', () => {
  test('of one name: the plain key counts, whatever the order', () => {
    const { dashboards, urls, refusals } = desired({ data: { 'cpu.json.url': 'https://host', 'cpu.json': cpu } });
    expect([dashboards.length, urls.length]).toEqual([1, 0]);
    expect(refusals).toEqual([
      {
        type: 'refused',
        key: 'configmap/web/shop',
        entry: 'cpu.json.url',
        reason: 'duplicate-path',
        message:
          'The key "cpu.json.url" of configmap/web/shop wants the same name as another key of it, which counts; change one of them.',
      },
    ]);
  });

  test('of one name, where the plain key cannot be read: nothing takes its place', () => {
    const { urls, refusals } = desired({ data: { 'cpu.json.url': 'https://host', 'cpu.json': 'x' } });
    expect(urls).toEqual([]);
    expect(refusals.map(({ entry, reason }) => [entry, reason])).toEqual([
      ['cpu.json', 'dashboard'],
      ['cpu.json.url', 'duplicate-path'],
    ]);
  });

  test('of one name in both maps, which only a manifest can have: data counts', () => {
    const binaryData = { 'cpu.json': base64('{"uid":"x","title":"X"}') };
    const { dashboards, refusals } = desired({ binaryData, data: { 'cpu.json': cpu } });
    expect(dashboards.map(({ uid }) => uid)).toEqual(['cpu']);
    expect(refusals).toMatchObject([{ entry: 'cpu.json', reason: 'duplicate-path' }]);
  });

  test('of one uid: the first by name counts, whatever the order', () => {
    const data = { 'b.json': '{"uid":"x","title":"B"}', 'a.json': '{"uid":"x","title":"A"}' };
    const { dashboards, refusals } = desired({ data });
    expect(dashboards.map(({ title }) => title)).toEqual(['A']);
    expect(refusals).toMatchObject([
      {
        entry: 'b.json',
        reason: 'duplicate-path',
        message:
          'The key "b.json" of configmap/web/shop holds the same uid (x) as another key of it, which counts; change one of them.',
      },
    ]);
    const turned = desired({ data: Object.fromEntries(Object.entries(data).reverse()) });
    expect(turned.dashboards.map(({ title }) => title)).toEqual(['A']);
  });
});

describe('the folder', () => {
  const folderOf = (part: Partial<WatchedObject>, more: Partial<DesiredDashboardsOptions> = {}) =>
    desired({ data: { 'cpu.json': cpu }, ...part }, more).dashboards[0]?.folder;

  test.each<[string, Partial<WatchedObject>, object | undefined]>([
    ['none', {}, undefined],
    ['a uid in a label', { labels: { folderUid: 'team' } }, { uid: 'team' }],
    ["the seed's label", { labels: { 'ericsson.com.cos.grafana/folderUid': 'team' } }, { uid: 'team' }],
    ["the seed's id", { labels: { 'ericsson.com.cos.grafana/folderId': '7' } }, { id: 7 }],
    ['an id in an annotation', { annotations: { folderID: ' 12 ' } }, { id: 12 }],
    ['an annotation before a label', { annotations: { folderUid: 'a' }, labels: { folderUid: 'b' } }, { uid: 'a' }],
    [
      'an annotation of the second key before a label of the first',
      { annotations: { 'ericsson.com.cos.grafana/folderUid': 'a' }, labels: { folderUid: 'b' } },
      { uid: 'a' },
    ],
    ['the first key', { labels: { 'ericsson.com.cos.grafana/folderUid': 'b', folderUid: 'a' } }, { uid: 'a' }],
    ['a uid before an id', { annotations: { folderId: '7' }, labels: { folderUid: 'a' } }, { uid: 'a' }],
    [
      "the seed's default id, which hid the uid there",
      { labels: { 'ericsson.com.cos.grafana/folderId': '0', 'ericsson.com.cos.grafana/folderUid': 'l3KqBxCMz' } },
      { uid: 'l3KqBxCMz' },
    ],
    ['id 0, which is the root', { labels: { folderId: '0' } }, { id: 0 }],
    ['general, which is the root', { labels: { folderUid: 'general' } }, { uid: '' }],
    [
      'an empty value, which is none',
      { labels: { folderUid: '', folderId: '7' }, annotations: { folderUid: ' ' } },
      { id: 7 },
    ],
    ['keys that every object in JavaScript has', { labels: {}, annotations: {} }, undefined],
  ])('%s', (_name, part, expected) => {
    expect(folderOf(part)).toEqual(expected);
  });

  test('a key of the table counts only where the object has it itself', () => {
    expect(folderOf({}, { folderUidKeys: ['constructor'], folderIdKeys: ['toString'] })).toBeUndefined();
  });

  test('GRAFANA_FOLDER_UID is for those that name none', () => {
    expect(folderOf({}, { folderUid: 'default' })).toEqual({ uid: 'default' });
    expect(folderOf({}, { folderUid: '' })).toEqual({ uid: '' });
    expect(folderOf({ labels: { folderId: '0' } }, { folderUid: 'default' })).toEqual({ id: 0 });
  });

  test.each<[string, Partial<WatchedObject>, string]>([
    [
      'uid',
      { labels: { folderUid: 'a.b' } },
      'The dashboards of configmap/web/shop are not pushed: Expected its label folderUid to be at most 40 letters, digits, - and _, got "a.b".',
    ],
    [
      'id',
      { annotations: { folderId: '-1' } },
      'The dashboards of configmap/web/shop are not pushed: Expected its annotation folderId to be the number of a folder, or 0 for the root, got "-1".',
    ],
    [
      'id that no number holds',
      { labels: { folderID: '9007199254740993' } },
      'The dashboards of configmap/web/shop are not pushed: Expected its label folderID to be the number of a folder, or 0 for the root, got "9007199254740993".',
    ],
  ])('a wrong %s refuses the whole object', (_name, part, message) => {
    const data = { 'a.json': cpu, 'b.json': 'x', 'c.json.url': 'https://host' };
    expect(desired({ data, ...part })).toEqual({
      dashboards: [],
      urls: [],
      refusals: [{ type: 'refused', key: 'configmap/web/shop', reason: 'dashboard', message }],
    });
  });

  test('a wrong folder of an object without dashboards is nobody’s matter', () => {
    expect(desired({ data: { 'a.yaml': 'x' }, labels: { folderUid: 'a b' } }).refusals).toEqual([]);
  });

  test('its title is an annotation, without the blanks around it', () => {
    const title = (folderTitle: string) =>
      desired({ data: { 'cpu.json': cpu }, annotations: { folderTitle } }).dashboards[0]?.folderTitle;
    expect(title(' Team A\n')).toBe('Team A');
    expect(title(' ')).toBeUndefined();
  });

  test("a Kubernetes-style document's own counts after the object's and before the default", () => {
    const data = {
      'cpu.json': JSON.stringify({
        apiVersion: 'dashboard.grafana.app/v1beta1',
        kind: 'Dashboard',
        metadata: { name: 'cpu', annotations: { 'grafana.app/folder': 'own' } },
        spec: { title: 'CPU' },
      }),
    };
    expect(folderOf({ data }, { folderUid: 'default' })).toEqual({ uid: 'own' });
    expect(folderOf({ data, labels: { folderId: '7' } }, { folderUid: 'default' })).toEqual({ id: 7 });
  });
});

test('whatever an object holds, each uid is one that Grafana takes, once, and nothing is thrown', () => {
  const uid = fc.oneof(
    fc.constantFrom('a', 'b', '', 'a b', 'x'.repeat(41)),
    fc.string(),
    fc.integer(),
    fc.constant(null),
  );
  const document = fc.oneof(
    fc.record({ uid, title: fc.constantFrom('A', 'B') }),
    fc.record({ title: fc.string() }),
    fc.record({
      apiVersion: fc.constantFrom('dashboard.grafana.app/v1', 'dashboard.grafana.app/v2', 'v1'),
      kind: fc.constantFrom('Dashboard', 'List'),
      metadata: fc.oneof(fc.record({ name: uid }), fc.constant(null)),
      spec: fc.oneof(fc.record({ uid, title: fc.constant('A') }), fc.constant(null)),
    }),
  );
  const content = fc.oneof(
    document.map((json) => JSON.stringify(json)),
    fc.json(),
    fc.string(),
  );
  const data = fc.dictionary(fc.constantFrom('a.json', 'b.json', 'c.json', 'a.json.url', 'x.yaml'), content);
  fc.assert(
    fc.property(data, (one) => {
      const { dashboards, urls, refusals } = desired({ data: one });
      for (const { uid: found, sha256 } of dashboards) {
        expect(found).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      }
      expect(new Set(dashboards.map((dashboard) => dashboard.uid)).size).toBe(dashboards.length);
      const keys = Object.keys(one).filter((name) => name !== 'x.yaml');
      expect(dashboards.length + urls.length + refusals.length).toBe(keys.length);
    }),
  );
});

test('a document without a uid gets that of its source', () => {
  const { dashboards } = desired({ data: { 'cpu.json': '{"title":"CPU"}' } });
  expect(dashboards[0]?.uid).toBe(uidOfSource('web/grafana_dashboard', 'web/configmap/shop/cpu.json'));
});
