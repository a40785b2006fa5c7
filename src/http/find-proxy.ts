import { BlockList, isIP } from 'node:net';

/** What `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` say. */
export interface ProxySettings {
  /** The proxy of `http:` targets. */
  readonly http?: string | undefined;
  /** The proxy of `https:` targets; they are reached through `CONNECT`, so it sees neither paths nor credentials. */
  readonly https?: string | undefined;
  /** Comma list of host names (their subdomains included), addresses, CIDRs, each perhaps with `:port`; `*` is all. */
  readonly no?: string | undefined;
}

/** A proxy that cannot be used. The message is a clause without credentials. */
export class ProxyError extends Error {
  override readonly name = 'ProxyError';
  readonly code: 'PROXY_INVALID' | 'PROXY_REFUSED';

  constructor(code: ProxyError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The proxies and the CA file that an environment asks for, as the options of `notifyHttp` take them. By the rules of the
 * established tool's HTTP library: the lower-case names win, `ALL_PROXY` stands in for a missing one,
 * `REQUESTS_CA_BUNDLE` wins over `SSL_CERT_FILE`.
 */
export function networkFromEnv(env: Readonly<Record<string, string | undefined>>): {
  readonly proxy: ProxySettings;
  readonly caFile: string | undefined;
} {
  const named = (name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined;
  return {
    proxy: {
      http: named('HTTP_PROXY') ?? named('ALL_PROXY'),
      https: named('HTTPS_PROXY') ?? named('ALL_PROXY'),
      no: named('NO_PROXY'),
    },
    caFile: env['REQUESTS_CA_BUNDLE'] || env['SSL_CERT_FILE'] || undefined,
  };
}

/**
 * The proxy to take for a URL, `undefined` for none. Loopback never goes through one, whatever `NO_PROXY` says (as in
 * Go): it means this pod, and a proxy's loopback is another one. Throws a {@link ProxyError} when the proxy is no
 * http(s) URL.
 */
export function findProxy(url: URL, settings: ProxySettings): URL | undefined {
  const configured = url.protocol === 'https:' ? settings.https : settings.http;
  const host = bareHost(url);
  if (!configured || isLoopback(host) || isExcepted(host, portOf(url), settings.no ?? '')) return undefined;
  const proxy = proxyUrl(configured);
  if (proxy?.protocol === 'http:' || proxy?.protocol === 'https:') return proxy;
  throw new ProxyError('PROXY_INVALID', `expected the proxy for ${url.origin} to be an http:// or https:// URL`);
}

/** The scheme may be left out, as in `proxy:3128`. `undefined` for what is no URL. */
export function proxyUrl(text: string | undefined): URL | undefined {
  if (!text) return undefined;
  const url = text.includes('://') ? text : `http://${text}`;
  return URL.canParse(url) ? new URL(url) : undefined;
}

/** The host as sockets take it: an IPv6 address without its brackets. */
export function bareHost(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

export function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || isInside(host, '127.0.0.0', 8) || host === '::1';
}

function isExcepted(host: string, port: number, list: string): boolean {
  return list
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || matches(host, port, entry));
}

function matches(host: string, port: number, entry: string): boolean {
  const cidr = /^\[?([^\]/]+)\]?\/(\d{1,3})$/.exec(entry);
  if (cidr !== null) return isInside(host, cidr[1] ?? '', Number(cidr[2]));
  // An IPv6 address without brackets has colons of its own, and so no port.
  const [, name = '', only] = isIP(entry) === 6 ? [entry, entry] : (/^(.*?)(?::(\d+))?$/.exec(entry) ?? []);
  if (only !== undefined && Number(only) !== port) return false;
  const suffix = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '');
  // The end of an address is no domain.
  return suffix !== '' && (host === suffix || (isIP(host) === 0 && host.endsWith(`.${suffix}`)));
}

function isInside(host: string, network: string, prefix: number): boolean {
  const family = isIP(network);
  if (family === 0 || isIP(host) !== family || prefix > (family === 4 ? 32 : 128)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(network, prefix, type);
  return list.check(host, type);
}
