import { expect, test } from 'vitest';
import { readConfig } from '../../../src/config/read-config.js';
import { secretsOf } from '../../../src/config/secrets-of.js';

function secrets(env: Record<string, string>): readonly string[] {
  const result = readConfig({ env: { LABEL: 'a', FOLDER: '/b', ...env }, argv: [] });
  if (!('ok' in result)) throw new Error('Expected a configuration');
  return secretsOf(result.ok);
}

test('passwords, and what a URL holds of userinfo and query, plain and decoded', () => {
  expect(
    secrets({
      REQ_PASSWORD: 'one',
      REQ_URL: 'http://user:t%2Fwo@host/?casc-reload-token=jenkins%2F0&x=true',
      HTTPS_PROXY: 'u:three@proxy:3128',
    }),
  ).toEqual(['t%2Fwo', 't/wo', 'casc-reload-token=jenkins%2F0&x=true', 'jenkins/0', 'one', 'three']);
});

test('a URL without secrets, a user name and a payload give none', () => {
  const env = {
    REQ_URL: 'http://host:80/path',
    REQ_USERNAME: 'admin',
    REQ_PAYLOAD: 'reload',
    HTTP_PROXY: 'proxy:3128',
  };
  expect(secrets(env)).toEqual([]);
});

test('the query of a unix socket', () => {
  expect(secrets({ REQ_URL: 'unix:/run/app.sock:/reload?token=jenkins%2F0' })).toEqual([
    'token=jenkins%2F0',
    'jenkins/0',
  ]);
});

test('a token', () => {
  expect(secrets({ REQ_TOKEN: 's3cret' })).toEqual(['s3cret']);
});

test('a password in a URL that is not well encoded is taken as it is', () => {
  expect(secrets({ REQ_URL: 'http://u:a%zz@host/' })).toEqual(['a%zz']);
});

test('a proxy that is no URL is left alone', () => {
  expect(secrets({ HTTP_PROXY: 'http://' })).toEqual([]);
});
