import { makeCertificate } from '../certificate.js';
import type { Connections } from '../connections.js';
import { listen } from '../listen.js';
import { createAccounts } from './accounts.js';
import { checkCredentials, checkedGrafanaOptions } from './checked-grafana-options.js';
import type { FakeGrafana } from './fake-grafana.js';
import { createGrafanaFaults } from './grafana-faults.js';
import { grafanaHands } from './grafana-hands.js';
import { createGrafanaLog } from './grafana-log.js';
import type { FakeGrafanaOptions } from './grafana-options.js';
import { grafanaRules } from './grafana-rules.js';
import { createGrafanaStore } from './grafana-store.js';
import { isAtLeast, parseGrafanaVersion } from './grafana-version.js';
import type { GrafanaWorld } from './grafana-world.js';
import { receiveGrafanaRequest } from './receive-grafana-request.js';

/**
 * Starts a Grafana in this process, in memory: the API of dashboards and folders, old and new, as the given version has it.
 * What it does not know it refuses. Rejects with a `RangeError` for options that cannot be, and with Node's error where the
 * port is taken.
 *
 * @example
 * await using grafana = await startFakeGrafana({ version: '11.2', tokens: [{ name: 'pusher', token: 'secret' }] });
 * await push(grafana.url);
 * grafana.dashboards();
 */
export async function startFakeGrafana(options: FakeGrafanaOptions = {}): Promise<FakeGrafana> {
  const checked = checkedGrafanaOptions(options);
  const { host, tls, now, orgs } = checked;
  let version = parseGrafanaVersion(checked.version);
  const store = createGrafanaStore();
  const world: GrafanaWorld = { store, now, rules: grafanaRules(version), quota: undefined };
  const accounts = createAccounts(now);
  accounts.set(checked.users, checked.tokens);
  const faults = createGrafanaFaults();
  const log = createGrafanaLog();
  const certificate = tls === true ? await makeCertificate(host) : tls || undefined;

  let connections: Connections | undefined;
  const open = (port: number) =>
    listen({ host, port, certificate }, (found) => {
      connections = found;
      const reception = { world, accounts, faults, log, connections: found };
      return (request, response) => void receiveGrafanaRequest(reception, request, response);
    });
  const { url, port, close: closeFirst } = await open(checked.port);
  let closeCurrent: (() => Promise<void>) | undefined = closeFirst;

  const stop = async (): Promise<void> => {
    const close = closeCurrent;
    closeCurrent = undefined;
    const closing = close?.();
    connections?.resetAll();
    await closing;
  };
  const start = async (): Promise<void> => {
    if (closeCurrent) return;
    closeCurrent = (await open(port)).close;
  };
  const restart = async (): Promise<void> => {
    await stop();
    await start();
  };
  const close = async (): Promise<void> => {
    const end = closeCurrent;
    closeCurrent = undefined;
    await end?.();
  };

  return {
    ...grafanaHands(world),
    url,
    port,
    ca: certificate?.ca,
    get version() {
      return world.rules.version;
    },
    get requests() {
      return log.requests;
    },
    get changes() {
      return store.changes;
    },
    setQuota(dashboards) {
      world.quota = dashboards;
    },
    setCredentials({ users = [], tokens = [] }) {
      checkCredentials({ users, tokens }, orgs);
      accounts.set(users, tokens);
    },
    empty() {
      store.clear();
      accounts.forgetAttempts();
    },
    stop,
    start,
    restart,
    async upgrade(text) {
      const next = parseGrafanaVersion(text);
      if (!isAtLeast(next, version.major, version.minor, version.patch)) {
        throw new RangeError(`Expected \`version\` to be ${world.rules.version} or newer, got ${text}.`);
      }
      await stop();
      version = next;
      world.rules = grafanaRules(next);
      await start();
    },
    fail: (match, fault, faultOptions) => faults.add(match, fault, faultOptions),
    cutConnections: () => connections?.resetAll(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
