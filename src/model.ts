import type { Observable } from 'rxjs';
import type { Leadership } from './leadership.js';

/** The kinds of object that can be collected, named as in `RESOURCE` and in unique file names. */
export type ResourceKind = 'configmap' | 'secret';

/** Everything that can be listed and watched. Of a namespace its name matters alone: it says where to read the others. */
export type WatchedKind = ResourceKind | 'namespace';

/** `kind/namespace/name`, such as `configmap/default/rules`: unique in a cluster at one time. */
export type ObjectKey = `${WatchedKind}/${string}/${string}`;

/** What one list of the API covers, and so what a complete list of it proves. Compared by reference. */
export interface Scope {
  readonly kind: WatchedKind;
  /** `undefined` is every namespace. */
  readonly namespace: string | undefined;
  /** Kubernetes' selector grammar; sent to the server as it is. */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/**
 * A ConfigMap or a Secret, less what nobody here reads (`managedFields` above all). A namespace, which no further than
 * `followNamespaces` gets, is one without data and in the namespace `''`.
 */
export interface WatchedObject {
  readonly kind: WatchedKind;
  readonly namespace: string;
  readonly name: string;
  /** Differs when an object was deleted and created again under the same name. */
  readonly uid: string;
  /** Opaque: stored and sent back, never compared as a number. */
  readonly resourceVersion: string;
  /** RFC 3339, as the server sent it. */
  readonly creationTimestamp: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** A ConfigMap's `data`: text. A Secret's `data`: base64. */
  readonly data: Readonly<Record<string, string>>;
  /** A ConfigMap's `binaryData`: base64. Empty for a Secret. */
  readonly binaryData: Readonly<Record<string, string>>;
}

export function objectKey(object: Pick<WatchedObject, 'kind' | 'namespace' | 'name'>): ObjectKey {
  return `${object.kind}/${object.namespace}/${object.name}`;
}

/**
 * The one language of all sources: `init → init-apply* → init-done → (apply | delete)*` for each scope, from the
 * beginning again at a relist. Only `init-done` allows removing what was not seen since `init`. Where namespaces are
 * followed, `joined` comes before all that is said of the scope, and `left` after it.
 */
export type ResourceEvent =
  | { readonly type: 'init'; readonly scope: Scope }
  | { readonly type: 'init-apply'; readonly scope: Scope; readonly object: WatchedObject }
  | { readonly type: 'init-done'; readonly scope: Scope }
  | { readonly type: 'apply'; readonly scope: Scope; readonly object: WatchedObject }
  | { readonly type: 'delete'; readonly scope: Scope; readonly key: ObjectKey }
  | ScopeMark
  | SourceStatus;

/**
 * A scope that came, or went, at run time, with its namespace. What a scope that left had is selected no more. One that comes
 * again is another one. The server may refuse (403) a scope that joined: nobody asked for this one by name, so it is
 * a warning, and nothing waits for it.
 */
export type ScopeMark = { readonly type: 'joined' | 'left'; readonly scope: Scope };

/** How a source is doing: errors are values, a source retries for ever and never ends with `error`. */
export type SourceStatus =
  /** The server answered; the source gives another event within `nextWithinMs`, or it is dead. */
  | { readonly type: 'alive'; readonly scope: Scope; readonly nextWithinMs: number }
  | { readonly type: 'failed'; readonly scope: Scope; readonly error: SourceError; readonly retryInMs: number };

/**
 * Why a list or a watch failed.
 * `forbidden` (403) · `unauthorized` (401) · `expired` (410) · `throttled` (429) · `server` (5xx) · `rejected` (other 4xx) ·
 * `unreachable` (refused, reset, DNS, TLS) · `silent` (no byte within the limit) · `malformed` (an answer that cannot be read) ·
 * `credentials` (kubeconfig, token, certificate, exec plugin)
 */
export type SourceErrorCode =
  | 'forbidden'
  | 'unauthorized'
  | 'expired'
  | 'throttled'
  | 'server'
  | 'rejected'
  | 'unreachable'
  | 'silent'
  | 'malformed'
  | 'credentials';

export class SourceError extends Error {
  override readonly name = 'SourceError';
  readonly code: SourceErrorCode;
  /** HTTP status, or the `code` of a Status that came inside a watch. */
  readonly status: number | undefined;
  /** What the server asked for with `Retry-After`, or with `retryAfterSeconds` in a Status. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: SourceErrorCode,
    message: string,
    options: { status?: number | undefined; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** One object's newest state, after lists were reconciled: what the pipeline behind the sources works on. */
export type ObjectChange =
  | { readonly type: 'apply'; readonly scope: Scope; readonly object: WatchedObject }
  | { readonly type: 'delete'; readonly scope: Scope; readonly key: ObjectKey };

/** A complete list of a scope began or ended. */
export type ListMark = { readonly type: 'init' | 'init-done'; readonly scope: Scope };

/** A file as an object wants it: content in hand, or what a URL returns. */
export type DesiredFile = PlainFile | UrlFile;

export interface PlainFile {
  /** Absolute, with the root resolved by realpath and the rest normalised: equal paths are equal strings. */
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** The content of a key that ends in `.url`. */
export interface UrlFile {
  readonly path: string;
  readonly url: UrlSource;
}

export interface UrlSource {
  /** The key of `data` or `binaryData`, its `.url` included: for messages. */
  readonly entry: string;
  /** As the object has it, trimmed. May hold credentials: never in a message. */
  readonly href: string;
  /** Hex SHA-256 of what must come, by the annotation `k8s-sidecar-url-checksums`. */
  readonly sha256?: string | undefined;
}

/** A file whose content was streamed to the disk already and waits for its name. Belongs to the store that staged it. */
export interface StagedFile {
  readonly path: string;
  readonly staged: StagedContent;
}

export interface StagedContent {
  /** Where it is now: readable, of a name that no reader of the folder takes. */
  readonly stagedAt: string;
  readonly sha256: string;
  readonly size: number;
}

/** What the file sink can write at once. */
export type ReadyFile = PlainFile | StagedFile;

/** Why an object, or one key of it, is not published. The object's fault: it counts neither for readiness nor for LIST's exit code. */
export type RefusalReason =
  | 'path'
  | 'name-too-long'
  | 'base64'
  /** `GZIP_KEYS`: no gzip, or too large when decompressed. */
  | 'gzip'
  | 'reserved-name'
  | 'duplicate-path'
  /** A URL that is none, or leads to where we do not go; an answer that is too large, or not the one that was promised. */
  | 'url'
  /** The `VALIDATE` command said no. */
  | 'validation'
  /** No document that Grafana would take as a dashboard, or a folder that cannot be. */
  | 'dashboard';

export interface Refusal {
  readonly type: 'refused';
  readonly key: ObjectKey;
  /** The key of `data` or `binaryData`; absent when the whole object is refused. */
  readonly entry?: string | undefined;
  readonly reason: RefusalReason;
  /** One sentence: what, which value, what was expected, what to do. Never content. */
  readonly message: string;
}

/** What one change of the ledger asks of the file sink: first all `writes`, then all `removes`. */
export interface PathPlan<File = DesiredFile> {
  readonly type: 'plan';
  readonly writes: readonly { readonly owner: ObjectKey; readonly file: File }[];
  /** Paths that nobody holds any more. Each goes once the new files of its owner stand. */
  readonly removes: readonly { readonly owner: ObjectKey; readonly path: string }[];
}

/** A plan whose contents are in hand. */
export interface WritePlan extends PathPlan<ReadyFile> {
  /** Wanted, and their content is still to come: they are their owner's, and obsolete files of it stay until these stand. */
  readonly pending?: readonly { readonly owner: ObjectKey; readonly path: string }[];
}

/** A URL could not be fetched. The file stays as it was; a retry follows in `retryInMs`. */
export interface UrlFailed {
  readonly type: 'url-failed';
  readonly path: string;
  readonly owner: ObjectKey;
  readonly entry: string;
  /** HTTP status, where there was an answer. */
  readonly status?: number | undefined;
  /** One sentence without userinfo, path, query or body. */
  readonly message: string;
  readonly retryInMs: number;
}

interface OfFile {
  readonly type: 'file';
  readonly path: string;
  readonly owner: ObjectKey;
}

/** What became of one file, where it changed what a reader sees. */
export type ChangedFile =
  | (OfFile & { readonly op: 'created' | 'updated'; readonly sha256: string; readonly size: number })
  | (OfFile & { readonly op: 'removed' });

/** What became of one file. */
export type FileOutcome =
  | ChangedFile
  | (OfFile & { readonly op: 'unchanged'; readonly sha256: string; readonly size: number })
  /** Nobody wants the path any more, and nothing of ours stood there. */
  | (OfFile & { readonly op: 'absent' })
  | (OfFile & { readonly op: 'failed'; readonly error: FileError });

/**
 * A file operation that failed, by whom it can be mended: `object` (the path is taken by a directory, a component is a
 * symlink) or `disk` (full, read-only, no permission): only the latter keeps us from being ready.
 */
export class FileError extends Error {
  override readonly name = 'FileError';
  readonly fault: 'object' | 'disk';
  /** The errno's name, such as `ENOSPC`. */
  readonly code: string;
  /** Others will fail for the same reason, so a retry of many files stops at the first. */
  readonly diskWide: boolean;

  constructor(
    fault: 'object' | 'disk',
    code: string,
    message: string,
    options: { diskWide?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.fault = fault;
    this.code = code;
    this.diskWide = options.diskWide ?? false;
  }
}

/** The state of the target folder as a whole. `replaced`: another directory stands there now, so everything must be written again. */
export type FolderStatus =
  | { readonly type: 'folder'; readonly state: 'replaced' }
  | { readonly type: 'folder'; readonly state: 'journal-failed'; readonly error: Error }
  | { readonly type: 'folder'; readonly state: 'journal-recovered' }
  /** A line of the journal that could not be read, or that names a path outside the roots, was ignored. */
  | { readonly type: 'folder'; readonly state: 'journal-line-ignored'; readonly reason: string };

/** Two objects want one path; `winner` holds it. */
export interface PathConflict {
  readonly type: 'conflict';
  readonly path: string;
  readonly winner: ObjectKey;
  readonly loser: ObjectKey;
}

/** A changed file, as a hook is told about it. Never content. */
export interface FileChange {
  readonly op: 'created' | 'updated' | 'removed';
  readonly path: string;
  readonly owner: ObjectKey;
  readonly sha256?: string | undefined;
}

/** Whether the outcome changed what a reader sees: only such a one is worth telling. */
export function isFileChange(outcome: FileOutcome): outcome is ChangedFile {
  return outcome.op === 'created' || outcome.op === 'updated' || outcome.op === 'removed';
}

/** Changes that settled together: one run of each hook. */
export interface Notification {
  readonly reason: 'initial' | 'change' | 'owed';
  /** The number of the last change that this covers, counted from the start: a debt is paid when no later one stands. */
  readonly covers: number;
  readonly changes: readonly FileChange[];
}

/** How telling one target went. `failed` stays owed and is tried again in `retryInMs`; `undefined`: it is given up (LIST only). */
export type NotificationOutcome =
  | {
      readonly type: 'notification';
      readonly op: 'told';
      readonly target: string;
      /** As of the newest notification that this success stands for. */
      readonly covers: number;
      readonly tries: number;
      readonly status?: number;
    }
  | {
      readonly type: 'notification';
      readonly op: 'failed';
      readonly target: string;
      /** As of the newest notification that this try, or this wait, stands for: each notification gets at least one outcome. */
      readonly covers: number;
      readonly tries: number;
      readonly status?: number | undefined;
      /** One sentence without credentials, query strings or bodies. */
      readonly message: string;
      readonly retryInMs: number | undefined;
    };

/** One run of the `VALIDATE` command. */
export interface ValidationRun {
  readonly type: 'validation';
  /** `undecided`: it came to no end with these objects. `not-run`: it could not be run, or came to no end with anything. */
  readonly result: 'passed' | 'refused' | 'undecided' | 'not-run';
  /** How many objects it was asked about. */
  readonly objects: number;
  /** One sentence, where it did not decide. Never content. */
  readonly message?: string | undefined;
  /** `not-run` only: the files wait, and are shown to it again after this. */
  readonly retryInMs?: number | undefined;
}

/** A line that a hook printed. */
export interface HookOutput {
  readonly type: 'hook-output';
  readonly target: string;
  readonly stream: 'stdout' | 'stderr';
  readonly line: string;
}

/** A Kubernetes Event that could not be written, and is dropped: the log has what it would have said. */
export interface EventFailure {
  readonly type: 'event-failed';
  readonly namespace: string;
  /** With the code `forbidden` it names the missing rule. */
  readonly error: SourceError;
}

/** How many objects a scope holds: after each complete list, and when it changed. */
export interface Objects {
  readonly type: 'objects';
  readonly scope: Scope;
  readonly count: number;
}

/** All outcomes of one plan were given. */
export interface Published {
  readonly type: 'published';
}

/** Every scope was listed and every path decided: all plans of the initial lists were given. Once. */
export interface Listed {
  readonly type: 'listed';
}

/** The initial sync is on disk: every scope was listed, every file written or refused. Once. */
export interface Synced {
  readonly type: 'synced';
}

/** Everything that the running pipeline says of itself: logs, health and metrics are functions of this one stream. */
export type SidecarEvent =
  | ListMark
  | ScopeMark
  | SourceStatus
  | Objects
  | Refusal
  | PathConflict
  | FileOutcome
  | FolderStatus
  | UrlFailed
  | Published
  | Listed
  | Synced
  | NotificationOutcome
  | ValidationRun
  | HookOutput
  | EventFailure
  | Leadership;

/**
 * A sink settles every input with outcomes, never errors, and releases all it holds on unsubscribe.
 */
export type Sink<In, Out> = (inputs$: Observable<In>) => Observable<Out>;

/** `configmaps in namespace default`, for messages. */
export function scopeName(scope: Scope): string {
  if (scope.kind === 'namespace') {
    return scope.labelSelector ? `namespaces (${scope.labelSelector})` : 'namespaces';
  }
  const where = scope.namespace === undefined ? 'all namespaces' : `namespace ${scope.namespace}`;
  return `${scope.kind}s in ${where}${scope.fieldSelector ? ` (${scope.fieldSelector})` : ''}`;
}
