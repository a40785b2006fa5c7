import { describe, expect, it } from 'vitest';
import type { GrafanaClientOptions } from '../../../../../src/sinks/grafana/client/grafana-client-options.js';
import { grafanaTarget } from '../../../../../src/sinks/grafana/client/grafana-target.js';

const url = 'https://grafana.example.test/sub/';

describe('grafanaTarget', () => {
  it('fills in what is not given', () => {
    const { onSecret, ...target } = grafanaTarget({ url });
    expect(target).toEqual({
      base: 'https://grafana.example.test/sub',
      login: {},
      orgId: undefined,
      skipTlsVerify: false,
      caFile: undefined,
      proxy: {},
      timeoutMs: 10_000,
      api: 'auto',
      maxAnswerBytes: 33_554_432,
      userAgent: 'k8s-sidecar',
    });
    expect(onSecret('x')).toBeUndefined();
  });

  it.each([
    ['no URL', { url: 'secret' }, '`url` to be an http:// or https:// URL'],
    ['another scheme', { url: 'ftp://secret@host' }, '`url` to be an http:// or https:// URL'],
    ['a URL that cannot be read', { url: 'http://me:secret@ho st/' }, '`url` to be an http:// or https:// URL'],
    ['a query', { url: 'http://host/?secret=1' }, 'neither a query nor a fragment'],
    ['a fragment', { url: 'http://host/#secret' }, 'neither a query nor a fragment'],
    ['half a login in the URL', { url: 'http://secret@host/' }, 'both a user name and a password'],
    ['the other half', { url: 'http://:secret@host/' }, 'both a user name and a password'],
    ['a token and a login', { url, token: 'secret', username: 'u', password: 'p' }, 'one of a token and a login'],
    ['a token file and a password', { url, tokenFile: 'f', password: 'secret' }, 'one of a token and a login'],
    ['a name without a password', { url, username: 'secret' }, 'both a user name and a password'],
    ['a password without a name', { url, passwordFile: 'f' }, 'both a user name and a password'],
    ['a token with blanks', { url, token: 'secret token' }, '`token`'],
    ['an empty token of blanks', { url, token: '  ' }, '`token`'],
    ['another encoding', { url, encoding: 'utf16' as never }, '`encoding` to be one of latin1, utf8, ascii'],
    ['another family', { url, api: 'v2' as never }, '`api` to be one of auto, legacy, apis, got v2'],
    ['organisation 0', { url, orgId: 0 }, '`orgId`'],
    ['half an organisation', { url, orgId: 1.5 }, '`orgId`'],
    ['no time', { url, timeoutMs: Number.NaN }, '`timeoutMs`'],
    ['no bytes', { url, maxAnswerBytes: 0 }, '`maxAnswerBytes`'],
  ] satisfies [string, GrafanaClientOptions, string][])('refuses %s, and shows nothing of it', (_, options, why) => {
    const refusal = () => grafanaTarget(options);
    expect(refusal).toThrow(why);
    expect(refusal).not.toThrow(/secret/);
  });

  it('takes a login before one in the URL, and a token before both', () => {
    const withLogin = 'http://me:pass@host/';
    expect(grafanaTarget({ url: withLogin }).login).toEqual({ username: 'me', password: 'pass', encoding: 'utf8' });
    const { login } = grafanaTarget({ url: withLogin, username: 'u', password: 'p', encoding: 'latin1' });
    expect(login).toMatchObject({ username: 'u', password: 'p', encoding: 'latin1' });
    expect(grafanaTarget({ url: withLogin, token: ' t ' }).login).toEqual({ token: ' t ', tokenFile: undefined });
  });

  it('tells every secret of its options at once', () => {
    const secrets: string[] = [];
    grafanaTarget({
      url: 'http://me:p%20w@host/',
      proxy: { http: 'http://pu:proxy-pass@proxy:3128', https: 'proxy:3128' },
      token: 'the-token',
      onSecret: (value) => secrets.push(value),
    });
    expect(secrets).toEqual(['p%20w', 'p w', 'proxy-pass', 'the-token']);
  });
});
