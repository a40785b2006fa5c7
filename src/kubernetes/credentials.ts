import { errnoOf } from '../errno-of.js';
import { SourceError } from '../model.js';
import type { Configured, CredentialInputs, CredentialSource, Credentials } from './credential-source.js';
import type { ExecCredential, ExecPlugin } from './exec-plugin.js';
import { createTokenFile } from './token-file.js';

export interface CredentialOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called with each credential before it is used, so that logs can redact it. */
  readonly onSecret: (value: string) => void;
  /** @default Date.now */
  readonly now?: () => number;
  /** @default 60_000 */
  readonly execTimeoutMs?: number;
}

/**
 * What is configured, a token from a file, or what an exec plugin gives, made ready for requests.
 *
 * Over plain http nothing is sent that anyone could read along, as in client-go.
 */
export function createCredentials(inputs: CredentialInputs, options: CredentialOptions): CredentialSource {
  const { server, configured, exec, tokenFile, clusterInfo } = inputs;
  const { env, onSecret, now = Date.now, execTimeoutMs = 60_000 } = options;
  const secure = server.startsWith('https:');
  const token = tokenFile === undefined ? undefined : createTokenFile(tokenFile, now);
  let told: readonly string[] = [];
  let granted: ExecCredential | undefined;
  let loading: Promise<Credentials> | undefined;

  async function load(): Promise<Credentials> {
    let applied: Configured;
    try {
      applied = await configured();
    } catch (error) {
      throw unusable(error);
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(applied.headers ?? {})) {
      headers[name.toLowerCase()] = String(value);
    }
    let { cert, key } = applied;
    let password: string | undefined;
    if (applied.auth) {
      password = applied.auth.slice(applied.auth.indexOf(':') + 1);
      headers['authorization'] = `Basic ${Buffer.from(applied.auth).toString('base64')}`;
    }
    if (token !== undefined) {
      headers['authorization'] = `Bearer ${await token.read()}`;
    } else if (exec !== undefined) {
      granted = granted !== undefined && granted.expiresAt > now() ? granted : await runPlugin(exec);
      cert = granted.cert ?? cert;
      key = granted.key ?? key;
      if (granted.token !== undefined) {
        headers['authorization'] = `Bearer ${granted.token}`;
      }
    }
    tellSecrets([password, headers['authorization']?.replace(/^\S+ /, ''), key?.toString()]);
    const { ca, servername, rejectUnauthorized } = applied;
    return { headers, tls: { ca, cert, key, servername, rejectUnauthorized } };
  }

  function tellSecrets(values: readonly (string | undefined)[]): void {
    const secrets = values.filter((value): value is string => value !== undefined && value !== '');
    for (const secret of secrets) {
      if (!told.includes(secret)) {
        onSecret(secret);
      }
    }
    told = secrets;
  }

  async function runPlugin(plugin: ExecPlugin): Promise<ExecCredential> {
    const { runExecPlugin } = await import('./exec-plugin.js');
    return runExecPlugin(plugin, { env, cluster: clusterInfo, timeoutMs: execTimeoutMs });
  }

  // Many streams ask at the same moment, after a cut or a 401: one plugin run and one read serve them all.
  const current = (): Promise<Credentials> => {
    loading ??= (secure ? load() : Promise.resolve({ headers: {}, tls: {} })).finally(() => {
      loading = undefined;
    });
    return loading;
  };
  const renew = async (refused: Credentials): Promise<Credentials> => {
    const known = await current();
    if (!isSame(known, refused)) {
      return known;
    }
    token?.forget();
    granted = undefined;
    return current();
  };
  return { current, renew };
}

function isSame(a: Credentials, b: Credentials): boolean {
  return a.headers['authorization'] === b.headers['authorization'] && String(a.tls.cert) === String(b.tls.cert);
}

/** Only the path and the errno: messages of the parsers behind may quote what they read. */
function unusable(error: unknown): SourceError {
  const path = (error as { path?: unknown } | null)?.path;
  return typeof path === 'string'
    ? new SourceError(
        'credentials',
        `The file ${path}, which the kubeconfig names, cannot be read (${errnoOf(error) ?? 'unknown'}).`,
      )
    : new SourceError(
        'credentials',
        'The credentials of the kubeconfig cannot be used: expected a token, a client certificate, a name with a password, or an exec plugin.',
      );
}
