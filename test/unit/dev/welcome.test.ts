import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config/options.js';
import { readConfig } from '../../../src/config/read-config.js';
import { type Welcome, welcome } from '../../../src/dev/welcome.js';
import type { WatchedObject } from '../../../src/model.js';

function configOf(env: Readonly<Record<string, string>> = {}): Config {
  const result = readConfig({ env: { LABEL: 'collect', FOLDER: '/unused', ...env }, argv: [] });
  if (!('ok' in result)) throw new Error(JSON.stringify(result));
  return result.ok;
}

const object = (name: string, more: Partial<WatchedObject> = {}): WatchedObject => ({
  kind: 'configmap',
  namespace: 'default',
  name,
  uid: '',
  resourceVersion: '',
  creationTimestamp: '',
  labels: { collect: '1' },
  annotations: {},
  data: { [`${name}.yaml`]: '' },
  binaryData: {},
  ...more,
});

function said(what: Partial<Welcome> = {}): string {
  return welcome({
    config: configOf(),
    manifests: 'examples',
    kubeconfig: '.k8s-sidecar/kubeconfig',
    folder: '.k8s-sidecar/files',
    apiUrl: 'https://127.0.0.1:1',
    reloadUrl: 'http://127.0.0.1:2/',
    objects: [object('rules')],
    ...what,
  });
}
const kubectl = 'kubectl --kubeconfig .k8s-sidecar/kubeconfig';

describe('the welcome', () => {
  test('says where everything is, and what can be done', () => {
    const text = said();
    for (const part of [
      'https://127.0.0.1:1',
      'http://127.0.0.1:2/',
      'label collect\n',
      'file in examples\n',
      'cat .k8s-sidecar/files/rules.yaml\n',
      `${kubectl} label configmap rules collect-\n`,
      'Ctrl-C',
    ]) {
      expect(text).toContain(part);
    }
  });

  test.each<[string, Partial<Welcome>, string]>([
    [
      'an object whose files go to the folder itself is the example',
      { objects: [object('a', { annotations: { 'k8s-sidecar-target-directory': 'x' } }), object('b')] },
      'cat .k8s-sidecar/files/b.yaml\n',
    ],
    [
      'another one is relabelled, but its file is not guessed',
      { objects: [object('a', { annotations: { 'k8s-sidecar-target-directory': 'x' } })] },
      `ls -R .k8s-sidecar/files\n  ${kubectl} label configmap a collect-\n`,
    ],
    [
      'an object without the label gets it',
      { objects: [object('a', { labels: {} })] },
      'label configmap a collect=1 --overwrite\n',
    ],
    [
      'with the value that is asked for',
      { objects: [object('a', { labels: {} })], config: configOf({ LABEL_VALUE: 'yes' }) },
      'label configmap a collect=yes --overwrite\n',
    ],
    [
      'an object with another value is not collected',
      { objects: [object('a', { labels: { collect: 'no' } })], config: configOf({ LABEL_VALUE: 'yes' }) },
      `ls -R .k8s-sidecar/files\n  ${kubectl} label configmap a collect=yes --overwrite\n`,
    ],
    ['another namespace is named', { objects: [object('a', { namespace: 'shop' })] }, `${kubectl} -n shop label`],
    ['unique names are not guessed', { config: configOf({ UNIQUE_FILENAMES: 'true' }) }, 'ls -R .k8s-sidecar/files\n'],
    ['an object without keys has no file', { objects: [object('a', { data: {} })] }, 'ls -R .k8s-sidecar/files\n'],
    [
      "the user's application is named without what may be secret",
      { reloadUrl: undefined, config: configOf({ REQ_URL: 'http://user:word@grafana/reload?token=x' }) },
      'http://grafana/reload\n',
    ],
    ['a value of the label is said', { config: configOf({ LABEL_VALUE: 'yes' }) }, 'label collect=yes\n'],
  ])('%s', (_, what, part) => expect(said(what)).toContain(part));

  test.each([
    ['nothing', []],
    ['Secrets alone', [object('a', { kind: 'secret' })]],
  ])('has no command for kubectl where there is %s', (_, objects) => {
    expect(said({ objects })).not.toContain('kubectl');
  });
});
