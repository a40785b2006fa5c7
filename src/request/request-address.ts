/** Where a request goes. */
export interface RequestAddress {
  /** `http:` or `https:`. Of a unix socket: `http://localhost` with path and query, so that redirects have a base. */
  readonly url: URL;
  readonly socketPath?: string | undefined;
}

/** What the kernel takes as the path of a socket: `sun_path` has 108 bytes, the NUL at the end included (unix(7)). */
const MAX_SOCKET_PATH_BYTES = 107;

/**
 * Reads `http://…`, `https://…`, or `unix:/run/app.sock:/path?query`, a unix socket and what is asked for there (`/` where
 * it is left out), as nginx writes them. `undefined` for anything else.
 */
export function parseRequestAddress(text: string): RequestAddress | undefined {
  const trimmed = text.trim();
  if (/^https?:\/\//i.test(trimmed)) {
    const url = URL.parse(trimmed);
    return url === null ? undefined : { url };
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a path with one is a mistake
  const [, socketPath, target = '/'] = /^unix:(\/[^:\x00-\x1f\x7f]+)(?::(\/[^\x00-\x1f\x7f]*))?$/i.exec(trimmed) ?? [];
  if (socketPath === undefined || new TextEncoder().encode(socketPath).length > MAX_SOCKET_PATH_BYTES) return undefined;
  // Not resolved against a base: `//host/x` would name a host. With a path behind the host there is nothing to fail.
  return { url: new URL(`http://localhost${target}`), socketPath };
}

/** As messages show it: Jenkins' query carries a token, userinfo a password. */
export function shownAddress({ url, socketPath }: RequestAddress): string {
  return socketPath === undefined ? `${url.origin}${url.pathname}` : `unix:${socketPath}:${url.pathname}`;
}
