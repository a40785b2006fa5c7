import type { FakeGrafanaOptions, GrafanaUser } from './grafana-options.js';

/** The options with their defaults. */
export type CheckedGrafanaOptions = Required<FakeGrafanaOptions>;

/** Of a Grafana that was not configured. */
const ADMIN: GrafanaUser = { login: 'admin', password: 'admin', role: 'Admin', serverAdmin: true };

/** Throws a `RangeError` for what cannot be. Passwords and tokens are not shown. */
export function checkedGrafanaOptions(options: FakeGrafanaOptions): CheckedGrafanaOptions {
  const { version = '13.2', users = [ADMIN], tokens = [], orgs = [], tls = false } = options;
  const { port = 0, host = '127.0.0.1', now = Date.now } = options;
  const all = [...new Set([1, ...orgs])];
  for (const org of all) expect(Number.isInteger(org) && org >= 1, 'orgs', 'whole numbers from 1', String(org));
  expect(Number.isInteger(port) && port >= 0 && port <= 65_535, 'port', 'a whole number from 0 to 65535', String(port));
  expect(host !== '', 'host', 'the name or address of this machine', '""');
  checkCredentials({ users, tokens }, all);
  return { version, users, tokens, orgs: all, tls, port, host, now };
}

/** Throws a `RangeError` for a credential that nobody could use. */
export function checkCredentials(
  { users, tokens }: Pick<CheckedGrafanaOptions, 'users' | 'tokens'>,
  orgs: readonly number[],
): void {
  for (const { login, password, orgIds = [1] } of users) {
    expect(login !== '' && !login.includes(':'), 'users[].login', 'a name without a colon', JSON.stringify(login));
    expect(password !== '', `users[].password of ${login}`, 'a text', 'none');
    expect(orgIds.length > 0, `users[].orgIds of ${login}`, 'one organisation at least', 'none');
    for (const orgId of orgIds) mustBeOrg(`users[].orgIds of ${login}`, orgId, orgs);
  }
  for (const { name, token, orgId = 1 } of tokens) {
    // What a header can carry.
    expect(/^[!-~]+$/.test(token), `tokens[].token of ${name}`, 'printable ASCII without blanks', 'something else');
    mustBeOrg(`tokens[].orgId of ${name}`, orgId, orgs);
  }
}

function mustBeOrg(name: string, orgId: number, orgs: readonly number[]): void {
  expect(orgs.includes(orgId), name, `one of the organisations ${orgs.join(', ')}`, String(orgId));
}

function expect(isFine: boolean, name: string, expected: string, got: string): void {
  if (!isFine) throw new RangeError(`Expected \`${name}\` to be ${expected}, got ${got}.`);
}
