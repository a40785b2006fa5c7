import { describe, expect, it } from 'vitest';
import { type AddressRulesOptions, addressRules, shownHost } from '../../../src/http/address-rules.js';
import { parseHostPattern } from '../../../src/request/host-pattern.js';

const patterns = (...texts: string[]) => texts.map((text) => parseHostPattern(text) ?? { host: '', port: undefined });
const rules = (change: Partial<AddressRulesOptions> = {}, api: readonly string[] = []) =>
  addressRules({ deny: 'unsafe', allowedHosts: [], kubernetesApi: [], ownAddresses: () => [], ...change }, api);
const verdict = (url: string, change: Partial<AddressRulesOptions> = {}, api: readonly string[] = []) =>
  rules(change, api).refuseUrl(new URL(url)) === undefined ? 'asked' : 'refused';

const NEVER = [
  'http://169.254.169.254/',
  'http://0xa9.0xfe.0xa9.0xfe/',
  'http://2852039166/',
  'http://0251.0376.0251.0376/',
  'http://169.254.43518/',
  'http://169.254.169.254./',
  'http://１69.254.169.254/',
  'http://[::ffff:169.254.169.254]/',
  'http://[::ffff:a9fe:a9fe]/',
  'http://[64:ff9b::a9fe:a9fe]/',
  'http://[2002:a9fe:a9fe::]/',
  'http://[fe80::1]/',
  'http://[fd00:ec2::254]/',
  'http://100.100.100.200/',
  'http://168.63.129.16/',
  'http://0.0.0.0/',
  'http://0/',
  'http://[::]/',
  'http://224.0.0.1/',
  'http://255.255.255.255/',
  'http://[ff02::1]/',
  'http://metadata.google.internal/',
  'http://METADATA.google.internal./',
  'http://kubernetes.default.svc/',
  'http://kubernetes.default.svc.cluster.local:443/',
];
const LOOPBACK = [
  'http://127.0.0.1/',
  'http://127.1/',
  'http://0177.0.0.1/',
  'http://0x7f000001/',
  'http://2130706433/',
  'http://[::1]/',
  'http://[::ffff:127.0.0.1]/',
  'http://localhost/',
  'http://LOCALHOST./',
  'http://a.localhost/',
];
const PRIVATE = ['http://10.0.0.1/', 'http://[fc00::1]/', 'http://100.64.0.1/'];
const PUBLIC = ['http://1.1.1.1/', 'https://example.com/', 'http://metadata/', 'http://svc.ns.svc/'];

describe('a URL as it is written', () => {
  it.each(NEVER)('%s is never asked, though its host is listed', (url) => {
    const allowedHosts = patterns(new URL(url).host, '*');
    expect(verdict(url)).toBe('refused');
    expect(verdict(url, { deny: 'private' })).toBe('refused');
    expect(verdict(url, { allowedHosts })).toBe('refused');
    expect(verdict(url, { deny: 'none' })).toBe('asked');
  });

  it.each(LOOPBACK)('%s is loopback: asked only where its host is named', (url) => {
    const { host } = new URL(url);
    expect(verdict(url)).toBe('refused');
    expect(verdict(url, { allowedHosts: patterns('*') })).toBe('refused');
    expect(verdict(url, { allowedHosts: patterns(host) })).toBe('asked');
    expect(verdict(url, { allowedHosts: patterns(host), deny: 'private' })).toBe('asked');
    expect(verdict(url, { deny: 'none' })).toBe('asked');
  });

  it.each(PRIVATE)('%s is private: refused with URL_DENY=private, unless its host is named', (url) => {
    expect(verdict(url)).toBe('asked');
    expect(verdict(url, { deny: 'private' })).toBe('refused');
    expect(verdict(url, { deny: 'private', allowedHosts: patterns('*') })).toBe('refused');
    expect(verdict(url, { deny: 'private', allowedHosts: patterns(new URL(url).host) })).toBe('asked');
  });

  it.each(PUBLIC)('%s is asked', (url) => {
    expect(verdict(url, { deny: 'private' })).toBe('asked');
  });

  it('is not asked where hosts are listed and its own is not, whatever URL_DENY says', () => {
    const allowedHosts = patterns('*.example.com:443');
    for (const deny of ['unsafe', 'private', 'none'] as const) {
      expect(verdict('https://a.example.com/', { deny, allowedHosts })).toBe('asked');
      expect(verdict('https://a.example.com:8443/', { deny, allowedHosts })).toBe('refused');
      expect(verdict('https://example.org/', { deny, allowedHosts })).toBe('refused');
    }
  });
});

describe('the Kubernetes API', () => {
  const api = { kubernetesApi: ['https://api.example.test:6443', '10.96.0.1', '10.0.0.9:443', 'fd00::9'] };

  it.each([
    'https://api.example.test:6443/',
    'https://api.example.test.:10250/',
    'http://10.96.0.1/',
    'https://10.96.0.1:443/',
    'https://10.0.0.9:10250/',
    'https://[::ffff:10.96.0.1]/',
    'https://[fd00::9]/',
    'https://192.0.2.7/',
  ])('is not asked at %s, though the host is listed', (url) => {
    expect(verdict(url, api, ['192.0.2.7'])).toBe('refused');
    expect(verdict(url, { ...api, allowedHosts: patterns(new URL(url).host) }, ['192.0.2.7'])).toBe('refused');
    expect(verdict(url, { ...api, deny: 'none' }, ['192.0.2.7'])).toBe('asked');
  });

  it('on loopback is its port alone', () => {
    const local = { kubernetesApi: ['https://127.0.0.1:6443', 'https://localhost:6444'] };
    const allowedHosts = patterns('127.0.0.1', 'localhost');
    expect(verdict('https://127.0.0.1:6443/', { ...local, allowedHosts })).toBe('refused');
    expect(verdict('https://localhost:6444/', { ...local, allowedHosts })).toBe('refused');
    expect(verdict('https://127.0.0.1:8080/', { ...local, allowedHosts })).toBe('asked');
    expect(verdict('https://localhost:8080/', { ...local, allowedHosts })).toBe('asked');
  });

  it('that is no URL is left out', () => {
    expect(verdict('http://1.1.1.1/', { kubernetesApi: ['https://', 'a b'] })).toBe('asked');
  });
});

describe('an address that a name stands for', () => {
  const of = (address: string | undefined, url: string, change: Partial<AddressRulesOptions> = {}) =>
    rules(change).refuseAddress(address, new URL(url));

  it('is judged like one that is written, and told without what may be secret', () => {
    const reason = of('169.254.169.254', 'http://user:pw@a.example.test/path?token=1');
    expect(reason).toBe(
      'a.example.test has the address 169.254.169.254: a link-local address, where it must not lead (see URL_DENY)',
    );
    expect(of('127.0.0.1', 'http://a.example.test/')).toContain('list the host in URL_ALLOWED_HOSTS');
    expect(of('127.0.0.1', 'http://a.example.test/', { allowedHosts: patterns('a.example.test') })).toBeUndefined();
    expect(of('169.254.1.1', 'http://a.example.test/', { allowedHosts: patterns('a.example.test') })).toBeDefined();
    expect(of('8.8.8.8', 'http://a.example.test/')).toBeUndefined();
  });

  it('that cannot be read is refused', () => {
    expect(of(undefined, 'http://a.example.test/')).toContain('no address that can be checked');
    expect(of('nonsense', 'http://a.example.test/')).toContain('no address that can be checked');
    expect(of(undefined, 'http://a.example.test/', { deny: 'none' })).toBeUndefined();
  });

  it('of this very pod is loopback by another name', () => {
    const own = { ownAddresses: () => ['10.1.2.3', 'fd00::3', '203.0.113.3'] };
    for (const address of ['10.1.2.3', '::ffff:10.1.2.3', 'fd00::3', '203.0.113.3']) {
      expect(of(address, 'http://a.example.test/', own)).toContain('loopback');
      expect(
        of(address, 'http://a.example.test/', { ...own, allowedHosts: patterns('*.example.test') }),
      ).toBeUndefined();
    }
    expect(of('10.1.2.4', 'http://a.example.test/', own)).toBeUndefined();
  });
});

it('a host is shown with its port, unless both may be the begin of a password', () => {
  expect(shownHost(new URL('http://example.com:81/x'))).toBe('example.com:81');
  expect(shownHost(new URL('http://user:80/34@example.com/'))).toBe('user');
});
