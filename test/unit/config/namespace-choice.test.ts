import { describe, expect, it } from 'vitest';
import { chooseNamespaces } from '../../../src/config/namespace-choice.js';
import { namespaces } from '../../../src/config/namespace-list.js';

const cluster = ['own', 'team-a', 'team-b', 'kube-system', 'kube-public', 'web'];

function choose(text: string | undefined, namespaceSelector?: string) {
  const parsed = text === undefined ? { value: undefined } : namespaces.parse(text);
  if (!('value' in parsed)) throw new Error(parsed.expected);
  const { fixed, follows } = chooseNamespaces({ namespace: parsed.value, namespaceSelector }, 'own');
  return { fixed: fixed.map((name) => name ?? '*').join(' '), found: follows && cluster.filter(follows).join(' ') };
}

describe('chooseNamespaces', () => {
  it.each([
    ['the own one', undefined, 'own', undefined],
    ['names, which need no look at the cluster', 'team-a,gone', 'team-a gone', undefined],
    ['all at once', 'ALL', '*', undefined],
    ['names less some, still without a look', 'team-a,web,!w*', 'team-a', undefined],
    ['by a glob', 'team-*', '', 'team-a team-b'],
    ['by a glob of one character', 'we?', '', 'web'],
    ['a name and a glob: the name is read whether it is there or not', 'gone,team-a,team-*', 'gone team-a', 'team-b'],
    ['all others', '!kube-*,!own', '', 'team-a team-b web'],
    ['all others, said twice', 'ALL,!kube-*,!own', '', 'team-a team-b web'],
    ['an exclusion wins whatever the order', '!team-b,team-*', '', 'team-a'],
    ['an exclusion wins over a name beside a glob', 'web,!web,team-*', '', 'team-a team-b'],
    ['every one for itself', '*', '', cluster.join(' ')],
  ])('%s', (_, text, fixed, found) => {
    expect(choose(text)).toEqual({ fixed, found });
  });

  it.each([
    ['all that have the label', undefined, cluster.join(' ')],
    ['all that have the label, said twice', 'ALL', cluster.join(' ')],
    ['of those that are named, the ones that have the label', 'team-a,gone', 'team-a'],
    ['of those that a glob finds', 'team-*', 'team-a team-b'],
    ['of all but some', '!kube-*,!own', 'team-a team-b web'],
    ['of those that are named less some', 'team-a,web,!web', 'team-a'],
  ])('with NAMESPACE_SELECTOR %s', (_, text, found) => {
    expect(choose(text, 'team=a')).toEqual({ fixed: '', found });
  });
});
