import { timingSafeEqual } from 'node:crypto';
import type { GrafanaPermission, GrafanaRole, GrafanaToken, GrafanaUser } from './grafana-options.js';
import type { Author } from './grafana-world.js';
import { createLoginAttempts } from './login-attempts.js';
import { Refusal } from './refusal.js';

/** Who asks, in the organisation that they ask in. */
export interface Caller extends Author {
  readonly orgId: number;
  readonly role: GrafanaRole;
  readonly isServerAdmin: boolean;
  readonly isServiceAccount: boolean;
  may(...anyOf: readonly GrafanaPermission[]): boolean;
}

export interface CallerOptions {
  /** Header or namespace; `undefined`: where they are by default. */
  readonly orgId: number | undefined;
  /** Errors of old versions have nothing but a message. */
  readonly hasMessageIds: boolean;
  readonly namesServiceAccounts: boolean;
}

export interface Accounts {
  /** `user:LOGIN`, `token:NAME`, `anonymous` or `unknown`: what may be written down. */
  credentialOf(authorization: string | undefined): string;
  /** Throws the 401 of who is not let in, and counts a wrong password. */
  callerOf(authorization: string | undefined, options: CallerOptions): Caller;
  set(users: readonly GrafanaUser[], tokens: readonly GrafanaToken[]): void;
  forgetAttempts(): void;
}

const READ: readonly GrafanaPermission[] = ['dashboards:read', 'folders:read'];
const EDIT: readonly GrafanaPermission[] = [
  ...READ,
  'dashboards:create',
  'dashboards:write',
  'dashboards:delete',
  'folders:create',
  'folders:write',
  'folders:delete',
];
/** The basic roles: that Editor does for all of a push is [unverified] (facts/grafana.md, 10). */
const PERMISSIONS: Readonly<Record<GrafanaRole, readonly GrafanaPermission[]>> = {
  Viewer: READ,
  Editor: EDIT,
  Admin: EDIT,
};

export function createAccounts(now: () => number): Accounts {
  let users: readonly GrafanaUser[] = [];
  let tokens: readonly GrafanaToken[] = [];
  const attempts = createLoginAttempts(now);
  const userOf = (login: string) => users.find((user) => user.login.toLowerCase() === login.toLowerCase());
  const tokenOf = (text: string) => tokens.find(({ token }) => isEqual(token, text));

  const checkPassword = ({ login, password }: Login, hasMessageIds: boolean): GrafanaUser => {
    const user = userOf(login);
    // pkg/services/authn/clients/password.go: the lock is looked at first, and only a known user's failure counts.
    if (attempts.isLocked(login)) throw wrongPassword(hasMessageIds);
    if (user && password !== '' && isEqual(user.password, password)) return user;
    if (user && password !== '') attempts.add(login);
    throw wrongPassword(hasMessageIds);
  };

  return {
    credentialOf(authorization) {
      const given = readAuthorization(authorization);
      if (given === undefined) return 'anonymous';
      const user = typeof given === 'object' ? userOf(given.login) : undefined;
      const token = typeof given === 'string' ? tokenOf(given) : undefined;
      return user ? `user:${user.login}` : token ? `token:${token.name}` : 'unknown';
    },
    callerOf(authorization, { orgId, hasMessageIds, namesServiceAccounts }) {
      const given = readAuthorization(authorization);
      if (given === undefined) throw unauthorized('Unauthorized', hasMessageIds && 'auth.unauthorized');
      if (typeof given === 'object') {
        const { login, role = 'Admin', permissions, serverAdmin, orgIds = [1] } = checkPassword(given, hasMessageIds);
        const asked = orgId ?? orgIds[0] ?? 1;
        // Of an organisation that they are not in they have no role, and may do nothing [unverified].
        const granted = orgIds.includes(asked) ? (permissions ?? PERMISSIONS[role]) : [];
        const isServerAdmin = serverAdmin ?? false;
        return callerWith({ credential: `user:${login}`, name: login, orgId: asked, role, isServerAdmin }, granted);
      }
      const token = tokenOf(given);
      if (!token) throw unauthorized('Invalid API key', hasMessageIds && 'api-key.invalid');
      const { name, role = 'Editor', permissions, orgId: own = 1 } = token;
      if (orgId !== undefined && orgId !== own) {
        const message = 'API key does not belong to the requested organization';
        throw unauthorized(message, hasMessageIds && 'api-key.organization-mismatch');
      }
      const shown = namesServiceAccounts ? name : `sa-${own}-${name}`;
      const base = { credential: `token:${name}`, name: shown, orgId: own, role, isServerAdmin: false };
      return callerWith(base, permissions ?? PERMISSIONS[role], true);
    },
    set(newUsers, newTokens) {
      users = newUsers;
      tokens = newTokens;
    },
    forgetAttempts: () => attempts.clear(),
  };
}

function callerWith(
  base: Omit<Caller, 'may' | 'isServiceAccount'>,
  granted: readonly GrafanaPermission[],
  isServiceAccount = false,
): Caller {
  return { ...base, isServiceAccount, may: (...anyOf) => anyOf.some((one) => granted.includes(one)) };
}

interface Login {
  readonly login: string;
  readonly password: string;
}

/** A login, a token, or nothing. What is neither is a token that nobody has. */
function readAuthorization(header: string | undefined): Login | string | undefined {
  if (header === undefined || header.trim() === '') return undefined;
  const [, scheme = '', value = ''] = /^\s*(\S+)\s+(.*?)\s*$/.exec(header) ?? [];
  if (scheme.toLowerCase() !== 'basic') return scheme.toLowerCase() === 'bearer' ? value : '';
  const [, login = '', password = ''] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, 'base64').toString()) ?? [];
  return { login, password };
}

/** The body of a locked login is the same: `[password-auth.failed] too many consecutive incorrect login attempts` is only logged. */
function wrongPassword(hasMessageIds: boolean): Refusal {
  if (!hasMessageIds) return new Refusal(401, 'invalid username or password');
  return unauthorized('Invalid username or password', 'password-auth.failed');
}

/** errutil's public form: 94 bytes for a wrong password, as crowdsecurity/hub#1416 logs them for 12. */
function unauthorized(message: string, messageId: string | false): Refusal {
  return new Refusal(401, message, messageId === false ? {} : { messageId, statusCode: 401 });
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
