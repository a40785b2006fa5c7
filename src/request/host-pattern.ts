import { isIPv6 } from 'node:net';

/** Hosts by name, address or glob, perhaps at one port alone. */
export interface HostPattern {
  /** As `URL.hostname` writes it, perhaps with `*`; without a dot at the end. */
  readonly host: string;
  /** `undefined` is every port. */
  readonly port: number | undefined;
}

/**
 * Reads `example.com`, `*.example.com`, `10.0.0.1:8080`, `[::1]:80` or `*`. Written as URLs write hosts, so that both can be
 * compared. `undefined` for anything else: what is no part of a host must not be cut off in silence.
 */
export function parseHostPattern(text: string): HostPattern | undefined {
  const trimmed = text.trim();
  const [, name = '', port] = isIPv6(trimmed) ? ['', `[${trimmed}]`] : (/^(.*?)(?::(\d+))?$/.exec(trimmed) ?? []);
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65_535)) return undefined;
  const url = /[\s/\\?#@%]/.test(name) ? null : URL.parse(`http://${name}/`);
  const host = url?.port === '' ? url.hostname.replace(/\.$/, '') : '';
  return host === '' ? undefined : { host, port: port === undefined ? undefined : Number(port) };
}

/**
 * Whether the URL leads to one of these. `*` alone is every host, a leading `*.` any number of labels, and another `*` is
 * a part of one label: `git*.example.com` is no `git.evil.example.com`.
 */
export function matchesHost(patterns: readonly HostPattern[], url: URL): boolean {
  const host = url.hostname.replace(/\.$/, '');
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  return patterns.some((pattern) => (pattern.port ?? port) === port && expressionOf(pattern.host).test(host));
}

function expressionOf(glob: string): RegExp {
  if (glob === '*') return /^/;
  const [, labels, rest = ''] = /^(\*\.)?(.*)$/.exec(glob) ?? [];
  const parts = rest.split('*').map((part) => part.replace(/[\\^$.+?()[\]{}|/]/g, '\\$&'));
  return new RegExp(`^${labels ? '(?:[^.]+\\.)+' : ''}${parts.join('[^.]*')}$`);
}
