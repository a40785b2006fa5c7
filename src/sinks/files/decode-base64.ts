/**
 * The bytes of base64 as the API server takes it: Go's standard encoding, padded, line breaks ignored. `undefined` for
 * anything else: Node would skip over what it cannot read, and half a certificate would be published.
 */
export function decodeBase64(text: string): Uint8Array | undefined {
  const packed = /[\r\n]/.test(text) ? text.replace(/[\r\n]+/g, '') : text;
  // With a length of a multiple of four, `=` can only stand where padding belongs.
  if (packed.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(packed)) return undefined;
  return Buffer.from(packed, 'base64');
}
