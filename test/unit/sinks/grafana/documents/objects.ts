import fc from 'fast-check';
import type { WatchedObject } from '../../../../../src/model.js';
import type { Json, JsonObject, Stamp } from '../../../../../src/sinks/grafana/grafana-api.js';

/** A ConfigMap `shop` of namespace `web`, unless it is said otherwise. */
export function objectWith(part: Partial<WatchedObject>): WatchedObject {
  return {
    kind: 'configmap',
    namespace: 'web',
    name: 'shop',
    uid: '1',
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {},
    annotations: {},
    data: {},
    binaryData: {},
    ...part,
  };
}

export function base64(text: string | Uint8Array): string {
  return Buffer.from(text).toString('base64');
}

export const stamp: Stamp = {
  instance: 'web/grafana_dashboard',
  source: 'web/configmap/shop/cpu.json',
  uid: 'cpu',
  sha256: 'a'.repeat(64),
};

/** Any JSON that JSON can hold: `-0` is not, and a lone half of a surrogate is none of UTF-8. */
export const anyJson: fc.Arbitrary<Json> = fc
  .json({ maxDepth: 3 })
  .map((text) => JSON.parse(text.replace(/-0(?![.\d])/g, '0')));

export const anyTags: fc.Arbitrary<{ readonly tags?: Json }> = fc.oneof(
  fc.constant({}),
  fc.record({ tags: fc.array(fc.oneof(fc.constantFrom('k8s-sidecar', 'team', ''), fc.string())) }),
  fc.record({ tags: fc.oneof(anyJson, fc.constant([1, 'a', 'k8s-sidecar']), fc.constant(null)) }),
);

/** A classic dashboard with what nobody knows in it. */
export const anySpec: fc.Arbitrary<JsonObject> = fc
  .tuple(fc.dictionary(fc.string(), anyJson, { maxKeys: 5 }), fc.string({ minLength: 1 }), anyTags)
  .map(([more, title, tags]) => {
    const { id: _id, uid: _uid, version: _version, refresh: _refresh, tags: _tags, ...rest } = more;
    return { ...rest, ...tags, title: `t${title.trim()}` };
  });
