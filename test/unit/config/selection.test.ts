import { describe, expect, it } from 'vitest';
import { describeSelection } from '../../../src/config/describe-selection.js';
import { readConfig } from '../../../src/config/read-config.js';
import { selectionOf } from '../../../src/config/selection.js';
import type { Scope } from '../../../src/model.js';
import { identityHash } from '../../../src/sinks/files/identity.js';

function configOf(env: Record<string, string>) {
  const result = readConfig({ env: { LABEL: 'collect', FOLDER: '/target', ...env }, argv: [] });
  if (!('ok' in result)) throw new Error(JSON.stringify(result));
  return result.ok;
}

const select = (env: Record<string, string>) => selectionOf(configOf(env), 'own');

const inWords = ({ kind, namespace, labelSelector, fieldSelector }: Scope) =>
  [kind, namespace ?? '*', labelSelector, fieldSelector].filter((part) => part !== undefined).join(' ');

const where = (env: Record<string, string>) => select(env).scopes.map(inWords);

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
    ['a selector of labels adds to the label', { LABEL_SELECTOR: 'a,!b' }, ['configmap own collect,a,!b']],
    ['a selector of labels alone', { LABEL: '', LABEL_SELECTOR: 'a in (b)' }, ['configmap own a in (b)']],
    [
      'a selector of fields adds to the label',
      { FIELD_SELECTOR: 'metadata.name!=x', LABEL_VALUE: '1' },
      ['configmap own collect=1 metadata.name!=x'],
    ],
    ['a selector of fields alone', { LABEL: '', FIELD_SELECTOR: 'metadata.name=x' }, ['configmap own metadata.name=x']],
    [
      'a name combines with fields, not with labels',
      { RESOURCE_NAME: 'x', LABEL_SELECTOR: 'a', FIELD_SELECTOR: 'type=t', RESOURCE: 'secret' },
      ['secret own metadata.name=x,type=t'],
    ],
    ['names of namespaces need no look at them', { NAMESPACE: 'a,b,!b' }, ['configmap a collect']],
    ['a glob needs one', { NAMESPACE: 'a,team-*' }, ['configmap a collect', 'namespace *']],
    ['exclusions alone need one', { NAMESPACE: '!a' }, ['namespace *']],
    ['a selector of namespaces is sent to the server', { NAMESPACE_SELECTOR: 'team=a' }, ['namespace * team=a']],
    ['and leaves no name fixed', { NAMESPACE_SELECTOR: 'team=a', NAMESPACE: 'a,b' }, ['namespace * team=a']],
  ] as [string, Record<string, string>, string[]][])('%s', (_, env, scopes) => {
    expect(where(env)).toEqual(scopes);
  });

  it.each([
    [{}, undefined],
    [{ NAMESPACE: 'team-*', RESOURCE: 'both' }, ['configmap team-a collect', 'secret team-a collect']],
    [{ NAMESPACE: 'team-*,team-a' }, []],
    [{ NAMESPACE: 'web-*' }, []],
    [{ NAMESPACE_SELECTOR: 'a', FIELD_SELECTOR: 'metadata.name!=x' }, ['configmap team-a collect metadata.name!=x']],
    [{ NAMESPACE: 'team-*', RESOURCE_NAME: 'x,other/configmap/y' }, ['configmap team-a metadata.name=x']],
  ] as [
    Record<string, string>,
    string[] | undefined,
  ][])('%j reads in the namespace team-a that came: %j', (env, scopes) => {
    expect(select(env).scopesOf?.('team-a').map(inWords)).toEqual(scopes);
  });

  it('a namespace that comes again has other scopes', () => {
    const { scopesOf } = select({ NAMESPACE: 'team-*' });
    expect(scopesOf?.('team-a')[0]).not.toBe(scopesOf?.('team-a')[0]);
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
      { LABEL_SELECTOR: 'a' },
      { LABEL: '', LABEL_SELECTOR: 'a' },
      { FIELD_SELECTOR: 'metadata.name=a' },
      { NAMESPACE_SELECTOR: 'a' },
      { NAMESPACE_SELECTOR: 'a', NAMESPACE: 'own' },
      { NAMESPACE: 'team-*' },
      { NAMESPACE: '!team-*' },
    ].map((env) => JSON.stringify(select(env).identity));
    expect(new Set(identities).size).toBe(identities.length);
    expect(select({ NAMESPACE: 'b,a' }).identity).toEqual(select({ NAMESPACE: 'a,b' }).identity);
    expect(select({ METHOD: 'LIST', REQ_URL: 'http://x' }).identity).toEqual(select({}).identity);
    expect(select({ NAMESPACE: 'own' }).identity).toEqual(select({}).identity);
  });

  it.each([
    [{}, '81e2cc7d392e14d4'],
    [{ LABEL_VALUE: '1', RESOURCE: 'both', NAMESPACE: 'b,a' }, 'c4829fd19443c3ee'],
    [{ NAMESPACE: 'ALL' }, 'f856578594120566'],
    [{ RESOURCE_NAME: 'secret/x,a/configmap/y', NAMESPACE: 'a' }, '95085dbf40efadc1'],
  ] as [
    Record<string, string>,
    string,
  ][])('%j without the new selectors has the state that release 0.1 left: %s', (env, hash) => {
    expect(identityHash(select(env).identity)).toBe(hash);
  });
});

it.each([
  [{}, 'collect: configmaps in namespace own'],
  [{ LABEL: '', FIELD_SELECTOR: 'metadata.name!=x' }, 'configmaps in namespace own (metadata.name!=x)'],
  [{ NAMESPACE: 'a,team-*' }, 'collect: configmaps in namespace a, configmaps in each namespace of a, team-*'],
  [
    { NAMESPACE_SELECTOR: 'team=a', RESOURCE: 'both', FIELD_SELECTOR: 'metadata.name!=x', LABEL_SELECTOR: 'b' },
    'collect,b: configmaps and secrets in each namespace of ALL, team=a (metadata.name!=x)',
  ],
] as [Record<string, string>, string][])('%j in words: %s', (env, words) => {
  expect(describeSelection(select(env), configOf(env))).toBe(words);
});
