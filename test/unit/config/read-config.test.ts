import fc from 'fast-check';
import { describe, expect, expectTypeOf, test } from 'vitest';
import { fileKey, flagName } from '../../../src/config/option-spec.js';
import { type Config, optionEntries } from '../../../src/config/options.js';
import { type ReadConfigResult, readConfig } from '../../../src/config/read-config.js';

const required = { LABEL: 'app', FOLDER: '/data' };

function read(env: Record<string, string>, ...argv: string[]): ReadConfigResult {
  return readConfig({ env: { ...required, ...env }, argv });
}

function ok(result: ReadConfigResult) {
  if (!('ok' in result)) throw new Error(`Expected a configuration, got ${JSON.stringify(result)}`);
  return result;
}

function messages(result: ReadConfigResult): readonly string[] {
  return 'errors' in result ? result.errors.map((error) => error.message) : [];
}

describe('defaults', () => {
  test('the required variables alone give the established defaults', () => {
    expect(ok(read({})).ok).toEqual({
      label: 'app',
      labelValue: undefined,
      labelSelector: undefined,
      fieldSelector: undefined,
      resource: 'configmap',
      namespace: undefined,
      namespaceSelector: undefined,
      resourceName: undefined,
      method: 'WATCH',
      sleepTime: 60,
      ignoreAlreadyProcessed: false,
      watchServerTimeout: 60,
      watchClientTimeout: 66,
      errorThrottleSleep: 0.8,
      listTimeout: 120,
      listStrict: false,
      folder: '/data',
      folderAnnotation: 'k8s-sidecar-target-directory',
      folderAllowedRoots: undefined,
      uniqueFilenames: false,
      defaultFileMode: undefined,
      fileWrite: 'atomic',
      state: 'auto',
      gzipKeys: false,
      validate: undefined,
      validateFolder: undefined,
      validateTimeout: 60,
      urlDeny: 'unsafe',
      urlAllowedHosts: undefined,
      urlAuthHosts: undefined,
      urlMaxBytes: 5_242_880,
      urlTimeout: 30,
      urlRefresh: 0,
      scriptTimeout: 60,
      signal: undefined,
      signalProcess: undefined,
      signalAll: false,
      podName: undefined,
      events: false,
      leaderElection: false,
      leaderElectionLease: 'k8s-sidecar',
      script: undefined,
      reqUrl: undefined,
      reqMethod: 'GET',
      reqPayload: undefined,
      reqSkipInit: false,
      reqTimeout: 10,
      reqRetryTotal: 5,
      reqRetryConnect: 10,
      reqRetryRead: 5,
      reqRetryBackoffFactor: 1.1,
      reqUsername: undefined,
      reqPassword: undefined,
      reqUsernameFile: undefined,
      reqPasswordFile: undefined,
      reqBasicAuthEncoding: 'latin1',
      reqToken: undefined,
      reqTokenFile: undefined,
      reqHeaders: undefined,
      reqHeadersFile: undefined,
      reqCaFile: undefined,
      reqCertFile: undefined,
      reqKeyFile: undefined,
      reqSuccess: { ranges: [{ from: 200, to: 299 }] },
      reqPayloadChanges: false,
      signalVerifyUrl: undefined,
      reqSkipTlsVerify: false,
      enable5xx: false,
      notifyDebounce: 1,
      notifyMaxWait: 10,
      notifyRetryInterval: 60,
      grafanaUrl: undefined,
      grafanaToken: undefined,
      grafanaTokenFile: undefined,
      grafanaUsername: undefined,
      grafanaUsernameFile: undefined,
      grafanaPassword: undefined,
      grafanaPasswordFile: undefined,
      grafanaOrgId: undefined,
      grafanaSkipTlsVerify: false,
      grafanaCaFile: undefined,
      grafanaTimeout: 10,
      grafanaApi: 'auto',
      grafanaInstance: undefined,
      grafanaFolderUid: undefined,
      grafanaFolderUidKeys: ['folderUid', 'ericsson.com.cos.grafana/folderUid'],
      grafanaFolderIdKeys: ['folderID', 'folderId', 'ericsson.com.cos.grafana/folderId'],
      grafanaCreateFolders: false,
      grafanaAdopt: false,
      grafanaDrift: 'enforce',
      grafanaResync: 300,
      grafanaDelete: true,
      grafanaMaxDeletePercent: 50,
      kubeconfig: undefined,
      podNamespace: undefined,
      skipTlsVerify: false,
      disableX509StrictVerification: false,
      healthPort: 8080,
      healthHost: undefined,
      logLevel: 'INFO',
      logFormat: 'JSON',
      logTz: 'LOCAL',
      logConfig: undefined,
      httpProxy: undefined,
      httpsProxy: undefined,
      noProxy: undefined,
      sslCertFile: undefined,
      requestsCaBundle: undefined,
    } satisfies Config);
  });

  test('the types of the configuration come from the table', () => {
    expectTypeOf<Config['label']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Config['labelValue']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<Config['method']>().toEqualTypeOf<'LIST' | 'SLEEP' | 'WATCH'>();
    expectTypeOf<Config['enable5xx']>().toEqualTypeOf<boolean>();
    expectTypeOf<Config['namespace']>().toEqualTypeOf<'ALL' | readonly string[] | undefined>();
  });

  test('an empty string is unset for every option but a boolean, where it is false', () => {
    const empty = Object.fromEntries(optionEntries.map(([variable]) => [variable, '']));
    expect(ok(read({ ...empty, ...required })).ok).toEqual({ ...ok(read({})).ok, grafanaDelete: false });
  });

  test('every row says where its default comes from, in the form of the others', () => {
    for (const [variable, spec] of optionEntries.filter(([, each]) => !each.later)) {
      expect(spec.text, variable).toMatch(/^\S.*\.$/);
      expect([spec.default, spec.unset, spec.required].filter(Boolean), variable).toHaveLength(1);
    }
  });
});

describe('every wrong variable has its message', () => {
  test.each([
    [
      { LABEL: '-x' },
      'Expected `LABEL` to be a label key by the rules of Kubernetes, such as grafana_dashboard or example.com/kind, got "-x".',
    ],
    [{ LABEL: '' }, 'Expected `LABEL` or `--label` to be set: Key of the label to select objects by.'],
    [
      { LABEL_VALUE: 'a b' },
      'Expected `LABEL_VALUE` to be a label value by the rules of Kubernetes: at most 63 letters, digits, -, _ or ., got "a b".',
    ],
    [{ RESOURCE: 'pods' }, 'Expected `RESOURCE` to be one of configmap, secret, both, got "pods".'],
    [
      { NAMESPACE: 'a,B' },
      'Expected `NAMESPACE` to be a comma list of namespaces (names, globs with * and ?, and both with a ! to leave them out), or ALL, got "a,B".',
    ],
    [
      { LABEL_SELECTOR: 'a in b' },
      'Expected `LABEL_SELECTOR` to be a label selector of Kubernetes, such as `app in (a, b), !test` (at character 6: "("), got "a in b".',
    ],
    [
      { NAMESPACE_SELECTOR: ' ' },
      'Expected `NAMESPACE_SELECTOR` to be a label selector of Kubernetes, such as `app in (a, b), !test`, got " ".',
    ],
    [
      { FIELD_SELECTOR: 'spec.x=1' },
      'Expected `FIELD_SELECTOR` to be a field selector of Kubernetes on metadata.name, metadata.namespace, type, such as `metadata.name!=other`, got "spec.x=1".',
    ],
    [
      { FIELD_SELECTOR: 'type=Opaque', RESOURCE: 'both' },
      'Expected `RESOURCE` to be secret, since `FIELD_SELECTOR` selects by type, which ConfigMaps do not have, got "both".',
    ],
    [
      { LABEL: '', LABEL_VALUE: 'x', LABEL_SELECTOR: 'app' },
      'Expected `LABEL` to be set, since `LABEL_VALUE` is: a value is that of a key.',
    ],
    [
      { RESOURCE_NAME: 'a,pod/b' },
      'Expected `RESOURCE_NAME` to be a comma list where each item is name, kind/name or namespace/kind/name, where kind is configmap or secret, got "a,pod/b".',
    ],
    [{ SLEEP_TIME: '0' }, 'Expected `SLEEP_TIME` to be a number of seconds above 0 up to 2147483, got "0".'],
    [
      { WATCH_SERVER_TIMEOUT: '1m' },
      'Expected `WATCH_SERVER_TIMEOUT` to be a whole number of seconds from 1 up to 2147483, got "1m".',
    ],
    [
      { WATCH_CLIENT_TIMEOUT: '-1' },
      'Expected `WATCH_CLIENT_TIMEOUT` to be a number of seconds above 0 up to 2147483, got "-1".',
    ],
    [
      { ERROR_THROTTLE_SLEEP: 'x' },
      'Expected `ERROR_THROTTLE_SLEEP` to be a number of seconds above 0 up to 2147483, got "x".',
    ],
    [{ LIST_TIMEOUT: 'x' }, 'Expected `LIST_TIMEOUT` to be a number of seconds above 0 up to 2147483, got "x".'],
    [
      { FOLDER: '' },
      'Expected `FOLDER` or `--folder` to be set: Folder that the files go to; created if it is missing.',
    ],
    [{ FOLDER: '/a\0' }, 'Expected `FOLDER` to be a path without a NUL character, got "/a\\u0000".'],
    [
      { FOLDER_ANNOTATION: 'a b' },
      'Expected `FOLDER_ANNOTATION` to be an annotation key by the rules of Kubernetes, such as example.com/folder, got "a b".',
    ],
    [
      { FOLDER_ALLOWED_ROOTS: '/a,b' },
      'Expected `FOLDER_ALLOWED_ROOTS` to be a comma list where each item is an absolute path, got "/a,b".',
    ],
    [
      { DEFAULT_FILE_MODE: '999' },
      'Expected `DEFAULT_FILE_MODE` to be three or four octal digits, such as 440, 0644 or 0o440, got "999".',
    ],
    [{ FILE_WRITE: 'x' }, 'Expected `FILE_WRITE` to be one of atomic, in-place, got "x".'],
    [{ STATE: 'on' }, 'Expected `STATE` to be auto, off or the absolute path of a directory, got "on".'],
    [{ SCRIPT: 'run.sh' }, 'Expected `SCRIPT` to be an absolute path, got "run.sh".'],
    [
      { REQ_URL: 'htp://u:pw@host/p?token=t' },
      'Expected `REQ_URL` to be a URL that begins with http:// or https://, or unix:/run/app.sock:/path, got "htp://host/p".',
    ],
    [
      { REQ_URL: 'unix:run/app.sock:/p?token=t' },
      'Expected `REQ_URL` to be a URL that begins with http:// or https://, or unix:/run/app.sock:/path, got "unix:run/app.sock:/p".',
    ],
    [
      { SIGNAL_VERIFY_URL: 'app/' },
      'Expected `SIGNAL_VERIFY_URL` to be a URL that begins with http:// or https://, or unix:/run/app.sock:/path, got "app/".',
    ],
    [
      { REQ_TOKEN: 'a b' },
      'Expected `REQ_TOKEN` to be visible ASCII characters without blanks, got a value that is not shown.',
    ],
    [
      { REQ_HEADERS: 'X-A: b\nc' },
      'Expected `REQ_HEADERS` to be one `Name: value` a line (line 2 has no colon), got a value that is not shown.',
    ],
    [
      { REQ_SUCCESS: 'ok' },
      'Expected `REQ_SUCCESS` to be a comma list of statuses and ranges, perhaps with one json:FIELD=VALUE, such as 200-299,json:status=0, got "ok".',
    ],
    [{ REQ_CA_FILE: 'a\0' }, 'Expected `REQ_CA_FILE` to be a path without a NUL character, got "a\\u0000".'],
    [{ REQ_TOKEN_FILE: 'a\0' }, 'Expected `REQ_TOKEN_FILE` to be a path without a NUL character, got "a\\u0000".'],
    [{ REQ_HEADERS_FILE: 'a\0' }, 'Expected `REQ_HEADERS_FILE` to be a path without a NUL character, got "a\\u0000".'],
    [{ REQ_METHOD: 'HEAD' }, 'Expected `REQ_METHOD` to be one of GET, POST, PUT, PATCH, DELETE, got "HEAD".'],
    [{ REQ_TIMEOUT: '0' }, 'Expected `REQ_TIMEOUT` to be a number of seconds above 0 up to 2147483, got "0".'],
    [{ REQ_RETRY_TOTAL: '-1' }, 'Expected `REQ_RETRY_TOTAL` to be a whole number from 0 up, got "-1".'],
    [{ REQ_RETRY_CONNECT: 'x' }, 'Expected `REQ_RETRY_CONNECT` to be a whole number from 0 up, got "x".'],
    [{ REQ_RETRY_READ: '1.5' }, 'Expected `REQ_RETRY_READ` to be a whole number from 0 up, got "1.5".'],
    [
      { REQ_RETRY_BACKOFF_FACTOR: 'x' },
      'Expected `REQ_RETRY_BACKOFF_FACTOR` to be a number from 0 up, such as 1.1, got "x".',
    ],
    [
      { REQ_USERNAME_FILE: 'a\0' },
      'Expected `REQ_USERNAME_FILE` to be a path without a NUL character, got "a\\u0000".',
    ],
    [
      { REQ_PASSWORD_FILE: 'a\0' },
      'Expected `REQ_PASSWORD_FILE` to be a path without a NUL character, got "a\\u0000".',
    ],
    [{ REQ_BASIC_AUTH_ENCODING: 'x' }, 'Expected `REQ_BASIC_AUTH_ENCODING` to be latin1, utf-8 or ascii, got "x".'],
    [{ NOTIFY_DEBOUNCE: '-1' }, 'Expected `NOTIFY_DEBOUNCE` to be a number of seconds from 0 up to 2147483, got "-1".'],
    [{ NOTIFY_MAX_WAIT: 'x' }, 'Expected `NOTIFY_MAX_WAIT` to be a number of seconds from 0 up to 2147483, got "x".'],
    [
      { NOTIFY_RETRY_INTERVAL: '0' },
      'Expected `NOTIFY_RETRY_INTERVAL` to be a number of seconds above 0 up to 2147483, got "0".',
    ],
    [
      { POD_NAMESPACE: 'A' },
      'Expected `POD_NAMESPACE` to be the name of a namespace: at most 63 lower-case letters, digits or -, got "A".',
    ],
    [{ HEALTH_PORT: '65536' }, 'Expected `HEALTH_PORT` to be a port from 0 to 65535, got "65536".'],
    [
      { LEADER_ELECTION_LEASE: 'Not a name' },
      'Expected `LEADER_ELECTION_LEASE` to be the name of an object: at most 253 lower-case letters, digits, - or ., got "Not a name".',
    ],
    [{ LOG_LEVEL: 'loud' }, 'Expected `LOG_LEVEL` to be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, got "loud".'],
    [{ LOG_FORMAT: 'xml' }, 'Expected `LOG_FORMAT` to be one of JSON, LOGFMT, got "xml".'],
    [{ LOG_TZ: 'CET' }, 'Expected `LOG_TZ` to be one of LOCAL, UTC, got "CET".'],
    [{ LOG_CONFIG: 'a\0' }, 'Expected `LOG_CONFIG` to be a path without a NUL character, got "a\\u0000".'],
    [{ SSL_CERT_FILE: 'a\0' }, 'Expected `SSL_CERT_FILE` to be a path without a NUL character, got "a\\u0000".'],
    [
      { REQUESTS_CA_BUNDLE: 'a\0' },
      'Expected `REQUESTS_CA_BUNDLE` to be a path without a NUL character, got "a\\u0000".',
    ],
  ])('%j', (env, message) => {
    expect(messages(read(env as Record<string, string>))).toEqual([message]);
  });

  test('all of them at once, each in one line', () => {
    const found = messages(readConfig({ env: { SLEEP_TIME: 'a\nb', HEALTH_PORT: 'x' }, argv: ['--lable', 'y'] }));
    expect(found).toHaveLength(5);
    for (const message of found) expect(message).not.toContain('\n');
  });

  test('a wrong flag is named as the flag, and a long value is cut', () => {
    expect(messages(read({}, `--log-level=${'x'.repeat(200)}`))).toEqual([
      `Expected \`--log-level\` to be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, got "${'x'.repeat(100)}…".`,
    ]);
  });
});

describe('precedence', () => {
  test('a flag wins over its variable, a variable over the default, and each says where it came from', () => {
    const { ok: config, sources } = ok(read({ SLEEP_TIME: '5', REQ_TIMEOUT: '6' }, '--sleep-time', '7'));
    expect(config).toMatchObject({ sleepTime: 7, reqTimeout: 6, healthPort: 8080 });
    expect(sources.sleepTime).toEqual({ from: 'flag', name: '--sleep-time' });
    expect(sources.reqTimeout).toEqual({ from: 'variable', name: 'REQ_TIMEOUT' });
    expect(sources.healthPort).toEqual({ from: 'default' });
  });

  test('an empty flag does not hide the variable, an empty boolean flag is false', () => {
    expect(
      ok(read({ LABEL_VALUE: 'a', UNIQUE_FILENAMES: 'true' }, '--label-value=', '--unique-filenames=')).ok,
    ).toMatchObject({
      labelValue: 'a',
      uniqueFilenames: false,
    });
  });

  test('a proxy variable in lower case wins, an empty one does not', () => {
    const env = { HTTP_PROXY: 'http://upper', http_proxy: 'http://lower', NO_PROXY: 'a', no_proxy: '' };
    const { ok: config, sources } = ok(read(env));
    expect(config).toMatchObject({ httpProxy: 'http://lower', noProxy: 'a' });
    expect(sources.httpProxy).toEqual({ from: 'variable', name: 'http_proxy' });
  });

  test('every option can be given by its flag as by its variable', () => {
    const samples: Record<string, string> = {
      boolean: 'true',
      seconds: '7',
      integer: '7',
      number: '7',
      port: '7',
      mode: '600',
      URL: 'http://host/',
      encoding: 'utf-8',
      'auto, off or path': '/state',
      'absolute path list': '/a,/b',
      'namespace list': 'a,b',
      'field selector': 'metadata.name=x',
      'header lines': 'X-A: b',
      'host list': 'example.com',
      bytes: '7',
      'absolute path': '/a',
      signal: 'SIGHUP',
      process: 'name:nginx',
    };
    /** What an option cannot go without. */
    const companions: Record<string, Record<string, string>> = {
      REQ_CERT_FILE: { REQ_KEY_FILE: '/key' },
      REQ_KEY_FILE: { REQ_CERT_FILE: '/certificate' },
      REQ_PAYLOAD_CHANGES: { REQ_METHOD: 'POST' },
      SIGNAL: { SIGNAL_PROCESS: 'name:nginx' },
      SIGNAL_PROCESS: { SIGNAL: 'SIGHUP' },
      SIGNAL_VERIFY_URL: { SIGNAL: 'SIGHUP', SIGNAL_PROCESS: 'name:nginx' },
      VALIDATE: { VALIDATE_FOLDER: '/candidates' },
      VALIDATE_FOLDER: { VALIDATE: '/check' },
    };
    for (const [variable, spec] of optionEntries.filter(([, each]) => !each.later)) {
      const value = samples[spec.type.label] ?? spec.default ?? 'x';
      const more = companions[variable] ?? {};
      const byFlag = ok(read(more, `--${flagName(variable)}`, value)).ok[fileKey(variable)];
      expect(byFlag, variable).toEqual(ok(read({ ...more, [variable]: value })).ok[fileKey(variable)]);
      expect(byFlag, variable).toBeDefined();
    }
  });
});

describe('secrets', () => {
  test('a value of a secret option is never shown', () => {
    const result = readConfig({
      env: { REQ_PASSWORD: 'hunter2', REQ_PAYLOAD: 'hunter2' },
      argv: ['--req-pasword', 'hunter2', '--req-password=hunter2', '--x=hunter2', 'run', 'hunter2'],
    });
    expect(messages(result)).toHaveLength(5);
    expect(messages(result).join()).not.toContain('hunter2');
  });

  test('nor the userinfo or the query of a URL, however wrong the rest is', () => {
    const secret = fc
      .string({ unit: fc.constantFrom(...'Z7/?#:@%'), minLength: 1 })
      .filter((text) => /[Z7]/.test(text));
    const options = fc.constantFrom('REQ_URL', 'HTTP_PROXY', 'REQ_PASSWORD', 'REQ_PAYLOAD');
    fc.assert(
      fc.property(options, secret, secret, (variable, password, token) => {
        const url = `hppt://u:${password}@host/?t=${token.replaceAll('@', '')}`;
        expect(messages(read({ [variable]: url, HEALTH_PORT: 'x' })).join()).not.toMatch(/[Z7]/);
      }),
    );
  });
});

test('--help and --version are answered whatever else is wrong', () => {
  expect(readConfig({ env: {}, argv: ['--nonsense', '--help'] })).toEqual({ show: 'help' });
  expect(readConfig({ env: {}, argv: ['-h'] })).toEqual({ show: 'help' });
  expect(readConfig({ env: {}, argv: ['--version'] })).toEqual({ show: 'version' });
});
