import type { IncomingMessage } from 'node:http';
import { asyncScheduler } from 'rxjs';
import { BodyError, readBody } from '../../../http/read-body.js';
import { retryAfterMs } from '../../../retry-after.js';
import { GrafanaError } from '../grafana-api.js';
import type { GrafanaAnswer } from './grafana-answer.js';

/** The whole answer. Rejects with a {@link GrafanaError} for one that is too large, and with the socket's error for one that breaks off. */
export async function readAnswer(request: string, response: IncomingMessage, maxBytes: number): Promise<GrafanaAnswer> {
  const chunks: Uint8Array[] = [];
  try {
    await readBody(response, maxBytes, (chunk) => chunks.push(chunk));
  } catch (error) {
    if (!(error instanceof BodyError)) throw error;
    const why =
      error.code === 'TOO_LARGE'
        ? `the answer has more than ${maxBytes} bytes`
        : 'the answer came in an encoding that was not asked for';
    throw new GrafanaError('malformed', `${request} failed: ${why}.`, { cause: error });
  }
  const text = Buffer.concat(chunks).toString('utf8');
  const { statusCode: status = 0, headers } = response;
  const isPage = /^\s*text\/html\b/i.test(headers['content-type'] ?? '') || /^\s*</.test(text);
  const json = isPage ? undefined : parsed(text);
  const retryAfter = retryAfterMs(headers['retry-after'], asyncScheduler.now());
  return { status, json, isPage, retryAfterMs: retryAfter, request };
}

/** The parser's own message would quote what came. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
