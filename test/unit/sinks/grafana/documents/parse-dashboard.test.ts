import { describe, expect, test } from 'vitest';
import type { DashboardPlace } from '../../../../../src/sinks/grafana/documents/desired-dashboard.js';
import { parseDashboard } from '../../../../../src/sinks/grafana/documents/parse-dashboard.js';
import { stampedSpec } from '../../../../../src/sinks/grafana/documents/stamp.js';
import { stamp } from './objects.js';

const place: DashboardPlace = {
  key: 'configmap/web/shop',
  entry: 'cpu.json',
  source: 'web/configmap/shop/cpu.json',
  uid: 'ks-0123',
  folder: undefined,
  defaultFolderUid: undefined,
  folderTitle: undefined,
  message: 'Automatic update from configMap shop',
};

const parse = (content: unknown) =>
  parseDashboard(
    content instanceof Uint8Array || typeof content === 'string' ? content : JSON.stringify(content),
    place,
  );

function parsed(content: unknown) {
  const dashboard = parse(content);
  if ('reason' in dashboard) throw new Error(`Expected a dashboard, got: ${dashboard.message}`);
  return dashboard;
}

const resource = (more: object = {}) => ({
  apiVersion: 'dashboard.grafana.app/v1beta1',
  kind: 'Dashboard',
  metadata: { name: 'cpu' },
  spec: { title: 'CPU' },
  ...more,
});

describe('the uid', () => {
  test.each<[string, unknown, string]>([
    ['that of the document', { uid: 'cpu', title: 'CPU' }, 'cpu'],
    ['blanks around it do not count', { uid: ' cpu\n', title: 'CPU' }, 'cpu'],
    ['none', { title: 'CPU' }, 'ks-0123'],
    ['null', { uid: null, title: 'CPU' }, 'ks-0123'],
    ['empty', { uid: ' ', title: 'CPU' }, 'ks-0123'],
    ['the name of a Kubernetes-style document', resource(), 'cpu'],
    ['its spec.uid', resource({ metadata: {}, spec: { uid: 'own', title: 'CPU' } }), 'own'],
    ['both, which are equal', resource({ spec: { uid: 'cpu', title: 'CPU' } }), 'cpu'],
    ['neither', resource({ metadata: undefined }), 'ks-0123'],
  ])('%s', (_name, document, uid) => {
    const dashboard = parsed(document);
    expect(dashboard.uid).toBe(uid);
    expect(dashboard.warnings).toEqual([]);
    expect(dashboard.spec).toEqual({ title: 'CPU' });
  });

  test.each([
    ['a b'],
    ['a'.repeat(41)],
    [5],
    [{}],
  ])('one that Grafana does not take gives way to that of the source: %j', (uid) => {
    for (const document of [{ uid, title: 'CPU' }, resource({ metadata: { name: uid } })]) {
      expect(parsed(document)).toMatchObject({
        uid: 'ks-0123',
        warnings: [
          'The key "cpu.json" of configmap/web/shop has a uid that Grafana does not take (at most 40 letters, digits, - and _): it gets ks-0123 instead.',
        ],
      });
    }
  });
});

describe('the content', () => {
  test('is the document without id, uid and version', () => {
    expect(
      parsed({ id: 5, uid: 'cpu', version: 9, title: 'CPU', panels: [{ id: 1, uid: 'x', version: 2 }] }).spec,
    ).toEqual({
      title: 'CPU',
      panels: [{ id: 1, uid: 'x', version: 2 }],
    });
  });

  test('is the same dashboard whatever id and version an export has', () => {
    const hash = (more: object) => parsed({ title: 'CPU', ...more }).sha256;
    expect(hash({ id: 5, version: 9, uid: 'a' })).toBe(hash({ id: null }));
    expect(hash({ schemaVersion: 5 })).not.toBe(hash({}));
  });

  test('is what the API answers, without its wrapper', () => {
    const answer = { meta: { folderUid: 'x' }, dashboard: { id: 5, uid: 'cpu', title: 'CPU' } };
    expect(parsed(answer)).toMatchObject({ uid: 'cpu', spec: { title: 'CPU' }, folder: undefined });
    expect(parsed({ title: 'CPU', dashboard: { title: 'x' } }).spec).toEqual({
      title: 'CPU',
      dashboard: { title: 'x' },
    });
  });

  test('has no stamp of ours, where somebody exported one', () => {
    const exported = { ...stampedSpec({ title: 'CPU', tags: ['a'] }, stamp), uid: 'cpu' };
    expect(parsed(exported).spec).toEqual({ title: 'CPU', tags: ['a'] });
    expect(parsed(exported).sha256).toBe(parsed({ title: 'CPU', tags: ['a'] }).sha256);
    expect(parsed(resource({ spec: exported })).spec).toEqual({ title: 'CPU', tags: ['a'] });
  });

  test('of a Kubernetes-style document is its spec, the rest of an export is of another Grafana', () => {
    const metadata = {
      name: 'cpu',
      namespace: 'org-7',
      resourceVersion: '5',
      annotations: { 'grafana.app/managedBy': 'repo', 'grafana.app/folder': 'team' },
    };
    const dashboard = parsed(resource({ metadata, spec: { id: 7, version: 2, title: 'CPU' }, status: {} }));
    expect(dashboard).toMatchObject({
      apiVersion: 'dashboard.grafana.app/v1beta1',
      folder: { uid: 'team' },
      title: 'CPU',
    });
    expect(dashboard.spec).toEqual({ title: 'CPU' });
  });

  test.each(['v0alpha1', 'v1', 'v1beta1', 'v2alpha1', 'v2', 'v12beta3'])('of %s is taken', (version) => {
    const apiVersion = `dashboard.grafana.app/${version}`;
    expect(parsed(resource({ apiVersion })).apiVersion).toBe(apiVersion);
  });

  test('in the v2 schema keeps every key, since none of them is an identity there', () => {
    const spec = { title: 'CPU', id: 1, version: 2, elements: {}, layout: {} };
    expect(parsed(resource({ apiVersion: 'dashboard.grafana.app/v2', spec })).spec).toEqual(spec);
  });

  test('may begin with a byte order mark, as text and as bytes', () => {
    expect(parsed('\uFEFF{"title":"CPU"}').title).toBe('CPU');
    expect(parsed(Buffer.from('\uFEFF{"title":"CPU"}')).title).toBe('CPU');
  });

  test('keeps a key that JavaScript has another use for', () => {
    const { spec } = parsed('{"title":"CPU","__proto__":{"a":1},"constructor":5}');
    expect(Object.entries(spec)).toEqual([
      ['title', 'CPU'],
      ['__proto__', { a: 1 }],
      ['constructor', 5],
    ]);
  });
});

describe('what is no dashboard is refused without a word of its content', () => {
  const noResource =
    'it is a Kubernetes-style document, but no Dashboard of dashboard.grafana.app/…; write one dashboard a key, no list and no other kind';
  test.each<[string, unknown, string]>([
    ['nothing', '', 'it is no JSON'],
    ['no JSON', 's3cret', 'it is no JSON'],
    ['two documents', '{"title":"s3cret"}{}', 'it is no JSON'],
    ['bytes that are no UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 'it is no JSON'],
    ['null', 'null', 'it is no JSON object; write the JSON of one dashboard'],
    ['a list', '[{"title":"s3cret"}]', 'it is no JSON object; write the JSON of one dashboard'],
    ['no title', { uid: 's3cret' }, 'it has no title; give it one'],
    ['an empty title', { title: ' \n', uid: 's3cret' }, 'it has no title; give it one'],
    ['a title that is no text', { title: ['s3cret'] }, 'it has no title; give it one'],
    ['a long title', { title: `s3cret${'ä'.repeat(2498)}` }, 'its title has more than 5000 bytes'],
    ['a deep one', `{"title":"s3cret","a":${'['.repeat(501)}${']'.repeat(501)}}`, 'it is nested too deeply'],
    [
      'the v2 schema by itself',
      { title: 's3cret', elements: {}, layout: {} },
      'it is in the v2 schema without its wrapper; write apiVersion (dashboard.grafana.app/v2), kind, metadata and spec',
    ],
    ["a list of Kubernetes'", { apiVersion: 'v1', kind: 'List', items: ['s3cret'] }, noResource],
    ['another group', resource({ apiVersion: 'grafana.integreatly.org/v1beta1' }), noResource],
    ['a group that begins alike', resource({ apiVersion: 'dashboard.grafana.app.s3cret/v1' }), noResource],
    ['a version that is none', resource({ apiVersion: 'dashboard.grafana.app/s3cret' }), noResource],
    ['another kind', resource({ kind: 's3cret' }), noResource],
    ['no kind', resource({ kind: undefined }), noResource],
    ['no apiVersion', resource({ apiVersion: undefined }), noResource],
    ['no spec', resource({ spec: 's3cret' }), 'it has no spec; write the contents of the dashboard there'],
    [
      'two uids',
      resource({ spec: { title: 'CPU', uid: 's3cret' } }),
      'its metadata.name and its spec.uid differ; leave one of them out',
    ],
    [
      'a folder that is none',
      resource({ metadata: { annotations: { 'grafana.app/folder': 's3 cret' } } }),
      'its annotation grafana.app/folder is no uid of a folder',
    ],
  ])('%s', (_name, content, why) => {
    expect(parse(content)).toEqual({
      type: 'refused',
      key: 'configmap/web/shop',
      entry: 'cpu.json',
      reason: 'dashboard',
      message: `The key "cpu.json" of configmap/web/shop is no dashboard that can be pushed: ${why}.`,
    });
  });

  test('a title of 5000 bytes is short enough', () => {
    expect(parsed({ title: 'ä'.repeat(2500) }).title).toHaveLength(2500);
  });
});

describe('an export for sharing is pushed as it is', () => {
  const inputs = [{ name: 'DS_PROMETHEUS', type: 'datasource' }];
  const panels = [{ datasource: `\${DS_PROMETHEUS}` }];
  const warning =
    'The key "cpu.json" of configmap/web/shop was exported for sharing: it has inputs that nobody fills in here; export it without that choice.';

  test('with a warning where its inputs are used', () => {
    const dashboard = parsed({ title: 'CPU', __inputs: inputs, panels });
    expect(dashboard.warnings).toEqual([warning]);
    expect(dashboard.spec).toEqual({ title: 'CPU', __inputs: inputs, panels });
  });

  test.each<[string, object]>([
    ['they are not used', { __inputs: inputs, panels: [] }],
    ['another begins alike', { __inputs: inputs, panels: [{ datasource: `\${DS_PROMETHEUS_2}` }] }],
    ['a variable has their name', { __inputs: inputs, panels, templating: { list: [{ name: 'DS_PROMETHEUS' }] } }],
    ['there are none', { __inputs: [], panels }],
    ['it is no list', { __inputs: {}, panels }],
    ['they are nonsense', { __inputs: [null, 5, {}, { name: 5 }], panels }],
  ])('without one where %s', (_name, document) => {
    expect(parsed({ title: 'CPU', ...document }).warnings).toEqual([]);
  });

  test('a variable of another name does not help', () => {
    const templating = { list: [null, { name: 'other' }] };
    expect(parsed({ title: 'CPU', __inputs: inputs, panels, templating }).warnings).toEqual([warning]);
    expect(parsed({ title: 'CPU', __inputs: inputs, panels, templating: { list: 5 } }).warnings).toEqual([warning]);
  });
});
