import { expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { given } from './sidecar-under-test.js';

it.skipIf(kubeMissing)(
  'an endpoint that answers 503 for a minute gets its request afterwards, without another change',
  {
    timeout: 240_000,
  },
  async () => {
    const world = await given();
    world.receiver.answer({ status: 503 });
    const labels = { collect: 'yes' };
    await world.client.create('configmaps', world.namespace, { metadata: { name: 'a', labels }, data: { a: 'a' } });
    const sidecar = world.start();
    await eventually('it is asked', () => world.receiver.requests.length > 0);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    const asked = world.receiver.requests.length;
    world.receiver.answer({ status: 200 });
    await sidecar.waitFor('it was told', (logs) => logs.some(({ msg }) => msg.startsWith('told ')), 120_000);
    expect(world.receiver.requests).toHaveLength(asked + 1);
    // One try, five retries of the policy, and few after them: an endpoint in trouble is not hammered.
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(15);
  },
);
