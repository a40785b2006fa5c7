import { describe, expect, it } from 'vitest';
import { findProxy, networkFromEnv, ProxyError, proxyUrl } from '../../../src/http/find-proxy.js';

const settings = { http: 'http://plain.test:3128', https: 'http://secure.test:3128' };

function proxied(url: string, no?: string): boolean {
  return findProxy(new URL(url), { ...settings, no }) !== undefined;
}

describe('findProxy', () => {
  it('takes the proxy of the scheme', () => {
    expect(findProxy(new URL('http://app.test/'), settings)?.host).toBe('plain.test:3128');
    expect(findProxy(new URL('https://app.test/'), settings)?.host).toBe('secure.test:3128');
  });

  it('finds none where none is set', () => {
    expect(findProxy(new URL('http://app.test/'), {})).toBeUndefined();
    expect(findProxy(new URL('https://app.test/'), { http: 'http://plain.test' })).toBeUndefined();
    expect(findProxy(new URL('http://app.test/'), { http: '' })).toBeUndefined();
  });

  it('completes a proxy without a scheme', () => {
    expect(findProxy(new URL('http://app.test/'), { http: 'proxy.test:3128' })?.href).toBe('http://proxy.test:3128/');
  });

  it.each(['socks5://u:s3cret@proxy.test', 'http://', '::'])('throws for the proxy %j, without showing it', (http) => {
    const find = () => findProxy(new URL('http://app.test/x?token=1'), { http });
    expect(find).toThrow(ProxyError);
    expect(find).toThrow(/^expected the proxy for http:\/\/app.test to be an http:\/\/ or https:\/\/ URL$/);
  });

  it.each([
    'http://localhost/',
    'http://app.localhost:80/',
    'http://127.0.0.1/',
    'http://127.9.9.9:1/',
    'https://[::1]/',
  ])('goes to %s, our own pod, without one', (url) => {
    expect(proxied(url)).toBe(false);
  });

  it.each([
    ['*', 'http://app.test/'],
    ['app.test', 'http://app.test/'],
    ['APP.test', 'http://app.test/'],
    ['test', 'http://app.test/'],
    ['.test', 'http://app.test/'],
    ['*.test', 'http://app.test/'],
    ['other, app.test', 'http://app.test/'],
    ['other app.test', 'http://app.test/'],
    ['app.test:8080', 'http://app.test:8080/'],
    ['app.test:80', 'http://app.test/'],
    ['app.test:443', 'https://app.test/'],
    ['10.1.2.3', 'http://10.1.2.3/'],
    ['10.0.0.0/8', 'http://10.1.2.3/'],
    ['fd00::/8', 'http://[fd00::1]/'],
    ['[fd00::]/8', 'http://[fd00::1]/'],
    ['fd00::1', 'http://[fd00::1]/'],
    ['[fd00::1]', 'http://[fd00::1]/'],
    ['[fd00::1]:80', 'http://[fd00::1]/'],
  ])('NO_PROXY %j excepts %s', (no, url) => {
    expect(proxied(url, no)).toBe(false);
  });

  it.each([
    ['', 'http://app.test/'],
    [' , ', 'http://app.test/'],
    ['.', 'http://app.test/'],
    ['pp.test', 'http://app.test/'],
    ['app.test:8081', 'http://app.test:8080/'],
    ['[fd00::1]:81', 'http://[fd00::1]/'],
    ['2.3', 'http://10.1.2.3/'],
    ['10.0.0.0/8', 'http://11.1.2.3/'],
    ['10.0.0.0/33', 'http://10.0.0.0/'],
    ['fd00::/129', 'http://[fd00::]/'],
    ['10.0.0.0/8', 'http://ten.test/'],
    ['::/0', 'http://10.1.2.3/'],
    ['app.test/8', 'http://app.test/'],
  ])('NO_PROXY %j does not except %s', (no, url) => {
    expect(proxied(url, no)).toBe(true);
  });
});

describe('proxyUrl', () => {
  it.each([undefined, '', 'http://'])('is undefined for %j', (text) => {
    expect(proxyUrl(text)).toBeUndefined();
  });
});

describe('networkFromEnv', () => {
  it('takes lower case before upper case, and ALL_PROXY where one is missing', () => {
    const { proxy } = networkFromEnv({ http_proxy: 'l', HTTP_PROXY: 'u', ALL_PROXY: 'a', NO_PROXY: 'n' });
    expect(proxy).toEqual({ http: 'l', https: 'a', no: 'n' });
  });

  it('takes an empty string as unset', () => {
    expect(networkFromEnv({ http_proxy: '', HTTP_PROXY: 'u', https_proxy: '', SSL_CERT_FILE: '' })).toEqual({
      proxy: { http: 'u', https: undefined, no: undefined },
      caFile: undefined,
    });
  });

  it('lets REQUESTS_CA_BUNDLE win over SSL_CERT_FILE', () => {
    expect(networkFromEnv({ SSL_CERT_FILE: '/ssl' }).caFile).toBe('/ssl');
    expect(networkFromEnv({ SSL_CERT_FILE: '/ssl', REQUESTS_CA_BUNDLE: '/requests' }).caFile).toBe('/requests');
  });
});
