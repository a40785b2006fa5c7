import { expect, test } from 'vitest';
import { brief, names, refusal } from './answers.js';
import { at } from './api-client.js';
import { type Given, onBothServers } from './on-both-servers.js';
import { compactableServers } from './servers.js';

/** A list, changes after it, and then all of that forgotten; its first page's token and resourceVersion are too old. */
async function forgotten({ api, configmaps, server }: Given) {
  for (const name of ['a', 'b', 'c', 'd', 'e']) await api.create(configmaps, { metadata: { name } });
  const { metadata } = (await api.get(at(configmaps, { limit: 2 }))).body;
  await api.patch(`${configmaps}/d`, { data: { k: 'new' } });
  await api.delete(`${configmaps}/e`);
  await server.compact();
  return { oldVersion: metadata.resourceVersion, oldToken: metadata.continue };
}

onBothServers(
  'after a compaction',
  (given) => {
    test('a watch from before is told so by an ERROR in the stream, and ends', async () => {
      const all = await given();
      const { oldVersion } = await forgotten(all);
      const watch = await all.api.watch(all.configmaps, { resourceVersion: oldVersion, timeoutSeconds: 10 });
      expect(watch.status).toBe(200);
      expect(await watch.rest()).toEqual([
        {
          type: 'ERROR',
          object: {
            kind: 'Status',
            apiVersion: 'v1',
            metadata: {},
            status: 'Failure',
            message: expect.stringMatching(/too old/),
            reason: 'Expired',
            code: 410,
          },
        },
      ]);
    });

    test('a watch from before that declines initial events is told so too', async () => {
      const all = await given();
      const { oldVersion } = await forgotten(all);
      const watch = await all.api.watch(all.configmaps, {
        resourceVersion: oldVersion,
        sendInitialEvents: false,
        resourceVersionMatch: 'NotOlderThan',
        timeoutSeconds: 10,
      });
      expect((await watch.next()).object).toMatchObject({ reason: 'Expired', code: 410 });
      watch.close();
    });

    test('a token from before is refused, with another one for the rest as it is now', async () => {
      const all = await given();
      const { api, configmaps } = all;
      const { oldToken } = await forgotten(all);
      const answer = await api.get(at(configmaps, { limit: 2, continue: oldToken }));
      expect(answer.status).toBe(410);
      expect(answer.body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: { continue: expect.any(String) },
        status: 'Failure',
        message: expect.stringMatching(
          /^The provided continue parameter is too old to display a consistent list result/,
        ),
        reason: 'Expired',
        code: 410,
      });
      const rest = await api.get(at(configmaps, { limit: 5, continue: answer.body.metadata.continue }));
      expect(names(rest)).toEqual(['c', 'd']);
      expect(rest.body.items?.[1]?.data).toEqual({ k: 'new' });
    });

    test('an exact list from before is refused', async () => {
      const all = await given();
      const { oldVersion } = await forgotten(all);
      const query = { resourceVersion: oldVersion, resourceVersionMatch: 'Exact' };
      expect(refusal(await all.api.get(at(all.configmaps, query)))).toEqual({
        code: 410,
        reason: 'Expired',
        message: 'The resourceVersion for the provided list is too old.',
      });
    });

    test.each([
      undefined,
      'NotOlderThan',
    ])('a list not older than before is answered, match %s', async (resourceVersionMatch) => {
      const all = await given();
      const { oldVersion } = await forgotten(all);
      const answer = await all.api.get(at(all.configmaps, { resourceVersion: oldVersion, resourceVersionMatch }));
      expect(names(answer)).toEqual(['a', 'b', 'c', 'd']);
    });

    test('a streamed list from before is answered', async () => {
      const all = await given();
      const { oldVersion } = await forgotten(all);
      const watch = await all.api.watch(all.configmaps, {
        resourceVersion: oldVersion,
        sendInitialEvents: true,
        resourceVersionMatch: 'NotOlderThan',
        allowWatchBookmarks: true,
      });
      expect(brief(await watch.take(5))).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'ADDED d', 'BOOKMARK']);
      watch.close();
    });

    test('a watch that is open goes on', async () => {
      const all = await given();
      const { api, configmaps } = all;
      const watch = await api.watch(configmaps);
      await forgotten(all);
      await api.create(configmaps, { metadata: { name: 'f' } });
      expect(brief(await watch.take(8)).slice(-3)).toEqual(['MODIFIED d', 'DELETED e', 'ADDED f']);
      watch.close();
    });

    test('a list begins anew, and its resourceVersion can be watched from', async () => {
      const all = await given();
      const { api, configmaps } = all;
      await forgotten(all);
      const { metadata } = (await api.get(configmaps)).body;
      const watch = await api.watch(configmaps, { resourceVersion: metadata.resourceVersion });
      await api.create(configmaps, { metadata: { name: 'f' } });
      expect(brief([await watch.next()])).toEqual(['ADDED f']);
      watch.close();
    });
  },
  compactableServers,
);
