import { chmodSync, chownSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import type { Sidecar } from '../support/run-sidecar.js';
import { grafanaDouble, jenkinsDouble } from './application-doubles.js';
import {
  type GrafanaSidecar,
  grafanaFolders,
  grafanaInits,
  grafanaMains,
  grafanaNativeInits,
} from './fixtures/grafana-chart.js';
import { cortexSidecars, jenkinsContainers, jenkinsLogConfig, lokiSidecar } from './fixtures/other-charts.js';
import { closed, listening } from './loopback-server.js';
import { row } from './row.js';
import { newServiceAccount } from './service-account.js';
import { newWorld, said, synced, type World } from './world.js';

const given = new Set<string>();

/** The port that a chart names, or a free one where another test of this file, or another program of this machine, has it. */
async function portLike(wanted: string): Promise<string> {
  if (given.has(wanted)) return portLike('0');
  const server = createServer();
  try {
    // At once, so that no other test comes between.
    if (wanted !== '0') given.add(wanted);
    const port = await listening(server, Number(wanted), '::');
    await closed(server);
    return String(port);
  } catch {
    return portLike('0');
  }
}

/** A container of the chart: with what the chart sets and nothing else, under its service account. */
async function accountOf(world: World, options: Parameters<typeof newServiceAccount>[2]): Promise<string> {
  return world.kubeconfig({ token: await newServiceAccount(world.client, world.namespace, options) });
}

async function stopAll(sidecars: readonly Sidecar[]): Promise<void> {
  const exits = await Promise.all(sidecars.map((sidecar) => sidecar.stop()));
  expect(exits.map(({ code }) => code)).toEqual(sidecars.map(() => 0));
}

const configsAndSecrets = ['configmaps', 'secrets'];

describe.skipIf(kubeMissing)('the Grafana chart', { concurrent: true }, () => {
  const adminUser = 'admin';
  const adminPassword = 'prom-operator-s3cr3t';

  it(
    row(
      ['chart-grafana', 'health-port-taken'],
      'two init containers and five sidecars in one network namespace, Grafana later',
    ),
    async (context) => {
      const world = await newWorld(context);
      const team = await world.client.newNamespace('compat');
      const KUBECONFIG = await accountOf(world, { clusterWide: true, resources: configsAndSecrets });
      const grafana = await grafanaDouble(adminUser, adminPassword);
      world.onFinished(() => grafana.close());
      const pod = { root: world.base, grafanaUrl: grafana.url, adminUser, adminPassword };
      const folders = grafanaFolders(pod);
      const reloadsOf = (name: string) => grafana.reloads.filter((reload) => reload.startsWith(name));

      await world.put('alert', { 'alert.yaml': 'groups: []' }, { labels: { grafana_alert: '' } });
      await world.putSecret(
        'notifier',
        { 'notifier.yaml': 'secret-of-the-notifier' },
        { labels: { grafana_notifier: '1' } },
      );
      const dashboard = { grafana_dashboard: '1' };
      await world.put('kubernetes', { 'k8s.json': '{"title":"k8s"}' }, { labels: dashboard });
      await world.put(
        'shop',
        { 'shop.json': '{}' },
        { namespace: team, labels: dashboard, annotations: { grafana_folder: 'Team' } },
      );
      await world.put('other', { 'other.json': '{}' }, { labels: { grafana_dashboard: 'other' } });
      await world.putSecret(
        'source',
        { 'source.yaml': 'secret-of-the-source' },
        { namespace: team, labels: { grafana_datasource: '1' } },
      );
      await world.put('plugin', { 'plugin.yaml': 'apps: []' }, { labels: { grafana_plugin: '' } });

      const inits = await Promise.all(
        Object.values(grafanaInits(pod)).map(async (env) => {
          const HEALTH_PORT = await portLike(env['HEALTH_PORT'] ?? '');
          return world.run({ KUBECONFIG, ...env, HEALTH_PORT });
        }),
      );
      expect(inits.map(({ exit }) => exit.code)).toEqual([0, 0]);
      expect(world.files(folders.alerts)).toEqual({ 'alert.yaml': 'groups: []' });

      // By default all want 8080. Where that is taken, all want the same other one.
      const port = await portLike('8080');
      const HEALTH_PORT = port === '8080' ? '' : port;
      const mains: Partial<Record<GrafanaSidecar, Sidecar>> = {};
      for (const [name, env] of Object.entries(grafanaMains(pod))) {
        mains[name as GrafanaSidecar] = world.start({ KUBECONFIG, HEALTH_PORT, ...env });
      }
      const sidecars = Object.values(mains);
      await Promise.all(sidecars.map(synced));
      const clash = (sidecar: Sidecar) => said(sidecar, 'WARNING', `HEALTH_PORT=${port} is in use`).length;
      expect(sidecars.map(clash).sort()).toEqual([0, 1, 1, 1, 1]);
      const listening = sidecars.find((sidecar) => clash(sidecar) === 0);
      expect(await listening?.health('/healthz')).toEqual({ status: 200, body: 'OK' });
      expect(await listening?.healthPort()).toBe(Number(port));

      expect(world.files(folders.dashboards)).toEqual({ 'k8s.json': '{"title":"k8s"}', 'Team/shop.json': '{}' });
      expect(world.files(folders.datasources)).toEqual({ 'source.yaml': 'secret-of-the-source' });
      expect(world.files(folders.notifiers)).toEqual({ 'notifier.yaml': 'secret-of-the-notifier' });
      expect(world.files(folders.plugins)).toEqual({ 'plugin.yaml': 'apps: []' });

      await grafana.listen();
      await eventually('Grafana has heard of what it has not seen yet', () => grafana.reloads.length >= 3);
      // What the init containers wrote is no change for the sidecars that found it.
      expect([...grafana.reloads].sort()).toEqual(['dashboards 200', 'datasources 200', 'plugins 200']);

      await world.client.patch('configmaps', team, 'shop', { data: { 'shop.json': '{"title":"new"}' } });
      await eventually('dashboards are reloaded', () => reloadsOf('dashboards').length === 2);
      await world.client.delete('secrets', team, 'source');
      await eventually('data sources are reloaded', () => reloadsOf('datasources').length === 2);
      await world.patch('alert', { data: { 'alert.yaml': 'groups: [{}]' } });
      await eventually('alerts are reloaded', () => reloadsOf('alerting').length === 1);
      await world.client.patch('secrets', world.namespace, 'notifier', {
        metadata: { labels: { grafana_notifier: null } },
      });
      await eventually('notifiers are reloaded', () => reloadsOf('notifications').length === 1);
      expect(world.files(folders.dashboards)['Team/shop.json']).toBe('{"title":"new"}');
      expect(world.files(folders.datasources)).toEqual({});
      expect(world.files(folders.notifiers)).toEqual({});
      expect(grafana.reloads.filter((reload) => !reload.endsWith(' 200'))).toEqual([]);
      expect(grafana.reloads).toHaveLength(7);

      await stopAll(sidecars);
      for (const sidecar of [...sidecars, ...inits.map((init) => init.sidecar)]) {
        expect(sidecar.output()).not.toMatch(/s3cr3t|secret-of|title|groups:/);
        expect(sidecar.otherLines).toEqual([]);
      }
    },
  );

  it(
    row('chart-grafana', 'init containers that go on: ready before Grafana is there, and silent about the first files'),
    async (context) => {
      const world = await newWorld(context);
      const KUBECONFIG = await accountOf(world, { resources: configsAndSecrets });
      const grafana = await grafanaDouble(adminUser, adminPassword);
      world.onFinished(() => grafana.close());
      const pod = { root: world.base, grafanaUrl: grafana.url, adminUser, adminPassword };
      const folders = grafanaFolders(pod);
      const labels = { grafana_dashboard: '2', grafana_datasource: '2' };
      await world.put('both', { 'a.json': '{}' }, { labels });
      const start = async (name: 'dashboards' | 'datasources') => {
        const env = grafanaNativeInits(pod)[name];
        const own = { NAMESPACE: '', LABEL_VALUE: '2', HEALTH_PORT: await portLike(env['HEALTH_PORT'] ?? '') };
        return world.start({ KUBECONFIG, ...env, ...own, NOTIFY_DEBOUNCE: '0.1' });
      };
      const sidecars = [await start('datasources'), await start('dashboards')];
      for (const sidecar of sidecars) {
        await eventually('the startup probe succeeds', async () => (await sidecar.health('/healthz')).status === 200);
      }
      expect(world.files(folders.dashboards)).toEqual({ 'a.json': '{}' });
      expect(world.files(folders.datasources)).toEqual({ 'a.json': '{}' });
      await grafana.listen();
      await world.patch('both', { data: { 'a.json': '[]' } });
      await eventually('both reload', () => grafana.reloads.length >= 2);
      await stopAll(sidecars);
      expect([...grafana.reloads].sort()).toEqual(['dashboards 200', 'datasources 200']);
    },
  );

  it(
    row(['chart-grafana', 'request-forgotten'], 'a wrong password is tried once, so that the account is not locked'),
    async (context) => {
      const world = await newWorld(context);
      const KUBECONFIG = await accountOf(world, { resources: configsAndSecrets });
      const grafana = await grafanaDouble(adminUser, adminPassword);
      await grafana.listen();
      world.onFinished(() => grafana.close());
      const pod = { root: world.base, grafanaUrl: grafana.url, adminUser, adminPassword: 'wr0ng' };
      const { alerts } = grafanaMains(pod);
      const alert = { labels: { grafana_alert: '' } };
      await world.put('one', { one: '' }, alert);
      const sidecar = world.start({ KUBECONFIG, ...alerts, HEALTH_PORT: '0', NOTIFY_DEBOUNCE: '0.1' });
      await eventually('it is refused', () => grafana.reloads.length === 1);
      for (const name of ['two', 'three']) {
        await world.put(name, { [name]: '' }, alert);
        await eventually('it stands', () => world.files(grafanaFolders(pod).alerts)[name] === '');
      }
      await sidecar.stop();
      expect(grafana.reloads).toEqual(['alerting 401']);
      expect(sidecar.output()).not.toContain('wr0ng');
    },
  );
});

describe.skipIf(kubeMissing)('the Loki chart', { concurrent: true }, () => {
  it(
    row(
      ['chart-loki', 'readers-of-the-folder'],
      'tenants are all that there is below /rules, and rules all that there is in a tenant',
    ),
    async (context) => {
      const world = await newWorld(context);
      const KUBECONFIG = await accountOf(world, { clusterWide: true, resources: configsAndSecrets });
      const env = lokiSidecar(world.base);
      const rule = (tenant: string) => ({
        labels: { loki_rule: '' },
        annotations: { 'k8s-sidecar-target-directory': tenant },
      });
      await world.put('absolute', { 'a.yaml': 'a' }, rule(`${env.FOLDER}/fake`));
      await world.putSecret('relative', { 'b.yaml': 'b' }, rule('team'));
      const sidecar = world.start({ KUBECONFIG, ...env, HEALTH_PORT: await portLike(env.HEALTH_PORT) });
      await eventually('the probe succeeds', async () => (await sidecar.health('/healthz')).status === 200);
      const tenants = () =>
        readdirSync(env.FOLDER, { withFileTypes: true })
          .filter((entry) => entry.isDirectory())
          .map(({ name }) => name)
          .sort();
      expect(tenants()).toEqual(['fake', 'team']);
      for (let version = 1; version <= 10; version++) {
        await world.patch('absolute', { data: { 'a.yaml': `version ${version}`, [`more-${version}.yaml`]: '' } });
        await eventually('it stands', () => world.files(env.FOLDER)['fake/a.yaml'] === `version ${version}`);
        expect(readdirSync(join(env.FOLDER, 'fake')).filter((name) => !/^(a|more-\d+)\.yaml$/.test(name))).toEqual([]);
      }
      expect(readdirSync(env.FOLDER).filter((name) => !tenants().includes(name) && !name.startsWith('.ks-'))).toEqual(
        [],
      );
      expect(readdirSync(env.FOLDER).filter((name) => /\.(json|ya?ml)$/.test(name))).toEqual([]);
      await world.client.delete('secrets', world.namespace, 'relative');
      await eventually('a tenant without rules is none', () => tenants().join() === 'fake');
      await stopAll([sidecar]);
    },
  );
});

describe.skipIf(kubeMissing)('the Cortex chart', { concurrent: true }, () => {
  it(
    row('chart-cortex', 'watches with an empty METHOD, beside what Cortex itself keeps in its folder'),
    async (context) => {
      const world = await newWorld(context);
      const KUBECONFIG = await accountOf(world, { clusterWide: true, resources: configsAndSecrets });
      const { ruler } = cortexSidecars(world.base);
      mkdirSync(join(ruler.FOLDER, 'own'), { recursive: true });
      writeFileSync(join(ruler.FOLDER, 'own/nflog'), 'of Cortex');
      const sidecar = world.start({ KUBECONFIG, ...ruler, HEALTH_PORT: await portLike(ruler.HEALTH_PORT) });
      await eventually('the startup probe succeeds', async () => (await sidecar.health('/healthz')).status === 200);
      const annotations = { 'k8s-sidecar-target-directory': 'tenant' };
      await world.put('rules', { 'rules.yaml': 'groups: []' }, { labels: { cortex_rules: '1' }, annotations });
      await world.holds({ 'own/nflog': 'of Cortex', 'tenant/rules.yaml': 'groups: []' }, ruler.FOLDER);
      await world.client.delete('configmaps', world.namespace, 'rules');
      await world.holds({ 'own/nflog': 'of Cortex' }, ruler.FOLDER);
      await stopAll([sidecar]);
    },
  );

  it(
    row(
      ['chart-cortex', 'readers-of-the-folder'],
      'a FOLDER that is a tenant holds its files alone, with STATE elsewhere',
    ),
    async (context) => {
      const world = await newWorld(context);
      const KUBECONFIG = await accountOf(world, { clusterWide: true, resources: configsAndSecrets });
      const { alertmanager } = cortexSidecars(world.base);
      const HEALTH_PORT = await portLike(alertmanager.HEALTH_PORT);
      const env = { KUBECONFIG, ...alertmanager, HEALTH_PORT, STATE: join(world.base, 'data/state') };
      const labels = { cortex_alertmanager: '1' };
      await world.put('one', { 'fake.yaml': '1' }, { labels });
      const first = await world.startSynced(env);
      for (let version = 2; version <= 10; version++) {
        await world.patch('one', { data: { 'fake.yaml': `${version}` } });
        await world.holds({ 'fake.yaml': `${version}` }, alertmanager.FOLDER);
        expect(readdirSync(alertmanager.FOLDER)).toEqual(['fake.yaml']);
      }
      await stopAll([first]);
      await world.client.delete('configmaps', world.namespace, 'one');
      await world.startSynced(env);
      await eventually('it is remembered there', () => readdirSync(alertmanager.FOLDER).length === 0);
    },
  );
});

describe.skipIf(kubeMissing)('the Jenkins chart', { concurrent: true }, () => {
  const labels = { 'jenkins-jenkins-config': 'true' };

  async function jenkins(world: World) {
    const KUBECONFIG = await accountOf(world, { resources: ['configmaps'] });
    const podName = `jenkins-0-${world.namespace}`;
    const application = await jenkinsDouble(podName);
    world.onFinished(() => application.close());
    const pod = { root: world.base, jenkinsUrl: application.url, podName, namespace: world.namespace };
    const containers = jenkinsContainers(pod);
    const HEALTH_PORT = await portLike(containers.init.HEALTH_PORT);
    return { KUBECONFIG, application, podName, containers, HEALTH_PORT };
  }

  it.for(['watching', 'sleeping'] as const)(
    row('chart-jenkins', 'an init container, then a sidecar that is %s and reloads with a token that no log has'),
    async (kind, context) => {
      const world = await newWorld(context);
      const { KUBECONFIG, application, podName, containers, HEALTH_PORT } = await jenkins(world);
      const { FOLDER } = containers.init;
      await world.put('casc', { 'jenkins.yaml': 'jenkins: {}' }, { labels });
      const init = await world.run({ KUBECONFIG, ...containers.init, HEALTH_PORT });
      expect(init.exit.code).toBe(0);
      expect(world.files(FOLDER)).toEqual({ 'jenkins.yaml': 'jenkins: {}' });
      const sidecar = await world.startSynced({ KUBECONFIG, ...containers[kind], HEALTH_PORT, LOG_LEVEL: 'DEBUG' });
      await world.put('more', { 'more.yaml': 'tool: {}' }, { labels });
      await world.holds({ 'jenkins.yaml': 'jenkins: {}', 'more.yaml': 'tool: {}' }, FOLDER);
      // Jenkins takes its time to start; the change is owed until it listens.
      await eventually('a connection was refused', () =>
        sidecar.logs.some(({ msg }) => msg.startsWith('could not tell')),
      );
      await application.listen();
      await eventually('Jenkins reloads', () => application.reloads.length === 1);
      await world.client.delete('configmaps', world.namespace, 'more');
      await eventually('and again', () => application.reloads.length === 2);
      expect(application.reloads).toEqual(['200', '200']);
      await stopAll([sidecar]);
      for (const { output } of [sidecar, init.sidecar])
        expect(output()).not.toMatch(new RegExp(`${podName}|casc-reload-token=`));
    },
  );

  it(
    row(['chart-jenkins', 'LOG_CONFIG'], 'the logging configuration that it mounts is understood'),
    async (context) => {
      const world = await newWorld(context);
      const { KUBECONFIG, application, podName, containers, HEALTH_PORT } = await jenkins(world);
      await application.listen();
      const home = join(world.base, 'var/jenkins_home');
      for (const folder of ['auto-reload', 'auto-reload-logs']) mkdirSync(join(home, folder), { recursive: true });
      writeFileSync(containers.logging.LOG_CONFIG, jenkinsLogConfig(world.base));
      await world.put('casc', { 'jenkins.yaml': 'jenkins: {}' }, { labels });
      const sidecar = await world.startSynced({ KUBECONFIG, ...containers.logging, HEALTH_PORT });
      await eventually('Jenkins reloads', () => application.reloads.length === 1);
      await stopAll([sidecar]);
      expect(said(sidecar, 'WARNING')).toEqual([]);
      const logs = readdirSync(join(home, 'auto-reload-logs'));
      expect(logs).toContain('file.log');
      const text = logs.map((name) => readFileSync(join(home, 'auto-reload-logs', name), 'utf8')).join('');
      expect(text).toContain('jenkins.yaml');
      expect(text).not.toContain(podName);
    },
  );
});

describe.skipIf(kubeMissing)('the life of a pod', { concurrent: true }, () => {
  it.for(['WATCH', 'SLEEP'])(
    row('pod-life', 'SIGTERM ends %s with 0, also before the first list and while a request hangs'),
    async (METHOD, context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const gateway = await world.gateway();
      gateway.fail('mute');
      const waiting = world.start({ KUBECONFIG: world.kubeconfig({ server: gateway.url }), METHOD });
      await eventually('it lists', () => gateway.requests.length > 0);
      world.application.answer('hang');
      const hanging = world.start({
        METHOD,
        REQ_URL: world.application.url,
        NOTIFY_DEBOUNCE: '0.1',
        REQ_TIMEOUT: '600',
      });
      await eventually('it asks', () => world.application.requests.length === 1);
      for (const sidecar of [waiting, hanging]) {
        expect(await sidecar.stop()).toMatchObject({ code: 0, signal: undefined });
      }
    },
  );

  it(row(['pod-life', 'arguments'], 'arguments are flags, and one that is none stops the start'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const FOLDER = join(world.base, 'by-flag');
    await world.collect(
      { FOLDER: join(world.base, 'by-variable') },
      { args: ['--folder', FOLDER, '--unique-filenames'] },
    );
    expect(world.files(FOLDER)).toEqual({ [`namespace_${world.namespace}.configmap_a.a`]: '1' });
    const { sidecar, exit } = await world.run({}, { args: ['--foldr', FOLDER] });
    expect(exit.code).toBe(2);
    expect(said(sidecar, 'CRITICAL')[0]).toContain('--folder');
  });

  it(row('pod-life', 'any user and group will do, with nothing to write to but FOLDER'), async (context) => {
    const world = await newWorld(context);
    const [uid, gid] = [12_345, 54_321];
    await world.put('a', { a: '1' });
    const KUBECONFIG = world.kubeconfig();
    const program = join(world.base, 'as-somebody.cjs');
    // A copy, since the folder of the project may be closed to others.
    const bundle = join(world.base, 'main.cjs');
    copyFileSync(new URL('../../dist/main.cjs', import.meta.url), bundle);
    const become =
      process.getuid?.() === 0 ? `process.setgroups([]); process.setgid(${gid}); process.setuid(${uid});` : '';
    writeFileSync(program, `${become}\nrequire(${JSON.stringify(bundle)});\n`);
    mkdirSync(world.folder);
    // The folder of the test and the certificate of the API server are root's, and closed to others.
    const caFile = join(world.base, 'ca.crt');
    writeFileSync(caFile, readFileSync(world.kube.caFile));
    const own = world.kubeconfig({ caFile });
    chmodSync(world.base, 0o755);
    if (become !== '') for (const path of [world.folder, own, KUBECONFIG]) chownSync(path, uid, gid);
    const sidecar = await world.startSynced({ KUBECONFIG: own, HOME: '/nonexistent' }, { program, cwd: '/' });
    await world.patch('a', { data: { a: '2' } });
    await world.holds({ a: '2' });
    expect(said(sidecar, 'WARNING')).toEqual([]);
    await stopAll([sidecar]);
    expect(readdirSync(world.base).filter((name) => name.startsWith('.'))).toEqual([]);
  });
});
