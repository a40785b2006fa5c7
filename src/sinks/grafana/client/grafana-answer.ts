import { isRecord } from '../../../kubernetes/is-record.js';

/** One request to Grafana. */
export interface GrafanaRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the base URL, encoded, without a query. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  readonly accept?: string | undefined;
  /** What it is about, where the path does not say it: `dashboard cpu`. */
  readonly subject?: string | undefined;
  /** At most that of the target. @default that of the target */
  readonly maxAnswerBytes?: number | undefined;
}

/** What came back, whatever its status. */
export interface GrafanaAnswer {
  readonly status: number;
  /** `undefined` for what is no JSON. */
  readonly json: unknown;
  /** An HTML page: of Grafana's own login, or of whoever stands before it. */
  readonly isPage: boolean;
  readonly retryAfterMs: number | undefined;
  /** `POST http://host/path (dashboard cpu)`: how messages name the request. */
  readonly request: string;
}

export function isSuccess({ status }: GrafanaAnswer): boolean {
  return status >= 200 && status <= 299;
}

/** The answer's object, an empty one where it is none. */
export function recordOf({ json }: GrafanaAnswer): Readonly<Record<string, unknown>> {
  return isRecord(json) ? json : {};
}

/** Grafana's sentence. It may quote titles and users: to be compared, never to be shown. */
export function messageOf(answer: GrafanaAnswer): string {
  const { message } = recordOf(answer);
  return typeof message === 'string' ? message : '';
}

/**
 * What Grafana says that there is none of, by a 404 (or a 400) of its own. `undefined` for any other answer: the 404 of a
 * proxy, or of a path that this Grafana does not have, is no word about a dashboard.
 */
export function missingOf(answer: GrafanaAnswer): 'dashboard' | 'folder' | undefined {
  const { status } = answer;
  if (status !== 404 && status !== 400) return undefined;
  const { details } = recordOf(answer);
  // Every refusal of /apis names the group; only of a 404 is it what is missing.
  const group = status === 404 && isRecord(details) && details['name'] ? details['group'] : undefined;
  if (group === 'folder.grafana.app') return 'folder';
  if (group === 'dashboard.grafana.app') return 'dashboard';
  // What is quoted is a name, and may be any word.
  const message = messageOf(answer).replace(/"[^"]*"/g, '');
  if (/folder.*not found/i.test(message)) return 'folder';
  return /dashboard.*not found/i.test(message) ? 'dashboard' : undefined;
}
