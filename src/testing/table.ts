import type { EmbeddedResource } from './embedded-kubernetes.js';
import { humanDuration } from './human-duration.js';
import type { KubeObject } from './kube-object.js';

interface Column {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly description: string;
  readonly priority: number;
}

/** One row for a terminal. */
export interface Row {
  readonly cells: readonly (string | number)[];
  /** The object's metadata, all of it, or nothing, as `includeObject` wants it. */
  readonly object: unknown;
}

function column(name: string, description: string, format = ''): Column {
  return { name, type: 'string', format, description, priority: 0 };
}

const NAME = column('Name', 'Name must be unique within a namespace.', 'name');
const AGE = column('Age', 'When this object was created, by the clock of the server.');

const COLUMNS: Readonly<Record<EmbeddedResource, readonly Column[]>> = {
  configmaps: [NAME, column('Data', 'How many keys it has.'), AGE],
  leases: [NAME, column('Holder', 'Who holds it.'), AGE],
  secrets: [NAME, column('Type', 'What it is for.'), column('Data', 'How many keys it has.'), AGE],
  namespaces: [NAME, column('Status', 'The status of the namespace'), AGE],
};

/** What `kubectl get` prints. Without `columns` where an earlier Table of the same watch had them. */
export function table(
  resource: EmbeddedResource,
  metadata: Readonly<Record<string, unknown>>,
  rows: readonly Row[],
  withColumns = true,
): object {
  const columnDefinitions = withColumns ? COLUMNS[resource] : null;
  return { kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata, columnDefinitions, rows };
}

export function cellsOf(object: KubeObject, now: number): readonly (string | number)[] {
  const { metadata, data = {}, binaryData = {}, kind, type = '', status, spec } = object;
  const count = Object.keys(data).length + Object.keys(binaryData).length;
  const { creationTimestamp } = metadata;
  const age = creationTimestamp === undefined ? '<unknown>' : humanDuration(now - Date.parse(creationTimestamp));
  const middle = { Namespace: [status?.phase ?? ''], Lease: [spec?.holderIdentity ?? ''], Secret: [type, count] };
  return [metadata.name ?? '', ...(middle[kind as keyof typeof middle] ?? [count]), age];
}
