import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';

/** More than the limit came. The message is a clause. */
export class BodyError extends Error {
  override readonly name = 'BodyError';
  readonly code: 'TOO_LARGE' | 'ENCODING';

  constructor(code: BodyError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Gives `write` what the answer holds, decompressed if it comes packed though it was asked for as it is. Counts before and
 * after, so that neither an endless answer nor one that unpacks without end is read any further than `maxBytes`.
 *
 * Rejects with a {@link BodyError}, with what `write` throws, or with the error of the socket or of the decoder. The
 * connection is gone then, and also when it resolves.
 */
export async function readBody(
  response: IncomingMessage,
  maxBytes: number,
  write: (chunk: Uint8Array) => void,
): Promise<void> {
  const tooLarge = (): BodyError =>
    new BodyError('TOO_LARGE', `the answer has more than ${maxBytes} bytes (URL_MAX_BYTES)`);
  try {
    if (Number(response.headers['content-length']) > maxBytes) throw tooLarge();
    const body = await decoded(response, (packed) => (packed > maxBytes ? tooLarge() : undefined));
    let bytes = 0;
    for await (const chunk of body) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxBytes) throw tooLarge();
      write(chunk as Buffer);
    }
  } finally {
    response.destroy();
  }
}

async function decoded(response: IncomingMessage, check: (packed: number) => Error | undefined): Promise<Readable> {
  const encoding = (response.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (encoding === 'identity' || encoding === '') return response;
  const decoder = await decoderOf(encoding);
  let packed = 0;
  const counter = new Transform({
    transform: (chunk: Buffer, _, done) => {
      packed += chunk.length;
      done(check(packed) ?? null, chunk);
    },
  });
  // Its errors are the decoder's, which the loop over it throws.
  return pipeline(response, counter, decoder, () => undefined) as unknown as Readable;
}

/** Loaded only for servers that pack what they were asked not to. */
async function decoderOf(encoding: string): Promise<Transform> {
  const { createBrotliDecompress, createGunzip, createInflate } = await import('node:zlib');
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new BodyError('ENCODING', 'the answer came in an encoding that was not asked for');
  }
}
