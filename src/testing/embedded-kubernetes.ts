/** A manifest as a YAML file or the API says it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string | undefined;
    readonly labels?: Readonly<Record<string, string>> | undefined;
    readonly annotations?: Readonly<Record<string, string>> | undefined;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** An object as the server stores it. */
export interface StoredObject extends Manifest {
  readonly metadata: Manifest['metadata'] & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly creationTimestamp: string;
  };
}

/** The plural of a kind, as in the paths of the API. */
export type EmbeddedResource = 'configmaps' | 'leases' | 'secrets' | 'namespaces';

export interface EmbeddedKubernetesOptions {
  /** @default 0 (any free port) */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /**
   * `true` makes a certificate for `host` and for localhost at each start. Without TLS no client sends its token (neither
   * kubectl nor we do), so everybody is let in: for loopback only. @default true
   */
  readonly tls?: boolean | { readonly cert: string; readonly key: string; readonly ca: string };
  /** The bearer token that requests over TLS must carry. @default random */
  readonly token?: string;
  /** Put in before the server listens; namespaces that they name are made. */
  readonly objects?: readonly Manifest[];
  /** How often a watch with `allowWatchBookmarks` gets one. @default 60_000 (the API server's) */
  readonly bookmarkIntervalMs?: number;
  /** How many changes can be resumed from; older ones answer 410. @default 10_000 */
  readonly historyLength?: number;
  /** Milliseconds since 1970, for creationTimestamp. @default Date.now */
  readonly now?: () => number;
}

/** Which requests a fault strikes: all that is given must hold. */
export interface RequestMatch {
  readonly verb?: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';
  readonly resource?: EmbeddedResource;
  readonly namespace?: string;
  readonly name?: string;
}

/** What goes wrong with a request. */
export type Fault =
  /** An answer that is no success, as a Status. */
  | {
      readonly type: 'status';
      readonly status: number;
      readonly reason?: string;
      readonly message?: string;
      readonly retryAfterSeconds?: number;
    }
  /** The answer begins so much later. */
  | { readonly type: 'delay'; readonly delayMs: number }
  /** The connection is reset before the answer, or closed after so many bytes of its body, which all arrive. */
  | { readonly type: 'cut'; readonly afterBytes?: number }
  /** The answer never begins, or stops after so many bytes of its body; the connection stays open. */
  | { readonly type: 'silence'; readonly afterBytes?: number };

export interface FaultOptions {
  /** How many requests it strikes. @default Infinity, until it is lifted */
  readonly times?: number;
}

/** One request that the server has received, in order. */
export interface ReceivedRequest {
  readonly verb: NonNullable<RequestMatch['verb']> | 'other';
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly resource: EmbeddedResource | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly userAgent: string | undefined;
}

/** A Kubernetes API in this process: ConfigMaps, Secrets, Namespaces and Leases, as the API server treats them. */
export interface EmbeddedKubernetes {
  /** `https://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly token: string;
  /** PEM; `undefined` without TLS. */
  readonly ca: string | undefined;
  /** A kubeconfig for this server, complete in itself (JSON, which is YAML). */
  kubeconfig(options?: { readonly namespace?: string }): string;
  /** Makes the object, or brings it to this state, as `kubectl replace --force` without the delete would: no check of its resourceVersion. A missing namespace is made. */
  apply(manifest: Manifest): StoredObject;
  get(resource: EmbeddedResource, namespace: string | undefined, name: string): StoredObject | undefined;
  list(resource: EmbeddedResource, namespace?: string): readonly StoredObject[];
  /** Whether there was such an object. */
  remove(resource: EmbeddedResource, namespace: string | undefined, name: string): boolean;
  /** Forgets the history up to now: older resourceVersions and continue tokens answer 410, as after etcd's compaction. */
  compact(): void;
  /** A bookmark to each watch that allows them, now. */
  sendBookmarks(): void;
  /** Lets matching requests fail; the result lifts the fault. Of several that match, the newest strikes. */
  fail(match: RequestMatch, fault: Fault, options?: FaultOptions): () => void;
  /** Resets all open connections, watches first of all. */
  cutConnections(): void;
  /** What was asked so far, the oldest first; the last 10,000. */
  readonly requests: readonly ReceivedRequest[];
  /** How many watches are open. */
  readonly openWatches: number;
  /** Ends watches and connections, and frees the port. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
