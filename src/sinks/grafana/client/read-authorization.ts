import { readBasicAuth } from '../../../http/basic-auth.js';
import { readBearerToken } from '../../../http/bearer-token.js';
import type { GrafanaTarget } from './grafana-target.js';

export type AuthorizationResult =
  /** `undefined`: nobody's request. */
  | { readonly ok: true; readonly header: string | undefined }
  /** A clause that begins with the credential at fault. Never a value. */
  | { readonly ok: false; readonly message: string };

/** The `Authorization` header, its files read anew; what it is made of is told to `onSecret`. */
export function readAuthorization({ login, onSecret }: GrafanaTarget): AuthorizationResult {
  const token = readBearerToken(login);
  if (!token.ok) return token;
  if (token.value !== '') {
    onSecret(token.value, 'token of Grafana');
    return { ok: true, header: `Bearer ${token.value}` };
  }
  const basic = readBasicAuth(login);
  if (!basic.ok) return basic;
  if (basic.credentials === undefined) return { ok: true, header: undefined };
  const { header, password } = basic.credentials;
  onSecret(password, 'password of Grafana');
  onSecret(header.slice('Basic '.length), 'basic authentication of Grafana');
  return { ok: true, header };
}
