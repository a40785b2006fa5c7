import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { stringify as toYaml } from 'yaml';
import type { Answer } from './answer.js';
import { goJson } from './go-json.js';
import type { Representation } from './negotiate.js';
import type { Status } from './status.js';

/** A whole answer: its JSON, and what else is said with it. */
export interface Reply {
  readonly status: number;
  readonly json: string;
  readonly format?: Representation['format'];
  readonly headers?: OutgoingHttpHeaders;
}

/** What kube-apiserver says with everything. */
export const COMMON_HEADERS: OutgoingHttpHeaders = { 'cache-control': 'no-cache, private' };

/** What is said without a Status, as Go's net/http says it. */
export const PLAIN_TEXT: OutgoingHttpHeaders = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
};

export function respond(answer: Answer, request: IncomingMessage, { status, json, format, headers }: Reply): void {
  const text =
    format === 'yaml' ? toYaml(JSON.parse(json), { sortMapEntries: true, version: '1.1' }) : jsonText(request, json);
  respondText(answer, status, text, { 'content-type': `application/${format ?? 'json'}`, ...headers });
}

export function respondText(answer: Answer, status: number, text: string, headers: OutgoingHttpHeaders): void {
  const body = Buffer.from(text);
  answer.begin(status, { ...COMMON_HEADERS, ...headers, 'content-length': body.length });
  answer.end(body);
}

/** A Status, as it answers what failed. */
export function replyOfStatus(status: Status, httpStatus: number): Reply {
  const { retryAfterSeconds } = status.details ?? {};
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
  return { status: httpStatus, json: goJson(status), headers };
}

/** Each as Go's net/http writes it. */
export function warningHeaders(warnings: readonly string[]): OutgoingHttpHeaders {
  return warnings.length === 0 ? {} : { warning: warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ') };
}

/** Indented for people: where it is asked for, and for the programs that only people use. */
function jsonText(request: IncomingMessage, json: string): string {
  const asked = new URL(request.url ?? '/', 'http://embedded').searchParams.get('pretty') ?? '';
  const byAgent = /^(curl|Wget|Mozilla\/5\.0)/.test(request.headers['user-agent'] ?? '');
  const isPretty = asked === '' ? byAgent : /^(1|t|true)$/i.test(asked);
  return isPretty ? goJson(JSON.parse(json), 2) : json;
}
