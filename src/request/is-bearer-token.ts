/** Wider than RFC 6750's, since what a server takes is its own business; but nothing that would end the header. */
export function isBearerToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}
