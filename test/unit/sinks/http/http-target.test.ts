import { describe, expect, it } from 'vitest';
import { httpTarget } from '../../../../src/sinks/http/http-target.js';
import type { HttpTargetOptions } from '../../../../src/sinks/http/http-target-options.js';

function secretsOf(options: HttpTargetOptions): readonly string[] {
  const secrets: string[] = [];
  httpTarget({ ...options, onSecret: (value) => secrets.push(value) });
  return secrets.sort();
}

describe('httpTarget', () => {
  it('has the defaults of the contract', () => {
    expect(httpTarget({ url: 'http://app/reload' })).toMatchObject({
      method: 'GET',
      payload: undefined,
      timeoutMs: 10_000,
      retryTotal: 5,
      retryConnect: 10,
      retryRead: 5,
      backoffFactor: 1.1,
      retryIntervalMs: 60_000,
      skipTlsVerify: false,
      success: { ranges: [{ from: 200, to: 299 }] },
      once: false,
      userAgent: 'k8s-sidecar',
    });
  });

  it('names itself without userinfo, query and fragment, unless it is given a name', () => {
    const url = 'http://u:s3cret@app:80/reload?token=s3cret#part';
    expect(httpTarget({ url }).name).toBe('http://app/reload');
    expect(httpTarget({ url, name: 'request' }).name).toBe('request');
  });

  it('keeps the query for the request, and neither userinfo nor fragment', () => {
    expect(httpTarget({ url: 'http://u:p@app/reload?token=1#part' }).url.href).toBe('http://app/reload?token=1');
  });

  it('takes userinfo as credentials, decoded, a stray percent sign as it is', () => {
    const { credentials } = httpTarget({ url: 'http://us%40er:p%C3%BC@app/', basicAuth: { encoding: 'utf8' } });
    expect(credentials).toEqual({ username: 'us@er', password: 'pü', encoding: 'utf8', headers: {} });
    expect(httpTarget({ url: 'http://u:100%@app/' }).credentials.password).toBe('100%');
  });

  it.each([
    { username: 'x' },
    { password: 'x' },
    { usernameFile: '/x' },
    { passwordFile: '/x' },
  ])('leaves userinfo alone where %j is configured: no name meets the password of another', (basicAuth) => {
    expect(httpTarget({ url: 'http://u:p@app/', basicAuth }).credentials).toEqual({ ...basicAuth, headers: {} });
  });

  it.each<Partial<HttpTargetOptions>>([
    { token: 't' },
    { tokenFile: '/t' },
    { headers: { Authorization: 'ApiKey k' } },
  ])('leaves userinfo alone where there is %j', (options) => {
    expect(httpTarget({ url: 'http://u:p@app/', ...options }).credentials).not.toHaveProperty('password');
  });

  it('takes a header by its name in lower case, and none where a file wins over them', () => {
    const headers = { 'X-Api-Key': 'k' };
    expect(httpTarget({ url: 'http://app/', headers }).credentials.headers).toEqual({ 'x-api-key': 'k' });
    const { credentials } = httpTarget({ url: 'http://app/', headers: { Host: 'x' }, headersFile: '/h', token: 't' });
    expect(credentials).toMatchObject({ headers: undefined, headersFile: '/h', token: 't' });
  });

  it('gives each process a life of its own, unless it is told one', () => {
    const lifeOf = (more: object) =>
      httpTarget({ url: 'http://app/', method: 'POST', payloadChanges: { instance: 'a', folder: '/', ...more } })
        .payloadChanges?.life;
    expect(lifeOf({ life: 'x' })).toBe('x');
    expect(lifeOf({})).toMatch(/^[0-9a-f-]{36}$/);
    expect(lifeOf({})).not.toBe(lifeOf({}));
  });

  it('announces tokens and headers', () => {
    expect(
      secretsOf({ url: 'http://app/', token: 't0ken', headers: { 'X-Api-Key': 'k', Accept: 'text/plain' } }),
    ).toEqual(['k', 't0ken']);
  });

  it('announces passwords and tokens, as written and as meant', () => {
    expect(secretsOf({ url: 'http://u:p%40ss@app/?token=abc%2Fdefgh&debug=true&n=12345678' })).toEqual([
      '12345678',
      'abc%2Fdefgh',
      'abc/defgh',
      'p%40ss',
      'p@ss',
    ]);
    expect(secretsOf({ url: 'http://app/', basicAuth: { username: 'u', password: 'plain' } })).toEqual(['plain']);
    expect(secretsOf({ url: 'http://app/', proxy: { http: 'http://u:one@proxy', https: 'u:two@proxy:3128' } })).toEqual(
      ['one', 'two'],
    );
    expect(secretsOf({ url: 'http://app/' })).toEqual([]);
  });

  it.each<[string, Partial<HttpTargetOptions>, RegExp]>([
    [
      'a URL that is none',
      { url: 'http://u:s3cret@app:port/' },
      /^Expected `url` to be an http:\/\/ or https:\/\/ URL, or unix:\/socket:\/path$/,
    ],
    [
      'another scheme',
      { url: 'ftp://u:s3cret@app/' },
      /^Expected `url` to be an http:\/\/ or https:\/\/ URL, or [^@]+$/,
    ],
    ['a socket without a path', { url: 'unix:s3cret' }, /^Expected `url` to be .* or unix:[^@3]+$/],
    ['half a certificate', { certFile: '/c' }, /^Expected `certFile` and `keyFile` to be set both, or neither$/],
    ['half a certificate', { keyFile: '/k' }, /^Expected `certFile` and `keyFile`/],
    [
      'a token that would begin a header',
      { token: 's3cret\r\nEvil: 1' },
      /^Expected `token` to be visible ASCII characters without blanks$/,
    ],
    [
      'a header that would begin another',
      { headers: { 'x-a': 's3cret\r\nEvil: 1' } },
      /^Expected `headers` .* one has a character that a header cannot carry$/,
    ],
    [
      'a name that would begin another',
      { headers: { 'x-a: b\r\nEvil': 's3cret' } },
      /^Expected `headers` .* one has a name that no header can have$/,
    ],
    [
      'a header of ours',
      { headers: { Host: 's3cret' } },
      /^Expected `headers` .* one sets host, which is not the user's to set$/,
    ],
    [
      'two logins',
      { token: 't', basicAuth: { username: 's3cret' } },
      /^Expected one of `basicAuth`, `token` and an Authorization in `headers`, got more$/,
    ],
    ['two logins', { tokenFile: '/t', headers: { Authorization: 's3cret' } }, /^Expected one of `basicAuth`, `token`/],
    [
      'two logins',
      { basicAuth: { passwordFile: '/p' }, headers: { Authorization: 's3cret' } },
      /^Expected one of `basicAuth`, `token`/,
    ],
    [
      'two bodies',
      { method: 'POST', payload: 's3cret', payloadChanges: { instance: 'a', folder: '/' } },
      /^Expected `payloadChanges` to come without `payload`, and with POST, PUT or PATCH$/,
    ],
    ['a body with GET', { payloadChanges: { instance: 'a', folder: '/' } }, /^Expected `payloadChanges` to come/],
    ['another method', { method: 'TRACE' as 'GET' }, /^Expected `method` to be one of GET, .*got TRACE$/],
    ['a timeout that is none', { timeoutMs: Number.NaN }, /^Expected `timeoutMs` to be .* got NaN/],
    ['a timeout that a timer cannot wait', { timeoutMs: 2 ** 31 }, /^Expected `timeoutMs`/],
    ['an interval that a timer cannot wait', { retryIntervalMs: 2 ** 31 }, /^Expected `retryIntervalMs`/],
    ['negative retries', { retryTotal: -1 }, /^Expected `retryTotal` to be a number from 0 up, got -1$/],
    ['negative retries', { retryConnect: -1 }, /^Expected `retryConnect`/],
    ['negative retries', { retryRead: -1 }, /^Expected `retryRead`/],
    ['a factor that is none', { backoffFactor: Number.NaN }, /^Expected `backoffFactor`/],
    [
      'an unknown encoding',
      { basicAuth: { encoding: 'utf16' as 'utf8' } },
      /^Expected `basicAuth.encoding` .* got utf16$/,
    ],
  ])('throws for %s', (_, options, message) => {
    expect(() => httpTarget({ url: 'http://app/', ...options })).toThrow(message);
  });
});
