/** The errno's name (`ENOENT`) or Node's code (`ERR_…`) of an error; `unknown` where there is none. */
export function errnoOf(error: unknown): string {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : 'unknown';
}
