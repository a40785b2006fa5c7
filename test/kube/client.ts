import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import type { KubeConnection, KubeUser } from './kube-connection.js';

/** An object as the API takes and gives it. */
export interface KubeObject {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: {
    readonly name: string;
    readonly uid?: string;
    readonly resourceVersion?: string;
    readonly creationTimestamp?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

export type KubeResource = 'namespaces' | 'configmaps' | 'secrets' | 'roles' | 'rolebindings';

/** An answer that is no success, with the `reason` of the server's Status, such as `NotFound`. */
export class KubeApiError extends Error {
  override readonly name = 'KubeApiError';
  readonly status: number;
  readonly reason: string;

  constructor(what: string, status: number, reason: string) {
    super(`${what}: ${status} ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}

const connections = 16;

/**
 * A small client for arranging a cluster in tests: keep-alive, and as many requests at once as there are connections;
 * more wait their turn, so `Promise.all` over thousands of calls is fine. Ours, so that a fault of the client under
 * test cannot hide itself. Namespaced methods take the namespace first.
 */
export class KubeClient {
  readonly #kube: KubeConnection;
  readonly #token: string;
  readonly #agent: Agent;

  constructor(kube: KubeConnection, user: KubeUser = 'admin') {
    this.#kube = kube;
    this.#token = kube.tokens[user];
    this.#agent = new Agent({ ca: readFileSync(kube.caFile), keepAlive: true, maxSockets: connections });
  }

  create(resource: KubeResource, namespace: string | undefined, object: KubeObject): Promise<KubeObject> {
    return this.#object('POST', pathOf(resource, namespace), complete(resource, object));
  }

  /** Replaces the object whatever its resourceVersion. */
  replace(resource: KubeResource, namespace: string | undefined, object: KubeObject): Promise<KubeObject> {
    return this.#object('PUT', pathOf(resource, namespace, object.metadata.name), complete(resource, object));
  }

  /** A JSON merge patch: `null` removes a field. */
  patch(resource: KubeResource, namespace: string | undefined, name: string, patch: unknown): Promise<KubeObject> {
    return this.#object('PATCH', pathOf(resource, namespace, name), patch);
  }

  get(resource: KubeResource, namespace: string | undefined, name: string): Promise<KubeObject> {
    return this.#object('GET', pathOf(resource, namespace, name));
  }

  async list(resource: KubeResource, namespace?: string, query = ''): Promise<readonly KubeObject[]> {
    const answer = await this.ask('GET', `${pathOf(resource, namespace)}${query && `?${query}`}`);
    return (JSON.parse(answer) as { items: KubeObject[] }).items;
  }

  async delete(resource: KubeResource, namespace: string | undefined, name: string): Promise<void> {
    await this.ask('DELETE', pathOf(resource, namespace, name));
  }

  /** Deletes all that the selector finds; all of the namespace without one. */
  async deleteAll(resource: KubeResource, namespace: string, labelSelector = ''): Promise<void> {
    const query = labelSelector && `?labelSelector=${encodeURIComponent(labelSelector)}`;
    await this.ask('DELETE', `${pathOf(resource, namespace)}${query}`);
  }

  /** A namespace of its own for a test, whose name is returned. It is never removed: no controller would finish it. */
  async newNamespace(prefix = 'test'): Promise<string> {
    const name = `${prefix}-${randomBytes(5).toString('hex')}`;
    await this.create('namespaces', undefined, { metadata: { name } });
    return name;
  }

  /** Lets a user do `verbs` with `resources` of one namespace, of single objects only where `resourceNames` are given. */
  async grant(
    user: KubeUser,
    namespace: string,
    rule: {
      readonly resources: readonly string[];
      readonly verbs: readonly string[];
      readonly resourceNames?: readonly string[];
    },
  ): Promise<void> {
    const name = `${user}-${randomBytes(4).toString('hex')}`;
    await this.create('roles', namespace, { metadata: { name }, rules: [{ apiGroups: [''], ...rule }] });
    await this.create('rolebindings', namespace, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
  }

  /** Any request; the body of the answer, to its end. */
  ask(method: string, path: string, body?: unknown): Promise<string> {
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${this.#token}`,
      accept: 'application/json',
      ...(payload && {
        'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
        'content-length': payload.length,
      }),
    };
    return new Promise((resolve, reject) => {
      const asked = request(`${this.#kube.url}${path}`, { method, headers, agent: this.#agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const status = answer.statusCode ?? 0;
          if (status < 300) resolve(text);
          else reject(new KubeApiError(`${method} ${path}`, status, reasonOf(text)));
        });
      });
      asked.on('error', reject);
      asked.end(payload);
    });
  }

  /** Closes idle connections, so that the process can end. */
  close(): void {
    this.#agent.destroy();
  }

  async #object(method: string, path: string, body?: unknown): Promise<KubeObject> {
    return JSON.parse(await this.ask(method, path, body)) as KubeObject;
  }
}

const groups = {
  namespaces: { apiVersion: 'v1', kind: 'Namespace', root: '/api/v1' },
  configmaps: { apiVersion: 'v1', kind: 'ConfigMap', root: '/api/v1' },
  secrets: { apiVersion: 'v1', kind: 'Secret', root: '/api/v1' },
  roles: { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', root: '/apis/rbac.authorization.k8s.io/v1' },
  rolebindings: {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    root: '/apis/rbac.authorization.k8s.io/v1',
  },
} as const satisfies Record<KubeResource, { apiVersion: string; kind: string; root: string }>;

function pathOf(resource: KubeResource, namespace: string | undefined, name?: string): string {
  const scope = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return `${groups[resource].root}${scope}/${resource}${name === undefined ? '' : `/${name}`}`;
}

function complete(resource: KubeResource, object: KubeObject): KubeObject {
  const { apiVersion, kind } = groups[resource];
  return { apiVersion, kind, ...object };
}

function reasonOf(text: string): string {
  try {
    return String((JSON.parse(text) as { reason?: string }).reason);
  } catch {
    return 'without a Status';
  }
}
