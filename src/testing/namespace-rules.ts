import { type KubeObject, withMeta } from './kube-object.js';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/**
 * What the API server itself says of a Namespace, whatever was written: its name as a label, its phase, and the finalizer
 * that waits for its content. Other kinds are given back as they are.
 */
export function withNamespaceRules(object: KubeObject, previous: KubeObject | undefined): KubeObject {
  if (object.kind !== 'Namespace') return object;
  const { kind, apiVersion, metadata, spec } = object;
  const labels = { ...metadata.labels, ...(metadata.name && { [NAME_LABEL]: metadata.name }) };
  const sorted = Object.fromEntries(Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : 1)));
  const finalizers = new Set([...(spec?.finalizers ?? []), 'kubernetes']);
  return withMeta(
    {
      kind,
      apiVersion,
      metadata,
      spec: previous?.spec ?? { finalizers: [...finalizers] },
      status: previous?.status ?? { phase: 'Active' },
    },
    { labels: sorted },
  );
}
