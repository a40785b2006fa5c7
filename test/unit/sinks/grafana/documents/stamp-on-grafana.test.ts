import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dashboardHash } from '../../../../../src/sinks/grafana/documents/dashboard-hash.js';
import { sameContent } from '../../../../../src/sinks/grafana/documents/same-content.js';
import {
  readStamp,
  stampAnnotations,
  stampedSpec,
  withoutStamp,
} from '../../../../../src/sinks/grafana/documents/stamp.js';
import type { JsonObject, Stamp } from '../../../../../src/sinks/grafana/grafana-api.js';
import { type FakeGrafana, startFakeGrafana } from '../../../../../src/testing/index.js';
import { anySpec, stamp as base } from './objects.js';

const HEADERS = {
  authorization: `Basic ${Buffer.from('admin:admin').toString('base64')}`,
  'content-type': 'application/json',
};

/** As JSON sends it: halves of surrogates are none of UTF-8. */
const sendable = anySpec.filter(
  (spec) => JSON.stringify(spec).isWellFormed() && !/\\ud[89a-f]/i.test(JSON.stringify(spec)),
);

describe.each(['9.5', '10.4', '11.2', '11.6', '12.4', '13.2'])('Grafana %s', (version) => {
  let grafana: FakeGrafana;
  beforeAll(async () => {
    grafana = await startFakeGrafana({ version });
  });
  afterAll(() => grafana.close());

  const ask = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${grafana.url}${path}`, {
      method,
      headers: HEADERS,
      ...(body && { body: JSON.stringify(body) }),
    });
    expect(answer.ok, `${method} ${path}: ${answer.status}`).toBe(true);
    return (await answer.json()) as Record<string, JsonObject>;
  };
  const legacyGet = async () => (await ask('GET', '/api/dashboards/uid/cpu'))['dashboard'] as JsonObject;
  const content = ({ id: _id, uid: _uid, version: _version, ...rest }: JsonObject) => withoutStamp(rest);
  const stampOf = (spec: JsonObject): Stamp => ({ ...base, sha256: dashboardHash(spec) ?? '' });

  test('the stamp of the legacy family survives, and so does the document', async () => {
    await fc.assert(
      fc.asyncProperty(sendable, async (spec) => {
        grafana.removeDashboard('cpu');
        const stamp = stampOf(spec);
        await ask('POST', '/api/dashboards/db', { dashboard: { ...stampedSpec(spec, stamp), uid: 'cpu' } });
        const found = await legacyGet();
        expect(readStamp({ uid: 'cpu', spec: found })).toEqual(stamp);
        expect(sameContent(spec, content(found))).toBe('same');
        expect(dashboardHash(content(found))).toBe(stamp.sha256);
        const hits = (await ask('GET', '/api/search?tag=k8s-sidecar')) as unknown as { uid: string }[];
        expect(hits.map(({ uid }) => uid)).toEqual(['cpu']);
      }),
      { numRuns: 20 },
    );
  });

  test('a copy that somebody saved is not ours, the original still is', async () => {
    grafana.removeDashboard('cpu');
    const stamped = stampedSpec({ title: 'CPU' }, base);
    await ask('POST', '/api/dashboards/db', { dashboard: { ...stamped, uid: 'cpu' } });
    await ask('POST', '/api/dashboards/db', {
      dashboard: { ...(await legacyGet()), id: null, uid: 'copy', title: 'Copy' },
    });
    const copy = (await ask('GET', '/api/dashboards/uid/copy'))['dashboard'] as JsonObject;
    expect(readStamp({ uid: 'copy', spec: copy })).toBeUndefined();
    expect(content(copy)).toEqual({ title: 'Copy' });
    expect(readStamp({ uid: 'cpu', spec: await legacyGet() })).toEqual(base);
    grafana.removeDashboard('copy');
  });

  test('an edit in Grafana keeps the stamp, and shows', async () => {
    grafana.removeDashboard('cpu');
    await ask('POST', '/api/dashboards/db', {
      dashboard: { ...stampedSpec({ title: 'CPU', tags: [] }, base), uid: 'cpu' },
    });
    grafana.editDashboard('cpu', (spec) => ({ ...spec, title: 'RAM' }));
    const found = await legacyGet();
    expect(readStamp({ uid: 'cpu', spec: found })).toEqual(base);
    expect(sameContent({ title: 'CPU', tags: [] }, content(found))).toBe('different');
  });

  if (version.startsWith('12') || version.startsWith('13')) {
    const path = '/apis/dashboard.grafana.app/v1beta1/namespaces/default/dashboards';
    const resource = (spec: JsonObject, annotations: object, more = {}) => ({
      apiVersion: 'dashboard.grafana.app/v1beta1',
      kind: 'Dashboard',
      metadata: { name: 'cpu', namespace: 'default', annotations, ...more },
      spec,
    });
    const apisGet = async () => {
      const { metadata, spec } = await ask('GET', `${path}/cpu`);
      return { uid: 'cpu', spec: spec as JsonObject, annotations: metadata?.['annotations'] as Record<string, string> };
    };

    test('that of /apis survives, and the legacy family reads it, too', async () => {
      await fc.assert(
        fc.asyncProperty(sendable, async (spec) => {
          grafana.removeDashboard('cpu');
          const stamp = stampOf(spec);
          await ask('POST', path, resource(stampedSpec(spec, stamp), stampAnnotations(stamp)));
          const found = await apisGet();
          expect(readStamp(found)).toEqual(stamp);
          expect(dashboardHash(content(found.spec))).toBe(stamp.sha256);
          expect(readStamp({ uid: 'cpu', spec: await legacyGet() })).toEqual(stamp);
          expect(readStamp({ ...found, spec: withoutStamp(found.spec) })).toEqual(stamp);
        }),
        { numRuns: 20 },
      );
    });

    test('a dashboard of either family can be saved by the other', async () => {
      grafana.removeDashboard('cpu');
      await ask('POST', path, resource(stampedSpec({ title: 'CPU' }, base), stampAnnotations(base)));
      const legacy = { dashboard: { ...stampedSpec({ title: 'RAM' }, base), uid: 'cpu' }, overwrite: true };
      await ask('POST', '/api/dashboards/db', legacy);
      expect(readStamp(await apisGet())).toEqual(base);
      await ask('PUT', `${path}/cpu`, resource(stampedSpec({ title: 'CPU' }, base), stampAnnotations(base)));
      expect(readStamp(await apisGet())).toEqual(base);
    });
  }
});
