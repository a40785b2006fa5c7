import { isRecord } from '../../../kubernetes/is-record.js';
import { GrafanaError, type GrafanaErrorCode } from '../grafana-api.js';
import { type GrafanaAnswer, isSuccess, messageOf, missingOf, recordOf } from './grafana-answer.js';

/** What an answer means where it is the first that fits. `why` is a clause, with what to do. */
export interface AnswerRule {
  readonly status: number | readonly number[];
  readonly when?: (answer: GrafanaAnswer) => boolean;
  readonly code: GrafanaErrorCode;
  readonly why: string | ((answer: GrafanaAnswer) => string);
}

/** A path or a method that this Grafana does not have: it was upgraded, or is none. Never leaves the client. */
export class LostRoute extends Error {
  override readonly name = 'LostRoute';
  readonly code = 'lost-route';
  /** What it is where asking anew what the server has does not help. */
  readonly fault: GrafanaError;

  constructor(fault: GrafanaError) {
    super(fault.message);
    this.fault = fault;
  }
}

/** Compares Grafana's sentence; what it says is not shown, since it may quote titles and users. */
export function says(pattern: RegExp): (answer: GrafanaAnswer) => boolean {
  return (answer) => pattern.test(messageOf(answer));
}

/** `status` of a body of the legacy family: `name-exists`. */
export function hasStatus(status: string): (answer: GrafanaAnswer) => boolean {
  return (answer) => recordOf(answer)['status'] === status;
}

export function lacks(what: 'dashboard' | 'folder'): (answer: GrafanaAnswer) => boolean {
  return (answer) => missingOf(answer) === what;
}

/** The rows of facts/grafana.md 4 that mean the same for every request, the narrower first. */
const GENERAL: readonly AnswerRule[] = [
  {
    status: 401,
    when: says(/requested organi[sz]ation/i),
    code: 'unauthorized',
    why: 'the token belongs to another organisation (401); see GRAFANA_ORG_ID',
  },
  {
    status: 401,
    code: 'unauthorized',
    why: 'the credentials are not accepted (401); see GRAFANA_TOKEN, GRAFANA_USERNAME',
  },
  {
    status: 403,
    when: says(/quota reached/i),
    code: 'quota',
    why: 'the quota of dashboards is reached (403); raise it, or remove some',
  },
  {
    status: 403,
    when: (answer) => isManagerConflict(answer) || says(/managed by|resource manager|provisioned/i)(answer),
    code: 'provisioned',
    why: 'another tool manages it (403); it is changed there alone',
  },
  { status: 403, code: 'forbidden', why: forbidden },
  { status: 407, code: 'unreachable', why: 'the proxy wants credentials (407)' },
  { status: 429, code: 'throttled', why: 'there are too many requests (429)' },
];

/**
 * An answer that is no success as an error: by the rules of this request, then by those of all. What is no JSON is told by its
 * status alone, and a page as what it most likely is. A 404 or 405 that is no word about a dashboard or a folder is a
 * {@link LostRoute}.
 */
export function answerError(answer: GrafanaAnswer, rules: readonly AnswerRule[] = []): GrafanaError | LostRoute {
  const rule = [...rules, ...GENERAL].find((one) => isMeant(one, answer));
  if (rule !== undefined) {
    return faultOf(answer, rule.code, typeof rule.why === 'string' ? rule.why : rule.why(answer));
  }
  const { status } = answer;
  if (isSuccess(answer)) return malformed(answer);
  if (status >= 500 || status === 408 || status === 410 || status === 425) {
    return faultOf(answer, 'server', `the server is in trouble (${status})`);
  }
  if (status === 404 || status === 405) {
    const why = `there is no such path (${status}); GRAFANA_URL has to be the base URL of a Grafana of 9 or newer`;
    return new LostRoute(faultOf(answer, 'malformed', why));
  }
  return faultOf(answer, 'rejected', `it is refused (${status})`);
}

/** A success that does not say what was asked for. */
export function malformed(answer: GrafanaAnswer): GrafanaError {
  const what = answer.isPage ? 'with a web page' : 'with something else than expected';
  const advice = answer.isPage
    ? 'most likely the login of a proxy before Grafana, or GRAFANA_URL lacks a path'
    : 'GRAFANA_URL has to be the base URL of a Grafana of 9 or newer';
  return faultOf(answer, 'malformed', `it was answered ${what} (${answer.status}); ${advice}`);
}

export function faultOf(answer: GrafanaAnswer, code: GrafanaErrorCode, why: string): GrafanaError {
  const { status, retryAfterMs, request } = answer;
  return new GrafanaError(code, `${request} failed: ${why}.`, { status, retryAfterMs });
}

function isMeant({ status, when }: AnswerRule, answer: GrafanaAnswer): boolean {
  const isStatus = typeof status === 'number' ? status === answer.status : status.includes(answer.status);
  return isStatus && (when === undefined || when(answer));
}

/** pkg/apimachinery/utils/manager_errors.go */
function isManagerConflict(answer: GrafanaAnswer): boolean {
  const { details } = recordOf(answer);
  const causes = isRecord(details) && Array.isArray(details['causes']) ? details['causes'] : [];
  return causes.some((cause) => isRecord(cause) && cause['reason'] === 'ResourceManagerKindConflict');
}

/** RBAC names what is missing: names of permissions are shown, and nothing else of the sentence. */
function forbidden(answer: GrafanaAnswer): string {
  const [, list = ''] = /Permissions needed: ([\w:., -]*)/.exec(messageOf(answer)) ?? [];
  const permissions = list.match(/\b(?:dashboards|folders|orgs):[a-z.]+\b/g) ?? [];
  const needed = permissions.length === 0 ? '' : `: it needs ${[...new Set(permissions)].join(' or ')}`;
  return `the credentials do not permit it (403)${needed}; see the role of the service account or user`;
}
