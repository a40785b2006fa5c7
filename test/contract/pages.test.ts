import { expect, test } from 'vitest';
import { badRequest, invalidOptions, items, names, refusal } from './answers.js';
import { type Answer, at } from './api-client.js';
import { type Given, type GivenApi, onBothServers } from './on-both-servers.js';

const letters = ['a', 'b', 'c', 'd', 'e'];

/** ConfigMaps a to e; b and d are labelled `even`. */
async function five(given: GivenApi): Promise<Given> {
  const all = await given();
  for (const [index, name] of letters.entries())
    await all.api.create(all.configmaps, { metadata: { name, ...(index % 2 === 1 && { labels: { even: '1' } }) } });
  return all;
}
const token = ({ body }: Answer) => body.metadata.continue;

onBothServers('a list in pages', (given) => {
  test('gives each object once, in order, and no token on the last page', async () => {
    const { api, configmaps } = await five(given);
    const pages: (readonly string[])[] = [];
    let next: string | undefined;
    do {
      const page = await api.get(at(configmaps, { limit: 2, continue: next }));
      pages.push(names(page));
      next = token(page);
    } while (next);
    expect(pages).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
  });

  test('says how many are left, not on the last page', async () => {
    const { api, configmaps } = await five(given);
    const first = await api.get(at(configmaps, { limit: 2 }));
    const second = await api.get(at(configmaps, { limit: 2, continue: token(first) }));
    const last = await api.get(at(configmaps, { limit: 2, continue: token(second) }));
    expect([first, second, last].map(({ body }) => body.metadata.remainingItemCount)).toEqual([3, 1, undefined]);
  });

  test('does not say how many are left where a selector decides', async () => {
    const { api, configmaps } = await five(given);
    const page = await api.get(at(configmaps, { limit: 1, labelSelector: 'even' }));
    expect(names(page)).toEqual(['b']);
    expect(token(page)).toEqual(expect.any(String));
    expect(page.body.metadata.remainingItemCount).toBeUndefined();
  });

  test('is one state: what changes meanwhile is on none of its pages', async () => {
    const { api, configmaps } = await five(given);
    const first = await api.get(at(configmaps, { limit: 2 }));
    await api.create(configmaps, { metadata: { name: 'bb' } });
    await api.delete(`${configmaps}/c`);
    await api.patch(`${configmaps}/d`, { data: { changed: 'yes' } });
    const second = await api.get(at(configmaps, { limit: 5, continue: token(first) }));
    expect(names(second)).toEqual(['c', 'd', 'e']);
    expect(items(second)[1]?.data).toBeUndefined();
    expect(second.body.metadata.resourceVersion).toBe(first.body.metadata.resourceVersion);
    expect(names(await api.get(configmaps))).toEqual(['a', 'b', 'bb', 'd', 'e']);
  });

  test('has no token where the limit is exactly the number of objects', async () => {
    const { api, configmaps } = await five(given);
    const page = await api.get(at(configmaps, { limit: 5 }));
    expect(names(page)).toEqual(letters);
    expect(page.body.metadata).toEqual({ resourceVersion: expect.any(String) });
  });

  test.each([0, -1])('is no list in pages with a limit of %d', async (limit) => {
    const { api, configmaps } = await five(given);
    const page = await api.get(at(configmaps, { limit }));
    expect(names(page)).toEqual(letters);
    expect(token(page)).toBeUndefined();
  });

  test('can be asked for the same page again', async () => {
    const { api, configmaps } = await five(given);
    const first = await api.get(at(configmaps, { limit: 2 }));
    const second = await api.get(at(configmaps, { limit: 2, continue: token(first) }));
    expect((await api.get(at(configmaps, { limit: 2, continue: token(first) }))).body).toEqual(second.body);
  });

  test('can have pages of different lengths', async () => {
    const { api, configmaps } = await five(given);
    const first = await api.get(at(configmaps, { limit: 1 }));
    expect(names(await api.get(at(configmaps, { continue: token(first) })))).toEqual(['b', 'c', 'd', 'e']);
  });

  test('fills its pages with what the selector finds', async () => {
    const { api, configmaps } = await five(given);
    const first = await api.get(at(configmaps, { limit: 1, labelSelector: '!even' }));
    const second = await api.get(at(configmaps, { limit: 2, labelSelector: '!even', continue: token(first) }));
    expect([names(first), names(second)]).toEqual([['a'], ['c', 'e']]);
    expect(token(second)).toBeUndefined();
  });

  test('goes on from the same place where the selector has changed', async () => {
    const { api, configmaps } = await five(given);
    const first = await api.get(at(configmaps, { limit: 2 }));
    expect(names(await api.get(at(configmaps, { limit: 9, labelSelector: 'even', continue: token(first) })))).toEqual([
      'd',
    ]);
  });

  test.each(['broken', 'YWJj'])('refuses the token %s, which nobody has given out', async (wrong) => {
    const { api, configmaps } = await five(given);
    expect(refusal(await api.get(at(configmaps, { limit: 2, continue: wrong })))).toEqual({
      ...badRequest(''),
      message: expect.stringContaining('continue key is not valid'),
    });
  });

  test('refuses a resourceVersion beside a token', async () => {
    const { api, configmaps } = await five(given);
    const first = await api.get(at(configmaps, { limit: 2 }));
    const { resourceVersion } = first.body.metadata;
    const answer = await api.get(at(configmaps, { continue: token(first), resourceVersion }));
    expect(refusal(answer)).toEqual(badRequest('specifying resource version is not allowed when using continue'));
  });

  test('refuses a resourceVersionMatch beside a token', async () => {
    const { api, configmaps } = await five(given);
    const query = { continue: 'any', resourceVersion: '1', resourceVersionMatch: 'NotOlderThan' };
    expect(refusal(await api.get(at(configmaps, query)))).toEqual(
      invalidOptions('ListOptions', [
        'resourceVersionMatch',
        'FieldValueForbidden',
        'Forbidden: resourceVersionMatch is forbidden when continue is provided',
      ]),
    );
  });

  test('is whole where the resourceVersion is 0: the limit is ignored', async () => {
    const { api, configmaps } = await five(given);
    const page = await api.get(at(configmaps, { limit: 2, resourceVersion: '0' }));
    expect(page.status).toBe(200);
    expect(token(page)).toBeUndefined();
  });

  test('goes over all namespaces too', async () => {
    const { api, configmaps, namespace } = await given();
    for (const name of ['a', 'b', 'c'])
      await api.create(configmaps, { metadata: { name, labels: { case: namespace } } });
    const query = { limit: 2, labelSelector: `case=${namespace}` };
    const first = await api.get(at('/api/v1/configmaps', query));
    const second = await api.get(at('/api/v1/configmaps', { ...query, continue: token(first) }));
    expect([names(first), names(second)]).toEqual([['a', 'b'], ['c']]);
  });
});
