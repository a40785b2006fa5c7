import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable } from 'node:stream';
import { SourceError } from '../model.js';

/**
 * The body without its `Content-Encoding`. We ask for none, but a proxy between may pack what it likes. `node:zlib` is 4 MiB
 * of memory, so it is loaded for such an answer only. Rejects with a `SourceError` for an encoding that nobody asked for.
 */
export async function decodedBody(body: IncomingMessage): Promise<Readable> {
  const encoding = body.headers['content-encoding']?.trim().toLowerCase();
  if (encoding === undefined || encoding === '' || encoding === 'identity') {
    return body;
  }
  if (encoding !== 'gzip' && encoding !== 'deflate' && encoding !== 'br') {
    throw new SourceError('malformed', 'The Kubernetes API packs its answers in a way that we did not ask for.');
  }
  const { createBrotliDecompress, createGunzip, createInflate } = await import('node:zlib');
  const decoder = encoding === 'gzip' ? createGunzip() : encoding === 'br' ? createBrotliDecompress() : createInflate();
  // Errors of either end come out of the decoder.
  return pipeline(body, decoder, () => undefined);
}
