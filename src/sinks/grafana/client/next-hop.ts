import type { IncomingMessage } from 'node:http';
import { GrafanaError } from '../grafana-api.js';
import type { GrafanaRequest } from './grafana-answer.js';

const MAX_REDIRECTS = 3;

/**
 * Where a redirect leads: within the origin alone, since credentials and dashboards go with it. To https on the same host it is not
 * followed either: what went there in the clear would go on doing so, request by request. Only a GET follows what would turn
 * a write into one. Throws a {@link GrafanaError} for the rest.
 */
export function nextHop(
  request: string,
  url: URL,
  hop: { readonly method: GrafanaRequest['method']; readonly redirects: number; readonly response: IncomingMessage },
): URL {
  const { statusCode: status = 0, headers } = hop.response;
  const refused = (why: string) => new GrafanaError('malformed', `${request} was ${why}.`, { status });
  const next = headers.location === undefined ? null : URL.parse(headers.location, url);
  if (next === null) throw refused('redirected without a readable Location');
  if (next.origin !== url.origin) {
    const { protocol, host } = next;
    throw refused(`redirected to ${protocol}//${host}; set GRAFANA_URL to the address that answers`);
  }
  if (hop.method !== 'GET' && status < 307) {
    throw refused('redirected as if it were a GET; set GRAFANA_URL to the address and path that answer');
  }
  if (hop.redirects === MAX_REDIRECTS) throw refused(`redirected more than ${MAX_REDIRECTS} times`);
  next.username = '';
  next.password = '';
  next.hash = '';
  return next;
}
