/** The errno's name of a failed system call (`ENOSPC`), or Node's code (`ERR_…`); `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}
