import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/read-config.js';

function messages(env: Record<string, string>): readonly string[] {
  const result = readConfig({ env: { LABEL: 'a', FOLDER: '/b', ...env }, argv: [] });
  return 'errors' in result ? result.errors.map(({ message }) => message) : [];
}

const basic = '`REQ_USERNAME` with `REQ_PASSWORD`';
const header = 'Authorization in `REQ_HEADERS`';

describe('two of what a request has once stop the start', () => {
  test.each([
    [{ REQ_TOKEN: 's3cret', REQ_USERNAME: 'u', REQ_PASSWORD: 's3cret' }, `${basic} and \`REQ_TOKEN\``],
    [{ REQ_TOKEN_FILE: '/t', REQ_PASSWORD_FILE: '/p' }, `${basic} and \`REQ_TOKEN\``],
    [{ REQ_TOKEN_FILE: '/t', REQ_USERNAME_FILE: '/u' }, `${basic} and \`REQ_TOKEN\``],
    [{ REQ_TOKEN: 's3cret', REQ_HEADERS: 'authorization: s3cret' }, `\`REQ_TOKEN\` and ${header}`],
    [{ REQ_USERNAME: 'u', REQ_HEADERS: 'Authorization: s3cret' }, `${basic} and ${header}`],
  ])('%j', (env, both) => {
    expect(messages(env as Record<string, string>)).toEqual([
      `Expected one of ${both} to be set, got 2: keep the one that the target asks for.`,
    ]);
  });

  test('a payload and what changed', () => {
    expect(messages({ REQ_METHOD: 'POST', REQ_PAYLOAD: 's3cret', REQ_PAYLOAD_CHANGES: 'true' })).toEqual([
      'Expected one of `REQ_PAYLOAD` and `REQ_PAYLOAD_CHANGES` to be set, got both: a request has one body.',
    ]);
  });
});

describe('half of what belongs together stops the start', () => {
  test.each([
    ['REQ_CERT_FILE', 'REQ_KEY_FILE'],
    ['REQ_KEY_FILE', 'REQ_CERT_FILE'],
  ])('%s alone', (set, unset) => {
    expect(messages({ [set]: '/tls' })).toEqual([
      `Expected \`${unset}\` to be set, since \`${set}\` is: a client certificate needs both.`,
    ]);
  });

  test.each(['GET', 'DELETE'])('a body that says what changed, and %s', (method) => {
    expect(messages({ REQ_METHOD: method, REQ_PAYLOAD_CHANGES: 'true' })).toEqual([
      `Expected \`REQ_METHOD\` to be POST, PUT or PATCH with \`REQ_PAYLOAD_CHANGES\`, got ${method}, which carries no body.`,
    ]);
  });
});

test('what goes together starts', () => {
  for (const env of [
    { REQ_TOKEN: 't', REQ_TOKEN_FILE: '/t', REQ_HEADERS: 'X-A: b' },
    { REQ_USERNAME: 'u', REQ_PASSWORD: 'p', REQ_HEADERS: 'X-A: b' },
    { REQ_HEADERS: 'Authorization: ApiKey k' },
    // What a file wins over does not count.
    { REQ_HEADERS: 'Authorization: ApiKey k', REQ_HEADERS_FILE: '/h', REQ_TOKEN: 't' },
    { REQ_CERT_FILE: '/c', REQ_KEY_FILE: '/k' },
    { REQ_METHOD: 'PATCH', REQ_PAYLOAD_CHANGES: 'true' },
    { REQ_METHOD: 'POST', REQ_PAYLOAD: 'x', REQ_PAYLOAD_CHANGES: 'false' },
  ]) {
    expect(messages(env as unknown as Record<string, string>)).toEqual([]);
  }
});
