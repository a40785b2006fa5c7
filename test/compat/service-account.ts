import type { KubeClient } from '../kube/client.js';

export interface ServiceAccountOptions {
  /** A ClusterRole instead of a Role, as charts make one for all namespaces. @default false */
  readonly clusterWide?: boolean;
  readonly resources: readonly string[];
}

const rbac = 'rbac.authorization.k8s.io';

/** The ServiceAccount of a chart, with the verbs that all of them grant: get, watch and list. Gives a token of it. */
export async function newServiceAccount(
  client: KubeClient,
  namespace: string,
  { clusterWide = false, resources }: ServiceAccountOptions,
): Promise<string> {
  const name = `chart-${namespace}`;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await client.ask('POST', accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name } });
  const [kind, at] = clusterWide ? ['ClusterRole', ''] : ['Role', `/namespaces/${namespace}`];
  const apiVersion = `${rbac}/v1`;
  const create = (plural: string, object: object) =>
    client.ask('POST', `/apis/${rbac}/v1${at}/${plural}`, { apiVersion, metadata: { name }, ...object });
  const rules = [{ apiGroups: [''], resources, verbs: ['get', 'watch', 'list'] }];
  await create(`${kind.toLowerCase()}s`, { kind, rules });
  await create(`${kind.toLowerCase()}bindings`, {
    kind: `${kind}Binding`,
    roleRef: { apiGroup: rbac, kind, name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  });
  const asked = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3_600 } };
  const answer = JSON.parse(await client.ask('POST', `${accounts}/${name}/token`, asked)) as {
    status: { token: string };
  };
  return answer.status.token;
}
