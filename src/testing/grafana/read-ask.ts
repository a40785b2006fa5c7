import type { IncomingMessage } from 'node:http';

/** MaxRequestBodyBytes of pkg/services/apiserver, a mediumtext of MySQL. That it holds for old versions is [unverified]. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** One request, with its body. */
export interface GrafanaAsk {
  readonly method: string;
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  /** Of the header `X-Grafana-Org-Id`. */
  readonly orgId: number | undefined;
  /** One byte more than may be, where it was larger than that. */
  readonly body: Buffer;
}

/** Rejects where the client goes away before its end. */
export async function readAsk(request: IncomingMessage): Promise<GrafanaAsk> {
  const { method = '', url = '/', headers } = request;
  const { pathname, searchParams: query } = new URL(url, 'http://grafana');
  const orgId = Number(headers['x-grafana-org-id'] ?? 0);
  return {
    method,
    pathname: pathname.replace(/(.)\/$/, '$1'),
    query,
    authorization: headers.authorization,
    orgId: Number.isSafeInteger(orgId) && orgId > 0 ? orgId : undefined,
    body: await readBody(request),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end nevertheless: a client that still writes would see a reset instead of the answer.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  return bytes > MAX_BODY_BYTES ? Buffer.alloc(MAX_BODY_BYTES + 1) : Buffer.concat(chunks);
}
