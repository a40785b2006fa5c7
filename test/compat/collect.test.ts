import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { defaultOf } from './default-of.js';
import { row } from './row.js';
import { newWorld, said } from './world.js';

describe.skipIf(kubeMissing)('what to collect', { concurrent: true }, () => {
  it(row('LABEL', 'selects the objects that have the key, whatever its value, and is required'), async (context) => {
    const world = await newWorld(context);
    await world.put('with', { with: '1' });
    await world.put('empty', { empty: '2' }, { labels: { collect: '' } });
    await world.put('without', { without: 'no' }, { labels: { other: 'yes' } });
    await world.collect();
    expect(world.files()).toEqual({ with: '1', empty: '2' });
    const { sidecar, exit } = await world.run({ LABEL: '' });
    expect(exit.code).toBe(2);
    expect(said(sidecar, 'CRITICAL', 'LABEL')).toHaveLength(1);
  });

  it(row('LABEL_VALUE', 'selects one value of the label; any by default'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: 'a' }, { labels: { collect: '1' } });
    await world.put('b', { b: 'b' }, { labels: { collect: 'true' } });
    await world.collect({ LABEL_VALUE: '1' });
    expect(world.files()).toEqual({ a: 'a' });
    await world.collect({ LABEL_VALUE: '', STATE: 'off' });
    expect(world.files()).toEqual({ a: 'a', b: 'b' });
  });

  it(row('RESOURCE', 'is configmap, secret or both, and by default Secrets are not even read'), async (context) => {
    const world = await newWorld(context);
    await world.put('map', { map: 'm' });
    await world.putSecret('secret', { secret: 's' });
    const gateway = await world.gateway();
    const KUBECONFIG = world.kubeconfig({ server: gateway.url });
    await world.collect({ KUBECONFIG });
    expect(world.files()).toEqual({ map: 'm' });
    expect(gateway.requests.filter(({ path }) => path.includes('secrets'))).toEqual([]);
    const secrets = `${world.base}/secrets`;
    await world.collect({ RESOURCE: 'secret', FOLDER: secrets });
    expect(world.files(secrets)).toEqual({ secret: 's' });
    await world.collect({ RESOURCE: 'both', FOLDER: `${world.base}/both` });
    expect(world.files(`${world.base}/both`)).toEqual({ map: 'm', secret: 's' });
  });

  it(row('NAMESPACE', 'is by default the namespace of the context, else default; a list; or ALL'), async (context) => {
    const world = await newWorld(context);
    const second = await world.client.newNamespace('compat');
    const third = await world.client.newNamespace('compat');
    const labels = { [`only-${world.namespace}`]: '' };
    const LABEL = `only-${world.namespace}`;
    const namespaces = { default: 'default', first: world.namespace, second, third };
    for (const [key, namespace] of Object.entries(namespaces)) {
      await world.put(world.namespace, { [key]: namespace }, { namespace, labels });
    }
    const collected = async (env: Readonly<Record<string, string>>, name: string) => {
      await world.collect({ LABEL, FOLDER: `${world.base}/${name}`, ...env });
      return Object.keys(world.files(`${world.base}/${name}`)).sort();
    };
    expect(await collected({}, 'own')).toEqual(['first']);
    expect(await collected({ KUBECONFIG: world.kubeconfig({ namespace: null }) }, 'no-context')).toEqual(['default']);
    expect(await collected({ NAMESPACE: ` ${second} ,${third}` }, 'list')).toEqual(['second', 'third']);
    expect(await collected({ NAMESPACE: 'ALL' }, 'all')).toEqual(['default', 'first', 'second', 'third']);
    await world.client.delete('configmaps', 'default', world.namespace);
  });

  it(
    row('RESOURCE_NAME', 'takes objects by name instead of by label, by kind and namespace where these are given'),
    async (context) => {
      const world = await newWorld(context);
      const other = await world.client.newNamespace('compat');
      const labels = {};
      for (const name of ['one', 'two']) {
        await world.put(name, { [`map-${name}`]: '' }, { labels });
        await world.putSecret(name, { [`secret-${name}`]: '' }, { labels });
      }
      await world.put('labelled', { labelled: '' });
      await world.put('far', { far: '' }, { namespace: other, labels });
      const collected = async (RESOURCE_NAME: string, env: Readonly<Record<string, string>> = {}) => {
        const FOLDER = `${world.base}/${RESOURCE_NAME.replaceAll('/', '_')}`;
        await world.collect({ RESOURCE: 'both', RESOURCE_NAME, FOLDER, ...env });
        return Object.keys(world.files(FOLDER)).sort();
      };
      expect(await collected('one')).toEqual(['map-one', 'secret-one']);
      expect(await collected('secret/one, configmap/two')).toEqual(['map-two', 'secret-one']);
      expect(await collected(`${world.namespace}/configmap/one`)).toEqual(['map-one']);
      expect(await collected(`${other}/configmap/far`)).toEqual([]);
      expect(await collected(`${other}/configmap/far,absent`, { NAMESPACE: 'ALL' })).toEqual(['far']);
      const { exit } = await world.run({ RESOURCE_NAME: 'one', LABEL: '' });
      expect(exit.code).toBe(2);
    },
  );

  it(row('RESOURCE_NAME', 'is watched, under a Role that names the object alone'), async (context) => {
    const world = await newWorld(context);
    await world.put('mine', { key: '1' }, { labels: {} });
    await world.client.grant('user-c', world.namespace, {
      resources: ['configmaps'],
      verbs: ['get', 'list', 'watch'],
      resourceNames: ['mine'],
    });
    const KUBECONFIG = world.kubeconfig({ token: world.kube.tokens['user-c'] });
    await world.startSynced({ KUBECONFIG, RESOURCE_NAME: 'mine' });
    await world.patch('mine', { data: { key: '2' } });
    await world.holds({ key: '2' });
  });

  it(row('METHOD', 'LIST collects once, tells once, and exits with 0'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    await world.collect({ METHOD: 'list', REQ_URL: world.application.url });
    expect(world.files()).toEqual({ a: '1' });
    expect(world.application.requests).toHaveLength(1);
  });

  it.for([
    ['refuses the connection', 1],
    ['refuses the credentials', 401],
    ['fails', 500],
  ] as const)(
    row('METHOD', 'LIST exits with 0 and owes nothing while the application %s'),
    async ([, answer], context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const retries = { REQ_RETRY_BACKOFF_FACTOR: '0.01', REQ_RETRY_TOTAL: '2' };
      if (answer !== 1) world.application.answer({ status: answer });
      const REQ_URL = answer === 1 ? 'http://127.0.0.1:1/reload' : world.application.url;
      const { sidecar, exit } = await world.run({ METHOD: 'LIST', REQ_URL, ...retries });
      expect(exit.code).toBe(0);
      expect(sidecar.logs.filter(({ msg }) => msg.startsWith('could not tell'))).not.toEqual([]);
      const asked = world.application.requests.length;
      await world.collect({ REQ_URL: world.application.url });
      expect(world.application.requests).toHaveLength(asked);
    },
  );

  it(row(['METHOD', 'SLEEP_TIME'], 'SLEEP lists again after that time, and opens no watch'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    await world.put('b', { b: '1' });
    const gateway = await world.gateway();
    await world.startSynced({
      KUBECONFIG: world.kubeconfig({ server: gateway.url }),
      METHOD: 'SLEEP',
      SLEEP_TIME: '0.7',
    });
    await world.client.delete('configmaps', world.namespace, 'a');
    await world.patch('b', { data: { b: '2' } });
    await world.holds({ b: '2' });
    await eventually('three rounds', () => gateway.lists().length >= 3);
    expect(gateway.watches()).toEqual([]);
    const times = gateway.lists().map(({ at }) => at);
    for (const [index, at] of times.slice(1).entries()) expect(at - (times[index] ?? 0)).toBeGreaterThan(650);
    expect(await defaultOf('SLEEP_TIME')).toBe('60');
  });

  it.for(['', 'WATCH', 'watch', 'anything'])(row('METHOD', 'watches when it is "%s"'), async (METHOD, context) => {
    const world = await newWorld(context);
    const gateway = await world.gateway();
    await world.startSynced({ KUBECONFIG: world.kubeconfig({ server: gateway.url }), METHOD });
    await world.put('a', { a: '1' });
    await world.holds({ a: '1' });
    expect(gateway.watches()).not.toEqual([]);
  });

  it.for(['true', 'false'])(
    row('IGNORE_ALREADY_PROCESSED', 'or not (%s), a watch that ends is resumed and nothing is handled twice'),
    async (value, context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const gateway = await world.gateway();
      const sidecar = await world.startSynced({
        KUBECONFIG: world.kubeconfig({ server: gateway.url }),
        IGNORE_ALREADY_PROCESSED: value,
        WATCH_SERVER_TIMEOUT: '1',
        REQ_URL: world.application.url,
        NOTIFY_DEBOUNCE: '0.1',
        LOG_LEVEL: 'DEBUG',
      });
      await eventually('three watches have ended', () => gateway.watches().length > 3);
      await world.patch('a', { data: { a: '2' } });
      await world.holds({ a: '2' });
      await eventually('the application knows', () => world.application.requests.length >= 2);
      expect(world.application.requests).toHaveLength(2);
      expect(sidecar.logs.filter(({ msg }) => /^(wrote|unchanged) /.test(msg))).toHaveLength(2);
    },
  );

  it(
    row(
      'WATCH_SERVER_TIMEOUT',
      'is what the API server is asked for, 60 by default; the next watch goes on where it was',
    ),
    async (context) => {
      const world = await newWorld(context);
      const gateway = await world.gateway();
      const KUBECONFIG = world.kubeconfig({ server: gateway.url });
      const first = await world.startSynced({ KUBECONFIG });
      await eventually('a watch is open', () => gateway.watches().length > 0);
      expect(gateway.watches().at(-1)?.query.get('timeoutSeconds')).toBe('60');
      await first.stop();
      const before = gateway.watches().length;
      await world.startSynced({ KUBECONFIG, WATCH_SERVER_TIMEOUT: '1' });
      await eventually('it was opened again', () => gateway.watches().length >= before + 3);
      const [, second, third] = gateway.watches().slice(before);
      for (const watch of [second, third]) {
        expect(watch?.query.get('timeoutSeconds')).toBe('1');
        expect(Number(watch?.query.get('resourceVersion'))).toBeGreaterThan(0);
        expect(watch?.query.get('sendInitialEvents')).not.toBe('true');
      }
      expect((third?.at ?? 0) - (second?.at ?? 0)).toBeGreaterThan(900);
    },
  );

  it(row('WATCH_CLIENT_TIMEOUT', 'drops a watch that is silent for so long, and resumes it'), async (context) => {
    const world = await newWorld(context);
    const gateway = await world.gateway();
    const KUBECONFIG = world.kubeconfig({ server: gateway.url });
    await world.startSynced({ KUBECONFIG, WATCH_CLIENT_TIMEOUT: '2', WATCH_SERVER_TIMEOUT: '3600' });
    await world.put('a', { a: '1' });
    await world.holds({ a: '1' });
    const before = gateway.watches().length;
    const since = performance.now();
    gateway.muteOpenStreams();
    await world.put('b', { b: '1' });
    await eventually('another watch is asked for', () => gateway.watches().length > before);
    expect((gateway.watches()[before]?.at ?? 0) - since).toBeGreaterThan(1_500);
    await world.holds({ a: '1', b: '1' });
    expect(await defaultOf('WATCH_CLIENT_TIMEOUT')).toBe('66');
  });

  it.for([
    ['', 800],
    ['3', 3_000],
  ] as const)(
    row('ERROR_THROTTLE_SLEEP', 'of "%s" waits %i ms after the first error, then longer'),
    async ([value, waitMs], context) => {
      const world = await newWorld(context);
      const gateway = await world.gateway();
      gateway.fail({ status: 503 });
      const sidecar = world.start({
        KUBECONFIG: world.kubeconfig({ server: gateway.url }),
        ERROR_THROTTLE_SLEEP: value,
        LOG_LEVEL: 'DEBUG',
      });
      await eventually('a second try', () => gateway.requests.length >= 2);
      const [first, second] = gateway.requests;
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(waitMs - 20);
      await eventually('two failures are said', () => waits().length >= 2);
      const [one = 0, two = 0] = waits();
      expect(one).toBeGreaterThanOrEqual(waitMs / 1_000);
      expect(one).toBeLessThanOrEqual((2 * waitMs) / 1_000);
      expect(two).toBeGreaterThanOrEqual((2 * waitMs) / 1_000);
      gateway.fail(undefined);
      await world.put('a', { a: '1' });
      await eventually('the files come', () => world.files()['a'] === '1', { withinMs: 30_000 });

      function waits(): readonly number[] {
        return sidecar.logs.map((line) => line['retryInSeconds']).filter((wait) => typeof wait === 'number');
      }
    },
  );
});
