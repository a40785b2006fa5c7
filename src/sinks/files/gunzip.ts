import { errnoOf } from '../../errno-of.js';

/** The bytes of a gzip stream, or why there are none: more than `maxBytes`, or no gzip from its first byte to its last. */
export type Gunzip = (packed: Uint8Array, maxBytes: number) => Uint8Array | 'too-large' | 'no-gzip';

/** Loaded only with `GZIP_KEYS`: zlib costs memory that others do not need to spend. */
export async function loadGunzip(): Promise<Gunzip> {
  const { gunzipSync } = await import('node:zlib');
  return (packed, maxBytes) => {
    try {
      return gunzipSync(packed, { maxOutputLength: maxBytes });
    } catch (error) {
      // Whatever else: the messages of zlib may grow, our answer does not.
      return errnoOf(error) === 'ERR_BUFFER_TOO_LARGE' ? 'too-large' : 'no-gzip';
    }
  };
}
