import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isOurs,
  isOursToUpdate,
  readStamp,
  STAMP_ANNOTATIONS,
  STAMP_KEY,
  STAMP_TAG,
  stampAnnotations,
  stampedSpec,
  withoutStamp,
} from '../../../../../src/sinks/grafana/documents/stamp.js';
import type { JsonObject, Management, RemoteDashboard } from '../../../../../src/sinks/grafana/grafana-api.js';
import { anySpec, stamp } from './objects.js';

describe('the embedded form', () => {
  test('is the tag, and a key that says whose it is', () => {
    expect(stampedSpec({ title: 'CPU', tags: ['team'] }, stamp)).toEqual({
      title: 'CPU',
      tags: ['team', 'k8s-sidecar'],
      __k8sSidecar: stamp,
    });
  });

  test('comes back whole, and the document without it is exactly what it was', () => {
    fc.assert(
      fc.property(anySpec, (spec) => {
        const stamped = stampedSpec(spec, stamp);
        expect(readStamp({ uid: 'cpu', spec: stamped })).toEqual(stamp);
        expect(stamped['tags']).toContain(STAMP_TAG);
        expect((stamped['tags'] as unknown[]).every((tag) => typeof tag === 'string')).toBe(true);
        expect(withoutStamp(stamped)).toEqual(spec);
        expect(withoutStamp(withoutStamp(stamped))).toEqual(spec);
      }),
    );
  });

  test.each<[string, JsonObject]>([
    ['none', {}],
    ['null', { tags: null }],
    ['an empty list', { tags: [] }],
    ['some', { tags: ['b', 'a', 'b'] }],
    ['ours among them', { tags: ['k8s-sidecar', 'a'] }],
    ['ours twice', { tags: ['k8s-sidecar', 'a', 'k8s-sidecar'] }],
    ['what Grafana takes for none', { tags: ['a', 1] }],
    ['ours among what Grafana takes for none', { tags: [1, 'k8s-sidecar', 'a'] }],
    ['a text', { tags: 'k8s-sidecar' }],
  ])("the user's own tags survive: %s", (_name, tags) => {
    const spec = { title: 'CPU', ...tags };
    const stamped = stampedSpec(spec, stamp);
    expect((stamped['tags'] as unknown[]).filter((tag) => tag === STAMP_TAG).length).toBeGreaterThan(0);
    expect(withoutStamp(stamped)).toStrictEqual(spec);
  });

  test('a document that was exported from Grafana with a stamp gets the new one alone', () => {
    const exported = stampedSpec({ title: 'CPU' }, { ...stamp, uid: 'other', source: 'x/secret/y/z' });
    expect(stampedSpec(exported, stamp)).toEqual(stampedSpec({ title: 'CPU' }, stamp));
  });

  test('tags that somebody changed in Grafana stay changed, whatever ours were', () => {
    const edited = (tags: JsonObject, now: readonly string[]) =>
      withoutStamp({ ...stampedSpec({ title: 'CPU', ...tags }, stamp), tags: now });
    expect(edited({}, ['k8s-sidecar', 'new'])).toEqual({ title: 'CPU', tags: ['new'] });
    expect(edited({ tags: null }, ['new'])).toEqual({ title: 'CPU', tags: ['new'] });
    expect(edited({ tags: ['a'] }, ['k8s-sidecar'])).toEqual({ title: 'CPU', tags: [] });
    expect(edited({ tags: ['k8s-sidecar'] }, ['new', 'k8s-sidecar'])).toEqual({
      title: 'CPU',
      tags: ['new', 'k8s-sidecar'],
    });
  });

  test('a tag without a stamp is the user’s', () => {
    const spec = { title: 'CPU', tags: ['k8s-sidecar'] };
    expect(withoutStamp(spec)).toBe(spec);
    expect(readStamp({ uid: 'cpu', spec })).toBeUndefined();
  });

  test('nothing is changed in place', () => {
    const spec = Object.freeze({ title: 'CPU', tags: Object.freeze(['a']) });
    const stamped = stampedSpec(spec, stamp);
    withoutStamp(Object.freeze(stamped));
    expect(spec.tags).toEqual(['a']);
  });
});

describe('whose a dashboard is', () => {
  test("a user's copy is not ours", () => {
    const spec = stampedSpec({ title: 'CPU' }, stamp);
    expect(readStamp({ uid: 'copy', spec })).toBeUndefined();
    expect(readStamp({ uid: 'copy', spec, annotations: stampAnnotations({ ...stamp, uid: 'copy' }) })).toBeUndefined();
  });

  test.each<[string, unknown]>([
    ['no object', 'x'],
    ['null', null],
    ['no instance', { ...stamp, instance: undefined }],
    ['an empty instance', { ...stamp, instance: '' }],
    ['no source', { ...stamp, source: 5 }],
    ['a source that is none of ours', { ...stamp, source: 'dashboards/cpu.json' }],
    ['a source of a kind that we do not read', { ...stamp, source: 'web/pod/shop/cpu.json' }],
    ['a source with a part too many', { ...stamp, source: 'web/configmap/shop/a/cpu.json' }],
    ['a uid that is none', { ...stamp, uid: ['cpu'] }],
    ['a checksum that is none', { ...stamp, sha256: 'A'.repeat(64) }],
    ['a checksum that was cut', { ...stamp, sha256: 'a'.repeat(63) }],
  ])("a tampered stamp is nobody's, whatever the annotations say: %s", (_name, tampered) => {
    const spec = { title: 'CPU', tags: ['k8s-sidecar'], [STAMP_KEY]: tampered as JsonObject };
    expect(readStamp({ uid: 'cpu', spec })).toBeUndefined();
    expect(readStamp({ uid: 'cpu', spec, annotations: stampAnnotations(stamp) })).toBeUndefined();
    expect(withoutStamp(spec)).toEqual({ title: 'CPU', tags: [] });
  });

  test('the annotations count where the document cannot hold a stamp, or has lost it', () => {
    const annotations = { ...stampAnnotations(stamp), other: 'x' };
    expect(readStamp({ uid: 'cpu', spec: { title: 'CPU' }, annotations })).toEqual(stamp);
    for (const key of [
      'grafana.app/managedBy',
      'grafana.app/managerId',
      'grafana.app/sourcePath',
      'grafana.app/sourceChecksum',
    ]) {
      const { [key]: _gone, ...rest } = annotations as Record<string, string>;
      expect(readStamp({ uid: 'cpu', spec: {}, annotations: rest }), key).toBeUndefined();
    }
    const others = { ...annotations, 'grafana.app/managedBy': 'terraform' };
    expect(readStamp({ uid: 'cpu', spec: {}, annotations: others })).toBeUndefined();
    const tool = {
      ...annotations,
      'grafana.app/managerId': 'grafanactl',
      'grafana.app/sourcePath': 'file:///a/b.json',
    };
    expect(readStamp({ uid: 'cpu', spec: {}, annotations: tool })).toBeUndefined();
  });

  test('the stamp in the content is newer than annotations that say otherwise: an old version was restored', () => {
    const old = { ...stamp, sha256: 'b'.repeat(64) };
    const spec = stampedSpec({ title: 'CPU' }, old);
    expect(readStamp({ uid: 'cpu', spec, annotations: stampAnnotations(stamp) })).toEqual(old);
  });

  test('without its tag it is ours and has to be written again, since no search finds it', () => {
    const spec = { ...stampedSpec({ title: 'CPU' }, stamp), tags: ['new'] };
    expect(readStamp({ uid: 'cpu', spec })).toEqual({ ...stamp, sha256: '' });
    const { tags: _tags, ...none } = stampedSpec({ title: 'CPU' }, stamp);
    expect(readStamp({ uid: 'cpu', spec: none })).toEqual({ ...stamp, sha256: '' });
  });

  test('edits in Grafana are allowed, and every annotation of ours is in the list', () => {
    const annotations = stampAnnotations(stamp);
    expect(annotations).toEqual({
      'grafana.app/managedBy': 'kubectl',
      'grafana.app/managerId': stamp.instance,
      'grafana.app/managerAllowsEdits': 'true',
      'grafana.app/sourcePath': stamp.source,
      'grafana.app/sourceChecksum': stamp.sha256,
    });
    expect(Object.keys(annotations)).toEqual([...STAMP_ANNOTATIONS]);
  });

  const remote = (part: Partial<RemoteDashboard>): RemoteDashboard => ({
    uid: 'cpu',
    title: 'CPU',
    folderUid: '',
    version: '1',
    resourceVersion: undefined,
    management: 'nobody',
    stamp: undefined,
    apiVersion: undefined,
    spec: { title: 'CPU' },
    ...part,
  });

  test.each<[string, Partial<RemoteDashboard>, boolean, boolean]>([
    ['our stamp', { stamp, management: 'stamped' }, true, true],
    ['a stamp of another instance', { stamp: { ...stamp, instance: 'x' }, management: 'stamped' }, false, false],
    ['a stamp of another uid', { stamp: { ...stamp, uid: 'x' }, management: 'stamped' }, false, false],
    ['nothing', {}, false, false],
    ['the tag alone', { spec: { tags: ['k8s-sidecar'] } }, false, true],
    ['another tag', { spec: { tags: ['team'] } }, false, false],
    ['the tag as a text', { spec: { tags: 'k8s-sidecar' } }, false, false],
    ...(['provisioned', 'managed'] as Management[]).map(
      (management): [string, Partial<RemoteDashboard>, boolean, boolean] => [
        `the tag, and ${management}`,
        { management, spec: { tags: ['k8s-sidecar'] } },
        false,
        false,
      ],
    ),
  ])('%s: may be deleted, may be overwritten', (_name, part, mayDelete, mayUpdate) => {
    expect(isOurs(remote(part), stamp.instance)).toBe(mayDelete);
    expect(isOursToUpdate(remote(part), stamp.instance)).toBe(mayUpdate);
  });
});
