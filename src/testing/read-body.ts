import type { IncomingMessage } from 'node:http';
import { parse as parseYaml } from 'yaml';
import { isRecord } from '../kubernetes/is-record.js';
import { parseMediaType } from './media-type.js';
import { decodeProtobuf } from './protobuf.js';
import { StatusError, tooLarge, unsupportedMediaType } from './status.js';

/** The API server's own limit of a request. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;
const ACCEPTED =
  'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** All bytes of a request. Throws the API server's 413. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // Read to its end nevertheless: a client that still writes would see a reset instead of the answer.
    if (bytes <= MAX_BODY_BYTES) chunks.push(chunk);
  }
  if (bytes > MAX_BODY_BYTES) throw tooLarge(`limit is ${MAX_BODY_BYTES}`);
  return Buffer.concat(chunks);
}

/** A body that is no JSON, YAML or protobuf. Its parser's own message would quote it. */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly code = 'parse';
}

/** An object out of its bytes. Throws a `ParseError`, or the API server's 415. */
export function parseBody(body: Buffer, contentType: string | undefined): unknown {
  const { type } = parseMediaType(contentType || 'application/json');
  try {
    switch (type) {
      case 'application/json':
        return withKind(JSON.parse(body.toString()));
      case 'application/yaml':
        return withKind(parseYaml(body.toString()));
      case 'application/vnd.kubernetes.protobuf':
        return decodeProtobuf(body);
      default:
        throw unsupportedMediaType(ACCEPTED);
    }
  } catch (error) {
    if (error instanceof StatusError) throw error;
    if (error instanceof ParseError) throw error;
    const why = body.length === 0 ? 'unexpected end of JSON input' : 'the body cannot be parsed';
    throw new ParseError(`couldn't get version/kind; json parse error: ${why}`);
  }
}

/** Kind and version are looked for before all else, and `null` has none. */
function withKind(json: unknown): unknown {
  if (json === null || isRecord(json)) return json;
  throw new ParseError("couldn't get version/kind; json parse error: the body is no object");
}
