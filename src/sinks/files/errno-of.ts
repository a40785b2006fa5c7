/** The errno's name of a failed system call, such as `ENOSPC`; `undefined` for an error that did not come from one. */
export function errnoOf(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
