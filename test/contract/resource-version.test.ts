import { describe, expect, test } from 'vitest';
import { badRequest, futureVersion, invalidOptions, items, names, type Refusal, refusal, version } from './answers.js';
import { at, type Query } from './api-client.js';
import { onBothServers } from './on-both-servers.js';

const tooLarge: Refusal = {
  code: 504,
  reason: 'Timeout',
  message: expect.stringMatching(`^Timeout: Too large resource version: ${futureVersion}, current: \\d+$`) as string,
  details: {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  },
};
const forbidden = (field: string, why: string) => [field, 'FieldValueForbidden', `Forbidden: ${why}`] as const;
const match = 'resourceVersionMatch';

onBothServers('a resourceVersion', (given) => {
  test.each<[string, Query, Refusal]>([
    [
      'that is no number',
      { resourceVersion: 'abc' },
      badRequest(
        'invalid resource version: resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
      ),
    ],
    [
      'that is missing beside a match',
      { [match]: 'Exact' },
      invalidOptions(
        'ListOptions',
        forbidden(match, 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
      ),
    ],
    [
      'of 0 that shall match exactly',
      { [match]: 'Exact', resourceVersion: '0' },
      invalidOptions(
        'ListOptions',
        forbidden(match, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
      ),
    ],
    [
      'with an unknown match',
      { [match]: 'Newer', resourceVersion: '1' },
      invalidOptions('ListOptions', [
        match,
        'FieldValueNotSupported',
        'Unsupported value: "Newer": supported values: "Exact", "NotOlderThan", ""',
      ]),
    ],
  ])('%s is refused', async (_, query, expected) => {
    const { api, configmaps } = await given();
    expect(refusal(await api.get(at(configmaps, query)))).toEqual(expected);
  });

  test('unset gives the newest state at once after a write', async () => {
    const { api, configmaps } = await given();
    for (const name of ['a', 'b', 'c']) {
      await api.create(configmaps, { metadata: { name } });
      expect(names(await api.get(configmaps))).toContain(name);
    }
  });

  test('to match exactly gives the state of that time', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' }, data: { k: 'old' } });
    const then = await api.create(configmaps, { metadata: { name: 'b' } });
    for (const k of ['newer', 'newest']) await api.patch(`${configmaps}/a`, { data: { k } });
    await api.delete(`${configmaps}/b`);
    await api.create(configmaps, { metadata: { name: 'b' } });
    await api.create(configmaps, { metadata: { name: 'c' } });
    const { resourceVersion } = then.metadata;
    const answer = await api.get(at(configmaps, { resourceVersion, resourceVersionMatch: 'Exact' }));
    expect(names(answer)).toEqual(['a', 'b']);
    expect(items(answer)[0]?.data).toEqual({ k: 'old' });
    expect(items(answer)[1]?.metadata.uid).toBe(then.metadata.uid);
    expect(answer.body.metadata).toEqual({ resourceVersion });
  });

  test('to match exactly can be read in pages', async () => {
    const { api, configmaps } = await given();
    for (const name of ['a', 'b']) await api.create(configmaps, { metadata: { name } });
    const then = await api.create(configmaps, { metadata: { name: 'c' } });
    await api.delete(`${configmaps}/c`);
    const { resourceVersion } = then.metadata;
    const first = await api.get(at(configmaps, { resourceVersion, resourceVersionMatch: 'Exact', limit: 2 }));
    const second = await api.get(at(configmaps, { limit: 2, continue: first.body.metadata.continue }));
    expect([names(first), names(second)]).toEqual([['a', 'b'], ['c']]);
    expect(second.body.metadata.resourceVersion).toBe(resourceVersion);
  });

  test.each([undefined, 'NotOlderThan'])('is a lower bound where the match is %s', async (resourceVersionMatch) => {
    const { api, configmaps } = await given();
    const then = await api.create(configmaps, { metadata: { name: 'a' } });
    const now = await api.create(configmaps, { metadata: { name: 'b' } });
    const { resourceVersion } = now.metadata;
    const answer = await api.get(at(configmaps, { resourceVersion, resourceVersionMatch }));
    expect(names(answer)).toEqual(['a', 'b']);
    expect(version(answer.body)).toBeGreaterThanOrEqual(version(now));
    const older = await api.get(
      at(configmaps, { resourceVersion: then.metadata.resourceVersion, resourceVersionMatch }),
    );
    expect(names(older)).toContain('a');
  });

  test('of 0 is accepted as the lower bound that everything meets', async () => {
    const { api, configmaps } = await given();
    const answer = await api.get(at(configmaps, { resourceVersion: '0', resourceVersionMatch: 'NotOlderThan' }));
    expect(answer.status).toBe(200);
  });

  test('of a GET is a lower bound too', async () => {
    const { api, configmaps } = await given();
    const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
    await api.create(configmaps, { metadata: { name: 'b' } });
    const answer = await api.get(at(`${configmaps}/a`, { resourceVersion: metadata.resourceVersion }));
    expect(answer.body.metadata.resourceVersion).toBe(metadata.resourceVersion);
  });

  describe('of the future', () => {
    test.concurrent.each<[string, Query]>([
      ['as a lower bound', {}],
      ['to be matched exactly', { resourceVersionMatch: 'Exact' }],
      ['as a lower bound of pages', { limit: 1 }],
    ])('is refused %s, and may be tried again in a second', async (_, query) => {
      const { api, configmaps } = await given();
      const answer = await api.get(at(configmaps, { resourceVersion: futureVersion, ...query }));
      expect(refusal(answer)).toEqual(tooLarge);
      expect(answer.headers['retry-after']).toBe('1');
    });

    test.concurrent('is refused of a GET', async () => {
      const { api, configmaps } = await given();
      await api.create(configmaps, { metadata: { name: 'a' } });
      expect(refusal(await api.get(at(`${configmaps}/a`, { resourceVersion: futureVersion })))).toEqual(tooLarge);
    });

    test.concurrent('is waited for by a watch, in silence', async () => {
      const { api, configmaps } = await given();
      const watch = await api.watch(configmaps, { resourceVersion: futureVersion, timeoutSeconds: 1 });
      await api.create(configmaps, { metadata: { name: 'a' } });
      expect(watch.status).toBe(200);
      expect(await watch.rest()).toEqual([]);
    });

    test.concurrent('is an ERROR in a watch that asks for initial events', async () => {
      const { api, configmaps } = await given();
      const watch = await api.watch(configmaps, {
        resourceVersion: futureVersion,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
        timeoutSeconds: 6,
      });
      expect(watch.status).toBe(200);
      const [{ type, object } = await watch.next(), ...more] = await watch.rest();
      const { code, reason, message, details } = object;
      expect(type).toBe('ERROR');
      expect({ code, reason, message, details }).toEqual(tooLarge);
      expect(more).toEqual([]);
    });
  });
});
