/** brute_force_login_protection_max_attempts (setting.go, facts/grafana.md 1.5). */
const MAX_ATTEMPTS = 5;
/** loginAttemptsWindow of login_attempt.go */
const WINDOW_MS = 5 * 60_000;

/** Logins that failed, by user name, in any case of its letters. */
export interface LoginAttempts {
  add(login: string): void;
  isLocked(login: string): boolean;
  clear(): void;
}

/** That a login which succeeds does not forgive the ones that failed is [unverified]; it is the stricter of the two. */
export function createLoginAttempts(now: () => number): LoginAttempts {
  const failed = new Map<string, number[]>();
  const recent = (login: string) => (failed.get(login.toLowerCase()) ?? []).filter((time) => time > now() - WINDOW_MS);
  return {
    add: (login) => void failed.set(login.toLowerCase(), [...recent(login), now()]),
    isLocked: (login) => recent(login).length >= MAX_ATTEMPTS,
    clear: () => failed.clear(),
  };
}
