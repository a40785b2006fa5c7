import { lastValueFrom, type Observable, toArray } from 'rxjs';
import { grafanaClient } from '../../../../../src/sinks/grafana/client/grafana-client.js';
import type { GrafanaClientOptions } from '../../../../../src/sinks/grafana/client/grafana-client-options.js';
import {
  type DashboardWrite,
  type GrafanaApi,
  GrafanaError,
  type Stamp,
} from '../../../../../src/sinks/grafana/grafana-api.js';
import type { FakeGrafana } from '../../../../../src/testing/index.js';
import { EVERY_VERSION } from '../../../testing/grafana/ask-grafana.js';

/** Nothing here takes as long; a test that hits it fails by what it expects. */
export const PLENTY_MS = 20_000;

/** Each version with each family that it has. */
export const EVERY_WAY: readonly (readonly [string, 'legacy' | 'apis'])[] = EVERY_VERSION.flatMap((version) =>
  /^1[2-9]/.test(version) ? [[version, 'legacy'] as const, [version, 'apis'] as const] : [[version, 'legacy'] as const],
);

export function clientOf(grafana: { readonly url: string }, options: Partial<GrafanaClientOptions> = {}): GrafanaApi {
  const { username, usernameFile, token, tokenFile } = options;
  const isGiven = [username, usernameFile, token, tokenFile].some((one) => one !== undefined);
  return grafanaClient({ url: grafana.url, timeoutMs: PLENTY_MS, ...(!isGiven && { token: 'editor' }), ...options });
}

export function stampOf(uid: string, content = 'a', instance = 'ns/label'): Stamp {
  return { instance, source: `ns/configmap/${uid}/board.json`, uid, sha256: content.repeat(64).slice(0, 64) };
}

/** A classic dashboard; `more` wins. */
export function writeOf(uid: string, more: Partial<DashboardWrite> = {}): DashboardWrite {
  const { title = uid, spec = {} } = more;
  return {
    uid,
    folderUid: undefined,
    apiVersion: undefined,
    stamp: stampOf(uid),
    message: 'Automatic update from configMap cm',
    replaces: undefined,
    ...more,
    title,
    spec: { title, panels: [], ...spec },
  };
}

/** The last value, `undefined` without one. */
export function run<T>(result$: Observable<T>): Promise<T> {
  return lastValueFrom(result$, { defaultValue: undefined as T });
}

export function all<T>(result$: Observable<T>): Promise<T[]> {
  return lastValueFrom(result$.pipe(toArray()));
}

/** The error that a call ends with; anything but a `GrafanaError` fails the test. */
export async function failure(result$: Observable<unknown>): Promise<GrafanaError> {
  try {
    await run(result$);
  } catch (error) {
    if (error instanceof GrafanaError) return error;
    throw error;
  }
  throw new Error('Expected the call to fail.');
}

export function codeOf(result$: Observable<unknown>): Promise<string> {
  return failure(result$).then(
    ({ code }) => code,
    (error) =>
      error instanceof Error && error.message === 'Expected the call to fail.' ? 'ok' : Promise.reject(error),
  );
}

/** Reads it, and writes it in place of what was read. */
export async function update(api: GrafanaApi, uid: string, more: Partial<DashboardWrite> = {}) {
  const replaces = await run(api.get(uid));
  return run(api.save(writeOf(uid, { ...more, replaces })));
}

/** `GET /api/health`, without queries, from the `from`-th on. */
export function asked({ requests }: Pick<FakeGrafana, 'requests'>, from = 0): string[] {
  return requests.slice(from).map(({ method, path }) => `${method} ${path.replace(/\?.*$/, '')}`);
}
