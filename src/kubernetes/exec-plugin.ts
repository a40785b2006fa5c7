import { execFile } from 'node:child_process';
import { isAbsolute, join } from 'node:path';
import { errnoOf } from '../errno-of.js';
import { SourceError } from '../model.js';
import { ClusterConfigError } from './cluster-config-error.js';
import { isRecord } from './is-record.js';

/** A program that prints credentials, as `users[].user.exec` of a kubeconfig names it. */
export interface ExecPlugin {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to our own environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly apiVersion: string;
  /** The plugin wants to know the cluster in `KUBERNETES_EXEC_INFO`. */
  readonly provideClusterInfo: boolean;
}

/** What a plugin gave. */
export interface ExecCredential {
  readonly token: string | undefined;
  /** PEM. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds since 1970; `Infinity` where the plugin names no end. */
  readonly expiresAt: number;
}

export interface RunExecPluginOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Said to the plugin where it asked for it. */
  readonly cluster: Readonly<Record<string, unknown>>;
  /** A plugin that takes longer is killed. */
  readonly timeoutMs: number;
}

/** More is no credential. */
const OUTPUT_MAX_BYTES = 1024 * 1024;

/**
 * Reads `exec` of a kubeconfig's user. A command with a slash is relative to the kubeconfig's folder, one without is
 * looked up in PATH (client-go's rule). Throws a `ClusterConfigError`.
 */
export function execPluginOf(exec: unknown, user: string, folder: string): ExecPlugin {
  const { command, args, env, apiVersion, interactiveMode, provideClusterInfo } = isRecord(exec) ? exec : {};
  if (typeof command !== 'string' || command === '') {
    throw new ClusterConfigError(
      'malformed',
      `Expected \`exec.command\` of the user "${user}" to name a program, got none.`,
    );
  }
  if (interactiveMode === 'Always') {
    throw new ClusterConfigError(
      'unsupported',
      `Expected the exec plugin of the user "${user}" to run without a terminal.`,
    );
  }
  const pairs = (Array.isArray(env) ? env : []).filter(isRecord);
  return {
    command: command.includes('/') && !isAbsolute(command) ? join(folder, command) : command,
    args: (Array.isArray(args) ? args : []).map(String),
    env: Object.fromEntries(pairs.map(({ name, value }) => [String(name), String(value ?? '')])),
    apiVersion: typeof apiVersion === 'string' ? apiVersion : 'client.authentication.k8s.io/v1',
    provideClusterInfo: provideClusterInfo === true,
  };
}

/**
 * Runs the plugin once. We do it, not `KubeConfig`: that one never ends a plugin that hangs, passes on its stderr, and
 * cannot be told to ask anew after a 401. Rejects with a `SourceError` with the code `credentials`; what the plugin printed
 * is never part of it.
 */
export function runExecPlugin(plugin: ExecPlugin, options: RunExecPluginOptions): Promise<ExecCredential> {
  const { apiVersion, command } = plugin;
  const cluster = plugin.provideClusterInfo ? { cluster: options.cluster } : {};
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, ...cluster } };
  const env = { ...options.env, ...plugin.env, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
  return new Promise((resolve, reject) => {
    const limits = { timeout: options.timeoutMs, killSignal: 'SIGKILL' as const, maxBuffer: OUTPUT_MAX_BYTES };
    execFile(command, [...plugin.args], { env, ...limits }, (error, stdout) => {
      const credential = error ? undefined : parse(stdout);
      if (credential !== undefined) {
        resolve(credential);
      } else {
        const what = error
          ? failure(error, options.timeoutMs)
          : 'printed no ExecCredential with a token or a certificate';
        reject(new SourceError('credentials', `The exec plugin ${command} of the kubeconfig ${what}.`));
      }
    });
  });
}

function failure(error: Error & { code?: unknown; killed?: boolean }, timeoutMs: number): string {
  if (typeof error.code === 'number') {
    return `failed with exit code ${error.code}`;
  }
  return error.killed === true
    ? `gave no answer within ${timeoutMs / 1000} s`
    : `could not be run (${errnoOf(error) ?? 'unknown'})`;
}

function parse(stdout: string): ExecCredential | undefined {
  let status: unknown;
  try {
    status = (JSON.parse(stdout) as { status?: unknown } | null)?.status;
  } catch {
    return undefined;
  }
  if (!isRecord(status)) {
    return undefined;
  }
  const token = textOf(status['token']);
  const cert = textOf(status['clientCertificateData']);
  const expiresAt = Date.parse(String(status['expirationTimestamp']));
  return token === undefined && cert === undefined
    ? undefined
    : { token, cert, key: textOf(status['clientKeyData']), expiresAt: Number.isNaN(expiresAt) ? Infinity : expiresAt };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
