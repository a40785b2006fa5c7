import { expect, test } from 'vitest';
import { badRequest, names, refusal } from './answers.js';
import { at } from './api-client.js';
import { type Given, type GivenApi, onBothServers } from './on-both-servers.js';

/** Secrets: none has no labels, the others are `env` dev, prod and test, `prod` with an empty `flag` and a type of its own. */
async function four(given: GivenApi): Promise<Given> {
  const all = await given();
  const objects: readonly [string, Record<string, string>?, string?][] = [
    ['none'],
    ['dev', { env: 'dev', size: '3' }],
    ['prod', { env: 'prod', flag: '', size: '10' }, 'mine'],
    ['test', { env: 'test', 'example.com/team': 'a' }],
  ];
  for (const [name, labels, type] of objects)
    await all.api.create(all.secrets, { metadata: { name, labels }, ...(type && { type }) });
  return all;
}

onBothServers('a selector', (given) => {
  test.each([
    ['env=dev', ['dev']],
    ['env==dev', ['dev']],
    ['env!=dev', ['none', 'prod', 'test']],
    ['env', ['dev', 'prod', 'test']],
    ['!env', ['none']],
    ['env in (dev,prod)', ['dev', 'prod']],
    ['env in ( dev , prod )', ['dev', 'prod']],
    ['env notin (dev,prod)', ['none', 'test']],
    ['env in ()', []],
    ['env in (dev,)', ['dev']],
    ['flag in ()', ['prod']],
    ['flag=', ['prod']],
    ['flag', ['prod']],
    ['env,env!=dev', ['prod', 'test']],
    ['env in (dev,test),!flag,env!=test', ['dev']],
    ['example.com/team=a', ['test']],
    ['size>3', ['prod']],
    ['size<10', ['dev']],
    ['', ['dev', 'none', 'prod', 'test']],
  ])('of labels "%s" finds %j', async (labelSelector, found) => {
    const { api, secrets } = await four(given);
    expect(names(await api.get(at(secrets, { labelSelector })))).toEqual(found);
  });

  test.each([
    ['==', "found '==', expected: !, identifier, or 'end of string'"],
    [',', "found ',', expected: !, identifier, or 'end of string'"],
    ['a,', "found '', expected: identifier after ','"],
    ['a in (x', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a in x', "unable to parse requirement: found 'x' expected: '('"],
    ['a=b=c', "found '=', expected: ',' or 'end of string'"],
    ['a gt 1', "unable to parse requirement: found 'gt', expected: in, notin, =, ==, !=, gt, lt"],
    ['-a=b', expect.stringMatching(/^unable to parse requirement: <nil>: Invalid value: "-a": name part must consist/)],
    [
      'a=-b',
      expect.stringMatching(/^unable to parse requirement: values\[0\]\[a\]: Invalid value: "-b": a valid label/),
    ],
  ])('of labels "%s" is refused', async (labelSelector, message) => {
    const { api, secrets } = await given();
    expect(refusal(await api.get(at(secrets, { labelSelector })))).toEqual({ ...badRequest(''), message });
  });

  test.each([
    ['metadata.name=dev', ['dev']],
    ['metadata.name==dev', ['dev']],
    ['metadata.name!=dev', ['none', 'prod', 'test']],
    ['metadata.name=nobody', []],
    ['type=Opaque', ['dev', 'none', 'test']],
    ['type!=Opaque', ['prod']],
    ['type=Opaque,metadata.name!=none', ['dev', 'test']],
    ['metadata.name=dev,metadata.name=prod', []],
    ['', ['dev', 'none', 'prod', 'test']],
  ])('of fields "%s" finds %j', async (fieldSelector, found) => {
    const { api, secrets } = await four(given);
    expect(names(await api.get(at(secrets, { fieldSelector })))).toEqual(found);
  });

  test('of fields and one of labels both hold', async () => {
    const { api, secrets } = await four(given);
    expect(names(await api.get(at(secrets, { fieldSelector: 'metadata.name!=dev', labelSelector: 'env' })))).toEqual([
      'prod',
      'test',
    ]);
  });

  test('of fields finds one object of one namespace among all', async () => {
    const { api, namespace } = await four(given);
    const fieldSelector = `metadata.namespace=${namespace},metadata.name=dev`;
    expect(names(await api.get(at('/api/v1/secrets', { fieldSelector })))).toEqual(['dev']);
    expect(names(await api.get(at('/api/v1/namespaces', { fieldSelector: `metadata.name=${namespace}` })))).toEqual([
      namespace,
    ]);
  });

  test.each([
    ['data=x', '"data" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['type=x', '"type" is not a known field selector: only "metadata.name", "metadata.namespace"'],
    ['metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
    ['metadata.name in (a)', "invalid selector: 'metadata.name in (a)'; can't understand 'metadata.name in (a)'"],
  ])('of fields of ConfigMaps "%s" is refused', async (fieldSelector, message) => {
    const { api, configmaps } = await given();
    expect(refusal(await api.get(at(configmaps, { fieldSelector })))).toEqual(badRequest(message));
  });

  test('of fields finds namespaces by their phase', async () => {
    const { api, namespace } = await given();
    const find = async (phase: string) =>
      names(
        await api.get(at('/api/v1/namespaces', { fieldSelector: `status.phase=${phase},metadata.name=${namespace}` })),
      );
    expect([await find('Active'), await find('Terminating')]).toEqual([[namespace], []]);
  });

  test('that is refused for a list is refused for a watch', async () => {
    const { api, configmaps } = await given();
    expect(refusal(await api.get(at(configmaps, { watch: true, labelSelector: '==' })))).toMatchObject({ code: 400 });
    expect(refusal(await api.get(at(configmaps, { watch: true, fieldSelector: 'data=x' })))).toMatchObject({
      code: 400,
    });
  });
});
