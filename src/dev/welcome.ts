import { join } from 'node:path';
import type { Config } from '../config/options.js';
import { redactUrl } from '../config/redact-url.js';
import type { WatchedObject } from '../model.js';

export interface Welcome {
  readonly config: Config;
  /** As the user named them. */
  readonly manifests: string;
  /** As a command in the working directory would name them. */
  readonly kubeconfig: string;
  readonly folder: string;
  readonly apiUrl: string;
  /** Of our application; `undefined` where the user's is told. */
  readonly reloadUrl: string | undefined;
  /** What was applied so far. */
  readonly objects: readonly WatchedObject[];
}

/** What a newcomer reads first: what happens here, and what to try. */
export function welcome(what: Welcome): string {
  const { config, manifests, kubeconfig, folder, apiUrl } = what;
  const reloadUrl = what.reloadUrl ?? redactUrl(config.reqUrl ?? '');
  return [
    'This is a Kubernetes API with your manifests in it, the sidecar that makes files of them, and an',
    'application that is told to reload. No cluster is touched.',
    '',
    `  manifests     ${manifests}`,
    `  Kubernetes    ${apiUrl}  (kubeconfig: ${kubeconfig})`,
    `  collected     what ${selected(config)}`,
    `  files         ${folder}`,
    `  application   ${reloadUrl}`,
    '',
    'Try this, and see here what it does:',
    `  edit, add or remove a file in ${manifests}`,
    ...tryOut(what).map((line) => `  ${line}`),
    'Ctrl-C ends it. The files stay.',
    '',
  ].join('\n');
}

/** Commands that work as they stand, on an object that is there. */
function tryOut({ config, kubeconfig, folder, objects }: Welcome): readonly string[] {
  const { label, labelValue, folderAnnotation, uniqueFilenames } = config;
  if (label === undefined) return [`ls -R ${folder}`];
  const configMaps = objects.filter(({ kind }) => kind === 'configmap');
  const collected = configMaps.filter(
    ({ labels }) => labels[label] !== undefined && (labelValue ?? labels[label]) === labels[label],
  );
  const plain = collected.find(({ annotations }) => annotations[folderAnnotation] === undefined);
  const example = plain ?? collected[0] ?? configMaps[0];
  const [key] = uniqueFilenames ? [] : Object.keys(plain?.data ?? {});
  const look = key === undefined ? `ls -R ${folder}` : `cat ${join(folder, key)}`;
  if (example === undefined) return [look];
  const { name, namespace } = example;
  const where = namespace === 'default' ? '' : ` -n ${namespace}`;
  const change = collected.includes(example) ? `${label}-` : `${label}=${labelValue ?? '1'} --overwrite`;
  return [look, `kubectl --kubeconfig ${kubeconfig}${where} label configmap ${name} ${change}`];
}

function selected({ label, labelValue, labelSelector, fieldSelector }: Config): string {
  const value = labelValue === undefined ? '' : `=${labelValue}`;
  return [
    ...(label === undefined ? [] : [`has the label ${label}${value}`]),
    ...[labelSelector, fieldSelector].filter((part) => part !== undefined).map((selector) => `matches ${selector}`),
  ].join(' and ');
}
