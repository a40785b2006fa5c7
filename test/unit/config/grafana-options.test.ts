import { describe, expect, test } from 'vitest';
import { grafanaInstance } from '../../../src/config/grafana-instance.js';
import { grafanaLogin } from '../../../src/config/grafana-login.js';
import { flagName } from '../../../src/config/option-spec.js';
import { readConfig } from '../../../src/config/read-config.js';
import { secretsOf } from '../../../src/config/secrets-of.js';
import { selectionOf } from '../../../src/config/selection.js';

const URL = 'http://grafana:3000';

function read(env: Record<string, string>, ...argv: string[]) {
  return readConfig({ env: { LABEL: 'grafana_dashboard', GRAFANA_URL: URL, ...env }, argv });
}

function ok(env: Record<string, string>) {
  const result = read(env);
  if (!('ok' in result)) throw new Error(`Expected a configuration, got ${JSON.stringify(messages(env))}`);
  return result.ok;
}

function messages(env: Record<string, string>): readonly string[] {
  const result = read(env);
  return 'errors' in result ? result.errors.map(({ message }) => message) : [];
}

describe('GRAFANA_URL switches the push on', () => {
  test('FOLDER is optional with it, and still taken', () => {
    expect(ok({})).toMatchObject({ grafanaUrl: URL, folder: undefined });
    expect(ok({ FOLDER: '/files' })).toMatchObject({ grafanaUrl: URL, folder: '/files' });
  });

  test('without it FOLDER is required, and nothing else of the push is looked at', () => {
    const without = (env: Record<string, string>) =>
      readConfig({ env: { LABEL: 'a', GRAFANA_TOKEN: 't', GRAFANA_USERNAME: 'u', ...env }, argv: [] });
    expect(without({ FOLDER: '/files' })).toHaveProperty('ok');
    expect(without({})).toMatchObject({ errors: [{ code: 'missing', message: expect.stringContaining('`FOLDER`') }] });
  });

  test('what tells of files needs files', () => {
    const hooks = { SCRIPT: '/run.sh', VALIDATE: '/check', VALIDATE_FOLDER: '/candidate' };
    expect(messages(hooks)).toEqual([
      'Expected `FOLDER` to be set, since `SCRIPT` is, which is about files.',
      'Expected `FOLDER` to be set, since `VALIDATE` is, which is about files.',
    ]);
    expect(messages({ SIGNAL: 'HUP', SIGNAL_PROCESS: 'name:nginx' })).toEqual([
      'Expected `FOLDER` to be set, since `SIGNAL` is, which is about files.',
    ]);
    expect(messages({ REQ_URL: URL })).toEqual([
      'Expected `FOLDER` to be set, since `REQ_URL` is, which is about files; Grafana itself is told by `GRAFANA_URL` alone.',
    ]);
    expect(messages({ ...hooks, FOLDER: '/files' })).toEqual([]);
  });

  test('no folder is none, not the working directory', () => {
    expect(messages({ VALIDATE_FOLDER: process.cwd() })).toEqual([]);
  });

  test('what is selected without a folder has an identity of its own', () => {
    const identity = (env: Record<string, string>) => selectionOf(ok(env), 'own').identity;
    expect(identity({})).not.toEqual(identity({ FOLDER: '/files' }));
    expect(identity({})).not.toContain(undefined);
  });
});

describe('every wrong variable has its message', () => {
  const url =
    'Expected `GRAFANA_URL` to be a URL that begins with http:// or https://, without a user name, a query and a fragment';
  test.each([
    [{ GRAFANA_URL: 'grafana:3000' }, `${url}, got "grafana:3000".`],
    [{ GRAFANA_URL: 'unix:/run/grafana.sock' }, `${url}, got "unix:/run/grafana.sock".`],
    [{ GRAFANA_URL: 'http://u:s3cret@grafana/' }, `${url}, got "http://grafana/".`],
    [{ GRAFANA_URL: 'http://u@grafana/' }, `${url}, got "http://grafana/".`],
    [{ GRAFANA_URL: 'http://:s3cret@grafana/' }, `${url}, got "http://grafana/".`],
    [{ GRAFANA_URL: 'https://grafana/?auth=s3cret' }, `${url}, got "https://grafana/".`],
    [{ GRAFANA_URL: 'https://grafana/#s3cret' }, `${url}, got "https://grafana/".`],
    [{ GRAFANA_URL: 'http://' }, `${url}, got "http://".`],
    [
      { GRAFANA_TOKEN: 's3 cret' },
      'Expected `GRAFANA_TOKEN` to be visible ASCII characters without blanks, got a value that is not shown.',
    ],
    [
      { GRAFANA_TOKEN_FILE: '/a\0' },
      'Expected `GRAFANA_TOKEN_FILE` to be a path without a NUL character, got "/a\\u0000".',
    ],
    [{ GRAFANA_ORG_ID: '0' }, 'Expected `GRAFANA_ORG_ID` to be the number of an organisation, from 1 up, got "0".'],
    [{ GRAFANA_ORG_ID: '1.5' }, 'Expected `GRAFANA_ORG_ID` to be the number of an organisation, from 1 up, got "1.5".'],
    [{ GRAFANA_TIMEOUT: '0' }, 'Expected `GRAFANA_TIMEOUT` to be a number of seconds above 0 up to 2147483, got "0".'],
    [{ GRAFANA_RESYNC: '0' }, 'Expected `GRAFANA_RESYNC` to be a number of seconds above 0 up to 2147483, got "0".'],
    [{ GRAFANA_API: 'v1' }, 'Expected `GRAFANA_API` to be one of auto, legacy, apis, got "v1".'],
    [{ GRAFANA_DRIFT: 'no' }, 'Expected `GRAFANA_DRIFT` to be one of enforce, warn, ignore, got "no".'],
    [
      { GRAFANA_INSTANCE: ' ' },
      'Expected `GRAFANA_INSTANCE` to be a name of at most 253 characters on one line, got " ".',
    ],
    [
      { GRAFANA_INSTANCE: 'a\nb' },
      'Expected `GRAFANA_INSTANCE` to be a name of at most 253 characters on one line, got "a\\nb".',
    ],
    [
      { GRAFANA_FOLDER_UID: 'a b' },
      'Expected `GRAFANA_FOLDER_UID` to be the uid of a folder: at most 40 letters, digits, - and _, got "a b".',
    ],
    [
      { GRAFANA_FOLDER_UID_KEYS: 'folderUid,a b' },
      'Expected `GRAFANA_FOLDER_UID_KEYS` to be a comma list where each item is an annotation key by the rules of Kubernetes, such as example.com/folder, got "folderUid,a b".',
    ],
    [
      { GRAFANA_MAX_DELETE_PERCENT: '101' },
      'Expected `GRAFANA_MAX_DELETE_PERCENT` to be a whole number from 0 to 100, got "101".',
    ],
    [
      { GRAFANA_MAX_DELETE_PERCENT: '-1' },
      'Expected `GRAFANA_MAX_DELETE_PERCENT` to be a whole number from 0 to 100, got "-1".',
    ],
  ])('%j', (env, message) => {
    expect(messages(env as Record<string, string>)).toEqual([message]);
  });
});

test('what may be written in several ways is read as one', () => {
  expect(ok({ GRAFANA_URL: ' https://host/grafana/\n' }).grafanaUrl).toBe('https://host/grafana/');
  expect(ok({ GRAFANA_FOLDER_UID: ' general ' }).grafanaFolderUid).toBe('');
  expect(ok({ GRAFANA_FOLDER_UID: `${'a'.repeat(40)}` }).grafanaFolderUid).toHaveLength(40);
  expect(ok({ GRAFANA_FOLDER_UID_KEYS: ' example.com/Folder ,x,' }).grafanaFolderUidKeys).toEqual([
    'example.com/Folder',
    'x',
  ]);
  expect(ok({ GRAFANA_API: 'APIS', GRAFANA_DRIFT: 'Warn', GRAFANA_ORG_ID: ' 7 ' })).toMatchObject({
    grafanaApi: 'apis',
    grafanaDrift: 'warn',
    grafanaOrgId: 7,
  });
  expect(ok({ GRAFANA_MAX_DELETE_PERCENT: '0' }).grafanaMaxDeletePercent).toBe(0);
  expect(ok({ GRAFANA_MAX_DELETE_PERCENT: '100' }).grafanaMaxDeletePercent).toBe(100);
});

test('a flag without a value deletes, an empty variable does not', () => {
  expect(read({ GRAFANA_DELETE: 'false' }, `--${flagName('GRAFANA_DELETE')}`)).toMatchObject({
    ok: { grafanaDelete: true },
  });
  expect(ok({ GRAFANA_DELETE: '' }).grafanaDelete).toBe(false);
});

describe('one login', () => {
  const both =
    'Expected one of `GRAFANA_TOKEN` and `GRAFANA_USERNAME` with `GRAFANA_PASSWORD` to be set, got both: keep one.';
  test.each([
    { GRAFANA_TOKEN: 's3cret', GRAFANA_USERNAME: 'u', GRAFANA_PASSWORD: 's3cret' },
    { GRAFANA_TOKEN_FILE: '/t', GRAFANA_PASSWORD_FILE: '/p' },
    { GRAFANA_TOKEN_FILE: '/t', GRAFANA_USERNAME_FILE: '/u' },
  ])('a token and a user stop the start: %j', (env) => {
    expect(messages(env as Record<string, string>)).toEqual([both]);
  });

  test.each([
    [{ GRAFANA_USERNAME: 'u' }, 'GRAFANA_PASSWORD', 'GRAFANA_USERNAME'],
    [{ GRAFANA_USERNAME_FILE: '/u' }, 'GRAFANA_PASSWORD', 'GRAFANA_USERNAME'],
    [{ GRAFANA_PASSWORD: 's3cret' }, 'GRAFANA_USERNAME', 'GRAFANA_PASSWORD'],
    [{ GRAFANA_PASSWORD_FILE: '/p', REQ_USERNAME: 'u' }, 'GRAFANA_USERNAME', 'GRAFANA_PASSWORD'],
    [{ REQ_USERNAME: 'u' }, 'REQ_PASSWORD', 'REQ_USERNAME'],
    [{ REQ_PASSWORD_FILE: '/p' }, 'REQ_USERNAME', 'REQ_PASSWORD'],
  ])('half of it stops the start: %j', (env, unset, set) => {
    expect(messages(env as Record<string, string>)).toEqual([
      `Expected \`${unset}\` to be set, since \`${set}\` is: Grafana asks for both.`,
    ]);
  });

  test('a name and a file make a whole', () => {
    const env = { GRAFANA_USERNAME: 'u', GRAFANA_PASSWORD_FILE: '/p' };
    expect(grafanaLogin(ok(env))).toMatchObject({ username: 'u', passwordFile: '/p', token: undefined });
  });

  test('none at all is right, too: Grafana may let anybody in', () => {
    expect(Object.values(grafanaLogin(ok({}))).filter(Boolean)).toEqual([]);
  });

  test("the seed's REQ_USERNAME and REQ_PASSWORD are taken where REQ_URL is absent and credentials of Grafana are, too", () => {
    const seed = { REQ_USERNAME: 'admin', REQ_PASSWORD: 's3cret', REQ_USERNAME_FILE: '/u', REQ_PASSWORD_FILE: '/p' };
    expect(grafanaLogin(ok(seed))).toEqual({
      username: 'admin',
      password: 's3cret',
      usernameFile: '/u',
      passwordFile: '/p',
    });
    const request = grafanaLogin(ok({ ...seed, REQ_URL: 'http://app/reload', FOLDER: '/files' }));
    expect(Object.values(request).filter(Boolean)).toEqual([]);
    for (const name of ['TOKEN', 'TOKEN_FILE']) {
      const own = grafanaLogin(ok({ ...seed, [`GRAFANA_${name}`]: '/own' }));
      expect(Object.values(own).filter(Boolean), name).toEqual(['/own']);
    }
  });

  test('credentials are removed from the log, the name of a user is not', () => {
    const secrets = secretsOf(ok({ GRAFANA_USERNAME: 'nobody', GRAFANA_PASSWORD: 's3cret' }));
    expect(secrets).toEqual(['s3cret']);
    expect(secretsOf(ok({ GRAFANA_TOKEN: 'glsa_1' }))).toEqual(['glsa_1']);
  });
});

describe('whose stamp', () => {
  const instance = (env: Record<string, string>) => grafanaInstance(ok(env), 'monitoring');

  test.each([
    [{}, 'monitoring/grafana_dashboard'],
    [{ LABEL_VALUE: '1' }, 'monitoring/grafana_dashboard=1'],
    [{ LABEL_SELECTOR: 'team in (a, b)' }, 'monitoring/grafana_dashboard,team in (a, b)'],
    [{ LABEL: '', LABEL_SELECTOR: 'team=a' }, 'monitoring/team=a'],
    [{ FIELD_SELECTOR: 'metadata.name!=x' }, 'monitoring/grafana_dashboard;metadata.name!=x'],
    [{ GRAFANA_INSTANCE: ' east ' }, 'east'],
  ])('%j: %s', (env, expected) => {
    expect(instance(env as Record<string, string>)).toBe(expected);
  });

  test('one more namespace, or the kind, makes no other pusher', () => {
    expect(instance({ NAMESPACE: 'a,b', RESOURCE: 'both' })).toBe(instance({}));
  });
});
