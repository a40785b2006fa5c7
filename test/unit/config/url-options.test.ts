import { describe, expect, it } from 'vitest';
import { readConfig } from '../../../src/config/read-config.js';

const read = (env: Record<string, string>) => readConfig({ env: { LABEL: 'l', FOLDER: '/f', ...env }, argv: [] });
const config = (env: Record<string, string>) => {
  const result = read(env);
  return 'ok' in result ? result.ok : {};
};
const errorsOf = (env: Record<string, string>) => {
  const result = read(env);
  return 'errors' in result ? result.errors.map(({ message }) => message) : [];
};

describe('the options of .url keys', () => {
  it('are safe, and cost nothing, unless set', () => {
    expect(config({})).toMatchObject({
      enable5xx: false,
      gzipKeys: false,
      urlDeny: 'unsafe',
      urlAllowedHosts: undefined,
      urlAuthHosts: undefined,
      urlMaxBytes: 5 * 1024 * 1024,
      urlTimeout: 30,
      urlRefresh: 0,
    });
  });

  it('take hosts as URLs write them', () => {
    const urlAllowedHosts = 'Example.COM, *.bücher.example:8443,[::1]:80,::1';
    expect(config({ URL_ALLOWED_HOSTS: urlAllowedHosts, URL_AUTH_HOSTS: '*' })).toMatchObject({
      urlAllowedHosts: [
        { host: 'example.com', port: undefined },
        { host: '*.xn--bcher-kva.example', port: 8443 },
        { host: '[::1]', port: 80 },
        { host: '[::1]', port: undefined },
      ],
      urlAuthHosts: [{ host: '*', port: undefined }],
    });
  });

  it.each([
    ['URL_ALLOWED_HOSTS', 'https://example.com'],
    ['URL_ALLOWED_HOSTS', 'example.com,user@example.com'],
    ['URL_AUTH_HOSTS', 'example.com/path'],
    ['URL_DENY', 'everything'],
    ['URL_MAX_BYTES', '0'],
    ['URL_MAX_BYTES', '5Mi'],
    ['URL_MAX_BYTES', String(2 ** 31)],
    ['URL_TIMEOUT', '0'],
    ['URL_REFRESH', '-1'],
  ])('%s=%s stops the start', (variable, value) => {
    expect(errorsOf({ [variable]: value })).toEqual([expect.stringContaining(`Expected \`${variable}\` to be `)]);
  });

  it('take a limit of bytes from one to a gibibyte', () => {
    expect(config({ URL_MAX_BYTES: '1' })).toMatchObject({ urlMaxBytes: 1 });
    expect(config({ URL_MAX_BYTES: ' 1073741824 ' })).toMatchObject({ urlMaxBytes: 1024 ** 3 });
  });
});
