import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/read-config.js';
import { selectionOf } from '../../../src/config/selection.js';

function select(env: Record<string, string>) {
  const result = readConfig({ env: { LABEL: 'collect', FOLDER: '/target', ...env }, argv: [] });
  if (!('ok' in result)) throw new Error(JSON.stringify(result));
  return selectionOf(result.ok, 'own');
}

const where = (env: Record<string, string>) =>
  select(env).scopes.map(({ kind, namespace, labelSelector, fieldSelector }) =>
    [kind, namespace ?? '*', labelSelector ?? fieldSelector].join(' '),
  );

describe('selectionOf', () => {
  it.each([
    ['the own namespace, by label', {}, ['configmap own collect']],
    ['a label with its value', { LABEL_VALUE: '1' }, ['configmap own collect=1']],
    [
      'both kinds in each namespace',
      { RESOURCE: 'both', NAMESPACE: 'a,b' },
      ['configmap a collect', 'configmap b collect', 'secret a collect', 'secret b collect'],
    ],
    ['all namespaces are one list', { NAMESPACE: 'ALL' }, ['configmap * collect']],
    [
      'a name in each namespace, instead of the label',
      { RESOURCE_NAME: 'x', NAMESPACE: 'a,b' },
      ['configmap a metadata.name=x', 'configmap b metadata.name=x'],
    ],
    [
      'a name with a kind',
      { RESOURCE_NAME: 'secret/x,y', RESOURCE: 'both' },
      ['configmap own metadata.name=y', 'secret own metadata.name=x', 'secret own metadata.name=y'],
    ],
    ['a name of a kind that is not read selects nothing', { RESOURCE_NAME: 'secret/x' }, []],
    [
      'a name of a namespace that is not read selects nothing',
      { RESOURCE_NAME: 'b/configmap/x,y', NAMESPACE: 'a' },
      ['configmap a metadata.name=y'],
    ],
    ['a name twice is one watch', { RESOURCE_NAME: 'x,configmap/x' }, ['configmap own metadata.name=x']],
    [
      'with all namespaces a name is honoured, in one of them where that is named',
      { RESOURCE_NAME: 'x,a/configmap/y', NAMESPACE: 'ALL' },
      ['configmap * metadata.name=x', 'configmap a metadata.name=y'],
    ],
    [
      'with all namespaces a name without one covers the same name with one',
      { RESOURCE_NAME: 'a/configmap/x,x', NAMESPACE: 'ALL' },
      ['configmap * metadata.name=x'],
    ],
  ] as [string, Record<string, string>, string[]][])('%s', (_, env, scopes) => {
    expect(where(env)).toEqual(scopes);
  });

  it('objects that are named need no label', () => {
    expect(select({ RESOURCE_NAME: 'x' }).labelSelector).toBeUndefined();
    expect(select({ LABEL_VALUE: '1' }).labelSelector).toBe('collect=1');
  });

  it('every variable that selects, and the folder, makes another identity; the order of a list does not', () => {
    const identities = [
      {},
      { LABEL: 'other' },
      { LABEL_VALUE: '1' },
      { RESOURCE: 'both' },
      { NAMESPACE: 'a' },
      { NAMESPACE: 'ALL' },
      { RESOURCE_NAME: 'x' },
      { RESOURCE_NAME: 'secret/x' },
      { FOLDER: '/other' },
    ].map((env) => JSON.stringify(select(env).identity));
    expect(new Set(identities).size).toBe(identities.length);
    expect(select({ NAMESPACE: 'b,a' }).identity).toEqual(select({ NAMESPACE: 'a,b' }).identity);
    expect(select({ METHOD: 'LIST', REQ_URL: 'http://x' }).identity).toEqual(select({}).identity);
    expect(select({ NAMESPACE: 'own' }).identity).toEqual(select({}).identity);
  });
});
