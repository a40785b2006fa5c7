/** A value that does not fit its type, in the words of Go's decoder. Never with the value. */
export class DecodeError extends Error {
  override readonly name = 'DecodeError';
  readonly code = 'decode';
}
