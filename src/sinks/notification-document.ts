import type { FileChange, Notification } from '../model.js';

export interface NotificationDocumentOptions {
  /** Who tells: differs between sidecars that tell one target. */
  readonly instance: string;
  readonly folder: string;
  /** See {@link batchId}. */
  readonly batchId: string;
  /** Counted from 1; from anew where changes joined. */
  readonly attempt: number;
  readonly time: Date;
  /** Of the document as JSON in UTF-8: files that do not fit are left out, the newest first. @default all files */
  readonly maxBytes?: number | undefined;
}

/** What changed, for a target that reads JSON. Names and hashes, never content. */
export interface NotificationDocument {
  readonly schemaVersion: 1;
  readonly instance: string;
  readonly batchId: string;
  readonly reason: Notification['reason'];
  readonly attempt: number;
  /** RFC 3339, of this try. */
  readonly time: string;
  readonly folder: string;
  /** Oldest change first. Empty for a debt of an earlier life: what was owed is not known any more, any file may have changed. */
  readonly files: readonly DocumentFile[];
  /** Whether files were left out. */
  readonly truncated: boolean;
}

export interface DocumentFile {
  readonly path: string;
  readonly op: FileChange['op'];
  /** Not for a removed file, nor for one of a Secret, whose few possible contents could be tried. */
  readonly sha256?: string;
  readonly source: { readonly kind: string; readonly namespace: string; readonly name: string };
}

/** The document of one try to tell of `notification`: the body of a request, the event file of a script. */
export function notificationDocument(
  notification: Notification,
  options: NotificationDocumentOptions,
): NotificationDocument {
  const { instance, folder, batchId, attempt, time, maxBytes = Number.POSITIVE_INFINITY } = options;
  const { reason, changes } = notification;
  const empty = { schemaVersion: 1, instance, batchId, reason, attempt, time: time.toISOString(), folder } as const;
  // `false` is the longer of the two.
  let leftBytes = maxBytes - jsonBytes({ ...empty, files: [], truncated: false });
  const files: DocumentFile[] = [];
  for (const change of changes) {
    const file = documentFile(change);
    if (maxBytes < Number.POSITIVE_INFINITY) leftBytes -= jsonBytes(file) + (files.length > 0 ? 1 : 0);
    if (leftBytes < 0) return { ...empty, files, truncated: true };
    files.push(file);
  }
  return { ...empty, files, truncated: false };
}

/** The hash of a changed file, where it may be told. */
export function toldSha256({ owner, sha256 }: FileChange): string | undefined {
  return owner.startsWith('secret/') ? undefined : sha256;
}

function documentFile(change: FileChange): DocumentFile {
  const { path, op, owner } = change;
  const [kind = '', namespace = '', name = ''] = owner.split('/');
  const sha256 = toldSha256(change);
  return { path, op, ...(sha256 !== undefined && { sha256 }), source: { kind, namespace, name } };
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
