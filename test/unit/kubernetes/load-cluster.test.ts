import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ClusterConfigError } from '../../../src/kubernetes/cluster-config-error.js';
import { type LoadClusterOptions, loadCluster } from '../../../src/kubernetes/load-cluster.js';

let folder: string;
let secrets: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-cluster-'));
  secrets = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: unknown): string => {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

interface Parts {
  readonly cluster?: Record<string, unknown>;
  readonly user?: Record<string, unknown>;
  readonly context?: Record<string, unknown>;
  readonly name?: string;
}

const config = ({ cluster = {}, user = {}, context = {}, name = 'c' }: Parts = {}) => ({
  'current-context': name,
  clusters: [{ name, cluster: { server: 'https://10.0.0.1:6443', ...cluster } }],
  users: [{ name, user }],
  contexts: [{ name, context: { cluster: name, user: name, ...context } }],
});

const load = (options: Partial<LoadClusterOptions>) =>
  loadCluster({
    env: {},
    homeDir: join(folder, 'home'),
    serviceAccountDir: join(folder, 'account'),
    onSecret: (secret) => secrets.push(secret),
    ...options,
  });

const load1 = (parts: Parts, options: Partial<LoadClusterOptions> = {}) =>
  load({ kubeconfigPaths: [write('config', config(parts))], ...options });

async function failure(run: () => Promise<unknown>): Promise<ClusterConfigError> {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(ClusterConfigError);
    return error as ClusterConfigError;
  }
  throw new Error('Expected an error, got none.');
}

const IN_POD = { KUBERNETES_SERVICE_HOST: '10.1.1.1', KUBERNETES_SERVICE_PORT: '443' };

describe('which cluster', () => {
  test('the kubeconfigs that were named win over KUBECONFIG, that over the pod, that over ~/.kube/config', async () => {
    const named = write('named', config({ cluster: { server: 'https://named' } }));
    const env = { ...IN_POD, KUBECONFIG: write('env', config({ cluster: { server: 'https://env/' } })) };
    write('account/token', 't');
    write('home/.kube/config', config({ cluster: { server: 'https://home' } }));
    expect(await load({ kubeconfigPaths: [named], env })).toMatchObject({ server: 'https://named', origin: named });
    expect((await load({ env })).server).toBe('https://env');
    expect(await load({ env: IN_POD })).toMatchObject({ server: 'https://10.1.1.1:443', origin: 'in-cluster' });
    expect((await load({})).server).toBe('https://home');
  });

  test('an IPv6 address of the service stands in brackets', async () => {
    write('account/token', 't');
    expect((await load({ env: { ...IN_POD, KUBERNETES_SERVICE_HOST: 'fd00::1' } })).server).toBe(
      'https://[fd00::1]:443',
    );
  });

  test('a pod without a token is told to mount one, unless there is a kubeconfig', async () => {
    expect(await failure(() => load({ env: IN_POD }))).toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('automountServiceAccountToken'),
    });
    write('home/.kube/config', config());
    expect((await load({ env: IN_POD })).server).toBe('https://10.0.0.1:6443');
  });

  test('nothing at all is an error that says where was looked', async () => {
    expect((await failure(() => load({}))).message).toContain(join(folder, 'home/.kube/config'));
    expect((await failure(() => load({ homeDir: undefined }))).code).toBe('not-found');
  });
});

test('what is wrong is told by the promise: nothing is thrown', async () => {
  const wrong: Partial<LoadClusterOptions>[] = [
    {},
    { env: IN_POD },
    { kubeconfigPaths: [join(folder, 'missing')] },
    { kubeconfigPaths: [write('config', 'text')] },
    { env: { KUBECONFIG: write('proxied', config({ cluster: { 'proxy-url': 'socks5://p' } })) } },
    { env: { KUBECONFIG: write('server', config({ cluster: { server: 'ftp://x' } })) } },
  ];
  for (const options of wrong) {
    let promise: Promise<unknown> | undefined;
    expect(() => {
      promise = load(options);
    }).not.toThrow();
    await expect(promise).rejects.toBeInstanceOf(ClusterConfigError);
  }
});

describe('several files', () => {
  test('the first that names a thing wins, missing files are passed over', async () => {
    const first = write('1', {
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: 'https://first' } }],
    });
    const second = write('2', config({ cluster: { server: 'https://second' }, user: { token: 'T' } }));
    const third = write('3', config({ name: 'other' }));
    const env = { KUBECONFIG: [first, join(folder, 'missing'), second, '', third].join(delimiter) };
    const cluster = await load({ env });
    expect(cluster.server).toBe('https://first');
    expect(cluster.origin).toContain('missing');
  });

  test('none that exists is an error', async () => {
    expect(await failure(() => load({ kubeconfigPaths: [join(folder, 'a'), join(folder, 'b')] }))).toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining(join(folder, 'b')),
    });
  });
});

describe('a kubeconfig that cannot be used', () => {
  test.each<[string, unknown, string, RegExp]>([
    ['no YAML', 'clusters: [\n  s3cret: "x', 'malformed', /line \d/],
    ['a text', 'just s3cret', 'malformed', /clusters, users and contexts/],
    [
      'a cluster without a server',
      { ...config(), clusters: [{ name: 'c', cluster: {} }] },
      'malformed',
      /clusters\[0\]\.cluster\.server is missing/,
    ],
    ['a cluster that is null', { ...config(), clusters: [null] }, 'malformed', /malformed one in/],
    [
      'a server that is no text',
      { ...config(), clusters: [{ name: 'c', cluster: { server: 7 } }] },
      'malformed',
      /malformed one in/,
    ],
    ['an empty file', '', 'incomplete', /current-context/],
    ['no current context', { ...config(), 'current-context': '' }, 'incomplete', /use-context/],
    ['an unknown context', { ...config(), 'current-context': 'x' }, 'incomplete', /context "x"/],
    ['an unknown cluster', config({ context: { cluster: 'x' } }), 'incomplete', /cluster "x"/],
    ['an unknown user', config({ context: { user: 'x' } }), 'incomplete', /user "x"/],
    ['a server that is no URL', config({ cluster: { server: 'ftp://x' } }), 'malformed', /https or http URL/],
    ['a server with userinfo', config({ cluster: { server: 'https://a:s3cret@x' } }), 'malformed', /without userinfo/],
    ['a SOCKS proxy', config({ cluster: { 'proxy-url': 'socks5://s3cret@p' } }), 'unsupported', /proxy-url/],
    ['a proxy that is no URL', config({ cluster: { 'proxy-url': 's3cret' } }), 'unsupported', /proxy-url/],
    ['groups to impersonate', config({ user: { 'as-groups': ['g'] } }), 'unsupported', /as-groups/],
    [
      'an exec plugin without a command',
      config({ user: { exec: { args: ['s3cret'] } } }),
      'malformed',
      /exec\.command/,
    ],
    [
      'an exec plugin that asks the user',
      config({ user: { exec: { command: 'x', interactiveMode: 'Always' } } }),
      'unsupported',
      /terminal/,
    ],
  ])('%s', async (_, content, code, message) => {
    const error = await failure(() => load({ kubeconfigPaths: [write('config', content)] }));
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.message).not.toContain('s3cret');
  });

  test('a folder in its place', async () => {
    expect(await failure(() => load({ kubeconfigPaths: [folder] }))).toMatchObject({
      code: 'unreadable',
      message: expect.stringContaining('EISDIR'),
    });
  });
});

test('the own namespace: the option, the service account, the context, default', async () => {
  const context = { namespace: 'from-context' };
  expect((await load1({})).namespace).toBe('default');
  expect((await load1({ context })).namespace).toBe('from-context');
  write('account/namespace', 'from-account\n');
  expect((await load1({ context })).namespace).toBe('from-account');
  expect((await load1({ context }, { podNamespace: 'from-option' })).namespace).toBe('from-option');
});

describe('credentials', () => {
  const authorization = async (parts: Parts, options: Partial<LoadClusterOptions> = {}) =>
    (await (await load1(parts, options)).credentials.current()).headers['authorization'];

  test('a token, and it is told to whoever redacts', async () => {
    expect(await authorization({ user: { token: 'T' } })).toBe('Bearer T');
    expect(secrets).toEqual(['T']);
  });

  test('a name and a password are UTF-8, and both forms are told', async () => {
    const basic = Buffer.from('u:pä:ss').toString('base64');
    expect(await authorization({ user: { username: 'u', password: 'pä:ss' } })).toBe(`Basic ${basic}`);
    expect(secrets).toEqual(['pä:ss', basic]);
  });

  test('a user without anything is anonymous, and so is a context without a user', async () => {
    const anonymous = { ...config(), users: [{ name: 'c' }, { name: 7 }] };
    const { credentials } = await load({ kubeconfigPaths: [write('anonymous', anonymous)] });
    expect((await credentials.current()).headers).toEqual({});
    const nobody = { ...config({ context: { user: undefined } }), users: null };
    expect((await (await load({ kubeconfigPaths: [write('nobody', nobody)] })).credentials.current()).headers).toEqual(
      {},
    );
  });

  test('an impersonated user', async () => {
    const { headers } = await (await load1({ user: { token: 'T', as: 'somebody' } })).credentials.current();
    expect(headers['impersonate-user']).toBe('somebody');
  });

  test('a context without a user has the CA of its cluster, and nothing else', async () => {
    const ca = Buffer.from('PEM').toString('base64');
    const { headers, tls } = await (
      await load1({
        cluster: { 'certificate-authority-data': ca },
        context: { user: undefined },
      })
    ).credentials.current();
    expect(headers).toEqual({});
    expect(tls.ca?.toString()).toBe('PEM');
  });

  test('a token file, by either name, relative to the kubeconfig, trimmed; it wins over a token', async () => {
    write('token', ' T1\n');
    expect(await authorization({ user: { tokenFile: 'token', token: 'static' } })).toBe('Bearer T1');
    expect(await authorization({ user: { 'token-file': join(folder, 'token') } })).toBe('Bearer T1');
  });

  test('a token file is read again after a minute, and at once when the token was refused', async () => {
    let now = 0;
    write('token', 'T1');
    const { credentials } = await load1({ user: { tokenFile: 'token' } }, { now: () => now });
    const first = await credentials.current();
    write('token', 'T2');
    now = 59_999;
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T1');
    now = 60_000;
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T2');
    write('token', 'T3');
    // Somebody else had renewed it since the first was given out: that one is tried first.
    expect((await credentials.renew(first)).headers['authorization']).toBe('Bearer T2');
    const second = await credentials.current();
    expect((await credentials.renew(second)).headers['authorization']).toBe('Bearer T3');
    expect(secrets).toEqual(['T1', 'T2', 'T3']);
  });

  test('a token file that vanishes or is empty is an error at first, and later the token that worked', async () => {
    const { credentials } = await load1({ user: { tokenFile: 'token' } }, { now: () => Date.now() * 1e6 });
    await expect(credentials.current()).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/ENOENT/),
    });
    write('token', '\n');
    await expect(credentials.current()).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/empty/),
    });
    write('token', 'T');
    await credentials.current();
    write('token', '');
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T');
    rmSync(join(folder, 'token'));
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T');
  });

  test('certificates come from data or from files beside the kubeconfig, which are read again each time', async () => {
    write('ca.crt', 'CA1');
    write('tls.crt', 'CERT');
    const { credentials } = await load1({
      cluster: { 'certificate-authority': 'ca.crt', 'tls-server-name': 'kube', 'insecure-skip-tls-verify': false },
      user: { 'client-certificate': 'tls.crt', 'client-key-data': Buffer.from('KEY').toString('base64') },
    });
    const { tls } = await credentials.current();
    expect([tls.ca, tls.cert, tls.key].map(String)).toEqual(['CA1', 'CERT', 'KEY']);
    expect(tls).toMatchObject({ servername: 'kube', rejectUnauthorized: undefined });
    expect(secrets).toEqual(['KEY']);
    write('ca.crt', 'CA2');
    expect(String((await credentials.current()).tls.ca)).toBe('CA2');
    rmSync(join(folder, 'ca.crt'));
    await expect(credentials.current()).rejects.toMatchObject({
      code: 'credentials',
      message: expect.stringMatching(/ca\.crt.*ENOENT/),
    });
  });

  test('the server goes unverified when the kubeconfig or the option says so', async () => {
    const unverified = { 'insecure-skip-tls-verify': true };
    expect((await (await load1({ cluster: unverified })).credentials.current()).tls.rejectUnauthorized).toBe(false);
    expect((await (await load1({}, { skipTlsVerify: true })).credentials.current()).tls.rejectUnauthorized).toBe(false);
    expect((await (await load1({})).credentials.current()).tls.rejectUnauthorized).toBeUndefined();
  });

  test('over plain http nothing is sent', async () => {
    const { headers } = await (
      await load1({
        cluster: { server: 'http://localhost:8001' },
        user: { token: 'T' },
      })
    ).credentials.current();
    expect(headers).toEqual({});
  });

  test('in a pod: the token and the CA of the service account, and without a CA the roots of the system', async () => {
    write('account/token', 'T\n');
    const without = await (await load({ env: IN_POD })).credentials.current();
    expect(without).toMatchObject({ headers: { authorization: 'Bearer T' }, tls: { ca: undefined } });
    write('account/ca.crt', 'CA');
    expect(String((await (await load({ env: IN_POD })).credentials.current()).tls.ca)).toBe('CA');
  });
});

describe('an exec plugin', () => {
  const plugin = (script: string): string => {
    const path = write('bin/plugin', `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return './bin/plugin';
  };
  const env = { PATH: process.env['PATH'], SECRET: 'from-env' };
  const credential = (status: Record<string, unknown>) =>
    `echo '${JSON.stringify({ kind: 'ExecCredential', status })}'`;
  const load2 = async (script: string, more: Record<string, unknown> = {}, options: Partial<LoadClusterOptions> = {}) =>
    (
      await load1(
        { user: { exec: { command: plugin(script), apiVersion: 'client.authentication.k8s.io/v1', ...more } } },
        { env, ...options },
      )
    ).credentials;

  test('gives a token; it is run with our environment, its own, its arguments, and word of what is asked', async () => {
    const script =
      'echo "{\\"status\\":{\\"token\\":\\"$1-$SECRET-$OWN-$(echo $KUBERNETES_EXEC_INFO | tr -d \'\\"\')\\"}}"';
    const { headers } = await (await load2(script, { args: ['arg'], env: [{ name: 'OWN', value: 'own' }] })).current();
    expect(headers['authorization']).toBe(
      'Bearer arg-from-env-own-{apiVersion:client.authentication.k8s.io/v1,kind:ExecCredential,spec:{interactive:false}}',
    );
  });

  test('is told the cluster where it asks for it', async () => {
    const script = 'echo "{\\"status\\":{\\"token\\":\\"$(echo $KUBERNETES_EXEC_INFO | tr -d \'\\"\')\\"}}"';
    const { headers } = await (await load2(script, { provideClusterInfo: true })).current();
    expect(headers['authorization']).toContain('cluster:{server:https://10.0.0.1:6443}');
  });

  test('gives a certificate', async () => {
    const { headers, tls } = await (
      await load2(credential({ clientCertificateData: 'CERT', clientKeyData: 'KEY' }))
    ).current();
    expect(headers).toEqual({});
    expect(tls).toMatchObject({ cert: 'CERT', key: 'KEY' });
    expect(secrets).toEqual(['KEY']);
  });

  const counting = 'n=$(cat n 2>/dev/null || echo 0); n=$((n+1)); echo $n > n;';
  const counted = (expires = '') =>
    `cd "$(dirname "$0")"; ${counting} echo "{\\"status\\":{\\"token\\":\\"T$n\\"${expires}}}"`;

  test('runs once for all who ask, until it is refused, and then once again for all', async () => {
    const credentials = await load2(counted());
    const [first] = await Promise.all([credentials.current(), credentials.current()]);
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T1');
    const renewed = await Promise.all([credentials.renew(first), credentials.renew(first)]);
    expect(renewed.map(({ headers }) => headers['authorization'])).toEqual(['Bearer T2', 'Bearer T2']);
    expect((await credentials.renew(first)).headers['authorization']).toBe('Bearer T2');
  });

  test('runs again when its credential has ended', async () => {
    let now = 0;
    const credentials = await load2(
      counted(',\\"expirationTimestamp\\":\\"1970-01-01T00:01:00Z\\"'),
      {},
      { now: () => now },
    );
    await credentials.current();
    now = 59_000;
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T1');
    now = 60_000;
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T2');
  });

  test.each([
    ['fails', 'echo s3cret >&2; exit 3', /failed with exit code 3/],
    ['prints no JSON', 'echo s3cret', /printed no ExecCredential/],
    ['prints JSON of something else', `echo '{"status":"s3cret"}'`, /printed no ExecCredential/],
    ['prints null', 'echo null', /printed no ExecCredential/],
    ['gives nothing', credential({ token: '' }), /printed no ExecCredential/],
    ['prints without end', 'yes', /could not be run \(ERR_CHILD_PROCESS_STDIO_MAXBUFFER\)/],
  ])('that %s is an error without what it printed', async (_, script, message) => {
    const error = await (await load2(script)).current().catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'credentials', message: expect.stringMatching(message) });
    expect((error as Error).message).not.toContain('s3cret');
  });

  test('that hangs is killed', async () => {
    await expect((await load2('exec sleep 60', {}, { execTimeoutMs: 50 })).current()).rejects.toThrow(
      'gave no answer within 0.05 s',
    );
  });

  test('that is not installed is an error', async () => {
    const { credentials } = await load1({ user: { exec: { command: 'no-such-plugin' } } }, { env });
    await expect(credentials.current()).rejects.toThrow('no-such-plugin of the kubeconfig could not be run (ENOENT)');
  });

  test('that failed is run again the next time', async () => {
    const credentials = await load2(
      `cd "$(dirname "$0")"; ${counting} [ $n = 1 ] && exit 1; ${credential({ token: 'T' })}`,
    );
    await expect(credentials.current()).rejects.toThrow('exit code 1');
    expect((await credentials.current()).headers['authorization']).toBe('Bearer T');
  });
});

describe('the proxy of a kubeconfig', () => {
  const proxyOf = async (proxy: string) => (await load1({ cluster: { 'proxy-url': proxy } })).proxy;

  test.each([
    ['an escape', 'http://user:pa%20ss@proxy:8080', 'pa ss'],
    ['a percent sign that begins no escape', 'http://user:50%@proxy:8080', '50%'],
  ])('takes a password with %s as it is meant, and tells it as a secret', async (_, url, password) => {
    const proxy = await proxyOf(url);
    expect(decodeURIComponent(proxy?.password ?? '')).toBe(password);
    expect(decodeURIComponent(proxy?.username ?? '')).toBe('user');
    expect(secrets).toContain(password);
  });

  test('without credentials tells no secret', async () => {
    expect((await proxyOf('https://proxy:8080'))?.href).toBe('https://proxy:8080/');
    expect(secrets).toEqual([]);
  });
});
