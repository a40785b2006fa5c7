import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { row } from './row.js';
import { newWorld } from './world.js';

const minute = 60_000;

/** Limits that have no variable, and defaults, waited for side by side: about 70 s in all, in which nothing is computed. */
describe.skipIf(kubeMissing)('in real time', { concurrent: true, timeout: 2 * minute }, () => {
  it(
    row('healthz', 'is 503 when the API has been out of reach for 60 s, no sooner, and 200 when it is back'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const gateway = await world.gateway();
      const KUBECONFIG = world.kubeconfig({ server: gateway.url });
      const sidecar = await world.startSynced({ KUBECONFIG, WATCH_SERVER_TIMEOUT: '1' });
      const status = async () => (await sidecar.health('/healthz')).status;
      const asked = gateway.requests.length;
      gateway.fail({ status: 500 });
      await eventually('a request failed', () => gateway.requests.length > asked);
      const failedAt = gateway.requests[asked]?.at ?? 0;
      const seen: { readonly afterMs: number; readonly status: number }[] = [];
      await eventually(
        'it is 503',
        async () => {
          seen.push({ afterMs: performance.now() - failedAt, status: await status() });
          return seen.at(-1)?.status === 503;
        },
        { withinMs: 90_000, everyMs: 500 },
      );
      expect(seen.at(-1)?.afterMs).toBeGreaterThanOrEqual(minute - 100);
      expect((await sidecar.health('/livez')).status).toBe(200);
      gateway.fail(undefined);
      await eventually('it is 200 again', async () => (await status()) === 200, { withinMs: 40_000 });
    },
  );

  it(
    row(['WATCH_CLIENT_TIMEOUT', 'WATCH_SERVER_TIMEOUT'], 'by default a watch that is silent is dropped after 66 s'),
    async (context) => {
      const world = await newWorld(context);
      const gateway = await world.gateway();
      await world.startSynced({ KUBECONFIG: world.kubeconfig({ server: gateway.url }) });
      await world.put('a', { a: '1' });
      await eventually('it stands', () => existsSync(join(world.folder, 'a')));
      const before = gateway.requests.length;
      const since = performance.now();
      gateway.muteOpenStreams();
      await world.put('b', { b: '1' });
      await eventually('it is asked for again', () => gateway.requests.length > before, {
        withinMs: 90_000,
        everyMs: 500,
      });
      expect((gateway.requests[before]?.at ?? 0) - since).toBeGreaterThan(minute);
      await world.holds({ a: '1', b: '1' });
    },
  );

  it(row('SLEEP_TIME', 'is 60 s by default'), async (context) => {
    const world = await newWorld(context);
    const gateway = await world.gateway();
    await world.startSynced({ KUBECONFIG: world.kubeconfig({ server: gateway.url }), METHOD: 'SLEEP' });
    const lists = gateway.lists().length;
    await eventually('it lists again', () => gateway.lists().length > lists, { withinMs: 90_000, everyMs: 500 });
    const [last, next] = gateway.lists().slice(lists - 1);
    expect((next?.at ?? 0) - (last?.at ?? 0)).toBeGreaterThanOrEqual(minute - 500);
  });

  it(row('REQ_TIMEOUT', 'is 10 s by default, and with it the retries wait 1.1 s and more'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    world.application.answer('hang', { status: 200 });
    await world.startSynced({ REQ_URL: world.application.url });
    await eventually('a second request', () => world.application.requests.length === 2, { withinMs: 30_000 });
    const [first, second] = world.application.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(11_000);
  });
});
