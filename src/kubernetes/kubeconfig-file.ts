import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { load, YAMLException } from 'js-yaml';
import { errnoOf } from '../errno-of.js';
import { ClusterConfigError } from './cluster-config-error.js';
import { isRecord } from './is-record.js';

/** A user of a kubeconfig as it was written, for the keys that `KubeConfig` does not know. */
export type RawUser = Readonly<Record<string, unknown>>;

/** What one file says. Paths of certificates are absolute; those of `rawUsers` are as written, relative to `folder`. */
export interface KubeconfigFile {
  readonly path: string;
  readonly folder: string;
  readonly config: KubeConfig;
  readonly rawUsers: ReadonlyMap<string, RawUser>;
}

/**
 * Reads one kubeconfig, YAML or JSON; `undefined` when the file does not exist. Throws a `ClusterConfigError`.
 *
 * The parser's own messages quote the input, credentials included, so only the line is said.
 */
export function readKubeconfigFile(path: string): KubeconfigFile | undefined {
  const text = readText(path);
  if (text === undefined) {
    return undefined;
  }
  const document = parseYaml(path, text);
  const rawUsers = new Map<string, RawUser>();
  for (const entry of Array.isArray(document['users']) ? document['users'] : []) {
    if (isRecord(entry) && typeof entry['name'] === 'string') {
      rawUsers.set(entry['name'], isRecord(entry['user']) ? entry['user'] : {});
    }
  }
  const folder = dirname(path);
  return { path, folder, config: toKubeConfig(path, folder, document), rawUsers };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') {
      return undefined;
    }
    throw new ClusterConfigError('unreadable', `Expected a readable kubeconfig, got ${code} for ${path}.`);
  }
}

function parseYaml(path: string, text: string): Readonly<Record<string, unknown>> {
  let document: unknown;
  try {
    // An empty file is an empty configuration, as it is for kubectl.
    document = text.trim() === '' ? {} : load(text);
  } catch (error) {
    const line = error instanceof YAMLException && error.mark ? `, line ${error.mark.line + 1}` : '';
    throw new ClusterConfigError('malformed', `Expected a kubeconfig in YAML or JSON, got neither: ${path}${line}.`);
  }
  if (!isRecord(document)) {
    throw new ClusterConfigError('malformed', `Expected a kubeconfig with clusters, users and contexts: ${path}.`);
  }
  return document;
}

function toKubeConfig(path: string, folder: string, document: Readonly<Record<string, unknown>>): KubeConfig {
  const config = new KubeConfig();
  try {
    config.loadFromString(JSON.stringify({ ...document, users: withoutTokenFiles(document['users']) }));
    config.makePathsAbsolute(folder);
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const what = /^(clusters|users|contexts)\[\d+\]\.[a-z.]+ is missing$/.test(message) ? `: ${message}` : '';
    throw new ClusterConfigError(
      'malformed',
      `Expected a well-formed kubeconfig, got a malformed one in ${path}${what}.`,
    );
  }
  return config;
}

/** `KubeConfig` reads `token-file` once, at load, relative to the working directory; ours is read again and again. */
function withoutTokenFiles(users: unknown): unknown {
  if (!Array.isArray(users)) {
    return users;
  }
  return users.map((entry) => {
    if (!isRecord(entry) || !isRecord(entry['user'])) {
      return entry;
    }
    const { 'token-file': _, ...user } = entry['user'];
    return { ...entry, user };
  });
}
