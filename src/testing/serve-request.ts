import type { IncomingMessage } from 'node:http';
import type { Answer } from './answer.js';
import type { ApiCall, ApiContext } from './api-call.js';
import { negotiate } from './negotiate.js';
import { getCall, listCall, watchCall } from './read-calls.js';
import type { View } from './represent.js';
import type { RequestInfo } from './request-info.js';
import { GROUPS } from './resources.js';
import { PLAIN_TEXT, type Reply, respond, respondText } from './respond.js';
import { serveDiscovery } from './serve-discovery.js';
import { methodNotAllowed, unknownPath } from './status.js';
import { createCall, deleteCall, deleteCollectionCall, patchCall, updateCall } from './write-calls.js';

const CALLS: Readonly<Record<string, (call: ApiCall) => Reply | Promise<Reply> | undefined>> = {
  get: getCall,
  list: listCall,
  create: createCall,
  update: updateCall,
  patch: patchCall,
  delete: deleteCall,
  deletecollection: deleteCollectionCall,
};

/** Elsewhere nobody speaks JSON. */
function isBelowVersion(pathname: string): boolean {
  return pathname.startsWith('/api/') || GROUPS.some((group) => pathname.startsWith(`/apis/${group}/`));
}

/** Answers a request that was let in. Throws a `StatusError` for what fails before the answer has begun. */
export async function serveRequest(
  context: ApiContext,
  info: RequestInfo,
  request: IncomingMessage,
  answer: Answer,
): Promise<void> {
  const { spec, verb, query } = info;
  if (!spec) {
    if (serveDiscovery(info, request, answer)) return;
    if (isBelowVersion(info.pathname)) throw unknownPath();
    respondText(answer, 404, '404 page not found\n', PLAIN_TEXT);
    return;
  }
  if (verb === 'other') throw methodNotAllowed();
  const isWatch = verb === 'watch';
  const representation = negotiate(request.headers.accept, isWatch);
  const view: View = { ...representation, includeObject: query.get('includeObject') ?? '', now: context.now };
  const { namespace = '', name = '' } = info;
  const call: ApiCall = { context, info, spec, namespace, name, view, request, answer };
  if (isWatch) return watchCall(call);
  const reply = await CALLS[verb]?.(call);
  if (reply) respond(answer, request, { ...reply, format: representation.format });
}
