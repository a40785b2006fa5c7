export interface KubeconfigOptions {
  readonly url: string;
  readonly token: string;
  readonly ca: string | undefined;
  readonly namespace: string;
}

/** A kubeconfig with one cluster, complete in itself. JSON, which is YAML. */
export function kubeconfig({ url, token, ca, namespace }: KubeconfigOptions): string {
  const name = 'embedded';
  const authority = ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server: url, ...authority } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace } }],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
