import { readFileSync } from 'node:fs';
import { errnoOf } from '../errno-of.js';
import { SourceError } from '../model.js';

/** A bearer token in a file that somebody else renews: the kubelet for a service account. */
export interface TokenFile {
  /** Trimmed. Rejects with a `SourceError` with the code `credentials` when there is none, nor was one before. */
  read(): Promise<string>;
  /** The next `read` goes to the file whatever the age of what is known: the server said 401. */
  forget(): void;
}

/** As client-go: a token is read again after a minute. The kubelet renews it long before its end. */
const TOKEN_MAX_AGE_MS = 60_000;

export function createTokenFile(path: string, now: () => number): TokenFile {
  let known: { readonly token: string; readonly readAt: number } | undefined;
  let forced = false;

  return {
    forget: () => {
      forced = true;
    },
    read: async () => {
      if (known !== undefined && !forced && now() - known.readAt < TOKEN_MAX_AGE_MS) {
        return known.token;
      }
      try {
        const token = readFileSync(path, 'utf8').trim();
        if (token !== '') {
          known = { token, readAt: now() };
          forced = false;
        } else if (known === undefined) {
          throw new SourceError('credentials', `Expected a token in ${path}, got an empty file.`);
        }
      } catch (error) {
        // While the file is being replaced, the token that worked a minute ago is the best there is.
        if (known === undefined) {
          throw error instanceof SourceError
            ? error
            : new SourceError('credentials', `The token file ${path} cannot be read (${errnoOf(error) ?? 'unknown'}).`);
        }
      }
      return known?.token ?? '';
    },
  };
}
