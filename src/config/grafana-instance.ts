import type { Config } from './options.js';

/**
 * `GRAFANA_INSTANCE`, or what tells one pusher from its siblings: the own namespace and the labels that it selects by, as
 * a selector, with the selector of fields where there is one. Namespaces and kinds are not in it: reading one more makes no other pusher.
 */
export function grafanaInstance(
  config: Pick<Config, 'grafanaInstance' | 'label' | 'labelValue' | 'labelSelector' | 'fieldSelector'>,
  ownNamespace: string,
): string {
  const { label, labelValue, labelSelector, fieldSelector } = config;
  const established = labelValue === undefined ? label : `${label}=${labelValue}`;
  const labels = [established, labelSelector].filter((part) => part !== undefined).join(',');
  const fields = fieldSelector === undefined ? '' : `;${fieldSelector}`;
  return config.grafanaInstance ?? `${ownNamespace}/${labels}${fields}`;
}
