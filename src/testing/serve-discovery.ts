import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.js';
import {
  AGGREGATED_TYPE,
  API_GROUPS,
  aggregatedDiscovery,
  apiGroup,
  apiResources,
  apiVersions,
  VERSION,
} from './discovery.js';
import { goJson } from './go-json.js';
import { parseAccept } from './media-type.js';
import { OPENAPI_PATHS, openApiV3 } from './openapi.js';
import type { RequestInfo } from './request-info.js';
import { GROUPS } from './resources.js';
import { PLAIN_TEXT, type Reply, respond, respondText } from './respond.js';

/** Answers what is asked of the server itself; false for a path that is none of these. */
export function serveDiscovery({ method, pathname }: RequestInfo, request: IncomingMessage, answer: Answer): boolean {
  if (method !== 'GET') return false;
  if (/^\/(healthz|livez|readyz)$/.test(pathname)) {
    respondText(answer, 200, 'ok', PLAIN_TEXT);
    return true;
  }
  const reply = replyOf(pathname, request);
  if (reply) respond(answer, request, reply);
  return reply !== undefined;
}

function replyOf(pathname: string, request: IncomingMessage): Reply | undefined {
  switch (pathname) {
    case '/version':
      return json(VERSION);
    case '/api':
    case '/apis':
      if (wantsAggregated(request.headers.accept)) {
        return json(aggregatedDiscovery(pathname), { 'content-type': AGGREGATED_TYPE, vary: 'Accept' });
      }
      return json(pathname === '/api' ? apiVersions(request.headers.host ?? '') : API_GROUPS);
    case '/api/v1':
      return json(apiResources(''));
    case '/openapi/v3':
      return json(OPENAPI_PATHS);
    case '/openapi/v3/api/v1':
      return json(openApiV3(''));
    default:
      return groupReplyOf(pathname);
  }
}

function groupReplyOf(pathname: string): Reply | undefined {
  for (const group of GROUPS) {
    if (pathname === `/apis/${group}`) return json(apiGroup(group));
    if (pathname === `/apis/${group}/v1`) return json(apiResources(group));
    if (pathname === `/openapi/v3/apis/${group}/v1`) return json(openApiV3(group));
  }
  return undefined;
}

function json(value: object, headers: Reply['headers'] = {}): Reply {
  return { status: 200, json: goJson(value), headers };
}

function wantsAggregated(accept: string | undefined): boolean {
  const { g, v, as } = parseAccept(accept)[0]?.parameters ?? {};
  return g === 'apidiscovery.k8s.io' && v === 'v2' && as === 'APIGroupDiscoveryList';
}
