import { filter, map, NEVER, type Observable, take, timer } from 'rxjs';
import { credentialFiles, type RequestCredentialsOptions, readRequestCredentials } from './request-credentials.js';

/** Short against the minute that kubelet takes to bring a changed Secret; a few small reads each time. */
const POLL_MS = 2_000;

/**
 * Emits once and completes when the files hold other credentials than those that were refused (`RequestCredentials.id`;
 * `undefined` when none could be read). Looks at the content, each two seconds, only while subscribed: `fs.watch` misses the
 * symlink that Kubernetes swaps, and a file that was merely touched must not cost a login. Without files: never.
 */
export function credentialsChange(options: RequestCredentialsOptions, refusedId: string | undefined): Observable<void> {
  if (credentialFiles(options).length === 0) return NEVER;
  return timer(POLL_MS, POLL_MS).pipe(
    map(() => readRequestCredentials(options)),
    filter((read) => read.ok && read.credentials.id !== refusedId),
    take(1),
    map(() => undefined),
  );
}
