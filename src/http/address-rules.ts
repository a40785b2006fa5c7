import { isIP } from 'node:net';
import { type HostPattern, matchesHost } from '../request/host-pattern.js';
import { type AddressClass, addressClass, meanings } from './address-class.js';
import { bareHost, portOf } from './find-proxy.js';
import { parseAddress } from './parse-address.js';

export interface AddressRulesOptions {
  /** `URL_DENY`: `unsafe` is what nobody's server has, loopback, and the Kubernetes API; `private` also private networks. */
  readonly deny: 'unsafe' | 'private' | 'none';
  /** `URL_ALLOWED_HOSTS`: if there are any, no other is asked. One that is named may be loopback or private. */
  readonly allowedHosts: readonly HostPattern[];
  /** Where the Kubernetes API is: URLs, or hosts with or without a port. */
  readonly kubernetesApi: readonly string[];
  /** The addresses of this machine, or pod: what listens here is meant for loopback. */
  readonly ownAddresses: () => readonly string[];
}

/** Each answers with a clause that says why not, or `undefined`: nothing speaks against it. */
export interface AddressRules {
  /** Of the URL as it is written, before anything is looked up. */
  readonly refuseUrl: (url: URL) => string | undefined;
  /** Of an address that the URL's host stands for. */
  readonly refuseAddress: (address: string | undefined, url: URL) => string | undefined;
}

type Refused = Exclude<AddressClass, 'public'> | 'kubernetes';

/** How messages call them. */
const NAMES: Readonly<Record<Refused, string>> = {
  metadata: "a cloud's metadata service",
  'link-local': 'a link-local address',
  unspecified: 'no address of a host',
  multicast: 'a multicast address',
  broadcast: 'the broadcast address',
  loopback: 'loopback',
  private: 'a private address',
  kubernetes: 'the Kubernetes API',
};

/** A proxy may know what stands behind them where we do not. */
const METADATA_NAMES = /^(?:metadata\.(?:google\.internal|goog)|instance-data(?:\.ec2\.internal)?)$/;
const LOOPBACK_NAMES = /^(?:.*\.)?localhost$|^localhost\.localdomain$|^ip6-l/;
const KUBERNETES_NAMES = /^kubernetes(?:\.default(?:\.svc(?:\..+)?)?)?$/;

/**
 * Whom a `.url` key may ask (compat.md part 2). `apiAddresses` are those that the names of `kubernetesApi` stand for now.
 *
 * Every meaning of an address counts: IPv4 in IPv6 leads where the IPv4 address does. The API at a loopback address, as on
 * a developer's machine, is its port alone; elsewhere it is every port of its address: kubelet and etcd live there too.
 */
export function addressRules(options: AddressRulesOptions, apiAddresses: readonly string[] = []): AddressRules {
  const { deny, allowedHosts } = options;
  const apis = options.kubernetesApi.map(apiUrl).filter((url) => url !== null);
  const apiPorts = new Set(apis.map(portOf));
  const apiHosts = new Set(apis.map(bareName));
  const api = keysOf([...apiAddresses, ...apis.map(bareHost)]);
  const named = allowedHosts.filter(({ host }) => host !== '*');

  const refuse = (kind: Refused, url: URL, subject: string): string | undefined => {
    if (deny === 'none') return undefined;
    const isNamed = matchesHost(named, url);
    if (kind === 'private' && (deny !== 'private' || isNamed)) return undefined;
    if (kind === 'loopback' && isNamed) return undefined;
    const hint = kind === 'loopback' ? 'list the host in URL_ALLOWED_HOSTS if it is meant' : 'see URL_DENY';
    return `${subject} ${NAMES[kind]}, where it must not lead (${hint})`;
  };

  const kindOf = (bytes: Uint8Array, url: URL): Refused | undefined => {
    const kind = addressClass(bytes);
    const isApi = meanings(bytes).some((meaning) => api.has(keyOf(meaning)));
    if (isApi && (kind !== 'loopback' || apiPorts.has(portOf(url)))) return 'kubernetes';
    if (kind === 'public' || kind === 'private') {
      // Asked anew: a pod has its addresses from the start, a machine may get others.
      const own = keysOf(options.ownAddresses());
      if (meanings(bytes).some((meaning) => own.has(keyOf(meaning)))) return 'loopback';
    }
    return kind === 'public' ? undefined : kind;
  };

  const kindOfName = (name: string): Refused | undefined => {
    if (METADATA_NAMES.test(name)) return 'metadata';
    if (LOOPBACK_NAMES.test(name)) return 'loopback';
    return KUBERNETES_NAMES.test(name) ? 'kubernetes' : undefined;
  };

  const refuseAddress = (address: string | undefined, url: URL): string | undefined => {
    const bytes = parseAddress(address ?? '');
    if (bytes === undefined)
      return deny === 'none' ? undefined : `${shownHost(url)} has no address that can be checked`;
    const kind = kindOf(bytes, url);
    return kind && refuse(kind, url, `${shownHost(url)} has the address ${address}:`);
  };

  return {
    refuseUrl: (url) => {
      if (allowedHosts.length > 0 && !matchesHost(allowedHosts, url)) {
        return `${shownHost(url)} is not among URL_ALLOWED_HOSTS`;
      }
      const host = bareHost(url);
      if (isIP(host) !== 0) return refuseAddress(host, url);
      const name = bareName(url);
      const isApi = apiHosts.has(name) && (kindOfName(name) !== 'loopback' || apiPorts.has(portOf(url)));
      const kind = isApi ? 'kubernetes' : kindOfName(name);
      return kind && refuse(kind, url, `${shownHost(url)} is`);
    },
    refuseAddress,
  };
}

/** The host for messages; without a port where an `@` comes later, since both may be a part of a password then. */
export function shownHost(url: URL): string {
  return `${url.pathname}${url.search}${url.hash}`.includes('@') ? url.hostname : url.host;
}

/** A URL, or what stands for one: a host, perhaps with a port. */
export function apiUrl(text: string): URL | null {
  const isBareIpv6 = isIP(text) === 6;
  return URL.parse(text.includes('://') ? text : `https://${isBareIpv6 ? `[${text}]` : text}`);
}

function bareName(url: URL): string {
  return bareHost(url).replace(/\.$/, '');
}

function keysOf(addresses: readonly string[]): ReadonlySet<string> {
  const bytes = addresses.map(parseAddress).filter((each) => each !== undefined);
  return new Set(bytes.flatMap(meanings).map(keyOf));
}

function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
