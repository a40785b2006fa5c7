import { randomUUID } from 'node:crypto';
import * as nodeFs from 'node:fs';
import { platform } from 'node:os';
import { basename } from 'node:path/posix';
import type { FileOutcome, FolderStatus, ObjectKey, StagedContent, WritePlan } from '../../model.js';
import { fileDigest } from './file-digest.js';
import type { FileSystem } from './file-system.js';
import { followFolder } from './follow-folder.js';
import type { Gunzip } from './gunzip.js';
import type { Layout } from './layout.js';
import { obsoleteFiles } from './obsolete-files.js';
import { publishPlan } from './publish-plan.js';
import { readMountInfo } from './read-mount-info.js';
import type { Root } from './roots.js';
import type { Stage } from './stage-content.js';
import { stageFileName } from './stage-file-name.js';
import { openStaging } from './staging.js';

export interface FileStoreOptions {
  /** `FOLDER`. */
  readonly folder: string;
  /** `FOLDER_ALLOWED_ROOTS`. */
  readonly allowedRoots: readonly string[];
  /** `DEFAULT_FILE_MODE`, such as `0o640`; without it the umask rules. */
  readonly fileMode?: number | undefined;
  /** `FILE_WRITE`. */
  readonly fileWrite: 'atomic' | 'in-place';
  /** `STATE`: `auto`, `off`, or a directory. */
  readonly state: 'auto' | 'off' | (string & {});
  /** Of `identityHash`: tells our state and stage files from a sibling's. */
  readonly identity: string;
  /** `FOLDER_ANNOTATION`. */
  readonly folderAnnotation: string;
  /** `UNIQUE_FILENAMES`. */
  readonly uniqueFilenames: boolean;
  /** `GZIP_KEYS`, with `URL_MAX_BYTES`. @default keys that end in `.gz` are published as they are */
  readonly gzip?: { readonly gunzip: Gunzip; readonly maxBytes: number } | undefined;
  /** In a pod a tmpfs that holds `FOLDER` is taken for an emptyDir in memory. @default false */
  readonly inKubernetes?: boolean | undefined;
  /** Called right before each change on disk, and never for a file that stays as it is. Must not throw. */
  readonly onBeforeChange?: (() => void) | undefined;
  /** As of `os.platform()`. */
  readonly platform?: string | undefined;
  readonly fs?: FileSystem | undefined;
  readonly readMountInfo?: (() => string | undefined) | undefined;
  /** Sixteen hex digits, others at each call. */
  readonly random?: (() => string) | undefined;
  /** @default setImmediate */
  readonly endOfTurn?: ((end: () => void) => void) | undefined;
}

/** The target folder with what is remembered of it. Everything is done when a call returns. */
export interface FileStore {
  /** The roots as they are now, for `desiredFiles`. */
  layout(): Layout;
  /** Who owns which path, an earlier run's included. */
  owned(): ReadonlyMap<string, ObjectKey>;
  /** First all writes, then the removes that may be done, those of earlier plans too. Failures are outcomes. */
  publish(plan: WritePlan): readonly (FileOutcome | FolderStatus)[];
  /** Where content for `path` goes while it comes. What was finished is published by a plan, or discarded. Throws a `FileError`. */
  stage(path: string): Stage;
  /** For staged content that no plan will publish. Never throws. */
  discard(staged: StagedContent): void;
  /** Whether `path` is ours and holds this content now. Never throws. */
  holds(path: string, content: Pick<StagedContent, 'sha256' | 'size'>): boolean;
  /** What happened to the folder since the last call of this or of `publish`. */
  takeStatuses(): readonly FolderStatus[];
  /** `target` must be told, also after a restart. */
  owe(target: string): void;
  told(target: string): void;
  owed(): ReadonlySet<string>;
  /** Releases all descriptors. */
  close(): void;
}

/**
 * Opens the target folder: reads what an earlier run remembered, removes its stage files. Never throws because of the
 * folder: one that cannot be made, read or written is the outcome of each write, and looked at again at each plan.
 */
export function openFileStore(options: FileStoreOptions): FileStore {
  const fs = options.fs ?? nodeFs;
  // Node keeps randomness for UUIDs in stock, which saves a call into OpenSSL for each file. 62 bits of it.
  const random = options.random ?? (() => randomUUID().replaceAll('-', '').slice(16));
  const stageName = (): string => stageFileName(options.identity, random());
  const otherFileSystem = new Set<string>();
  const emptied = new Set<string>();
  let obsolete = obsoleteFiles();
  let statuses: FolderStatus[] = [];
  let isFailureTold = false;

  const folder = followFolder({
    ...options,
    fs,
    stageName,
    inKubernetes: options.inKubernetes ?? false,
    platform: options.platform ?? platform(),
    readMountInfo: options.readMountInfo ?? readMountInfo,
    // Not unref'd: an idle loop would skip it, and the next turn would find the last one's directories.
    endOfTurn: options.endOfTurn ?? ((end) => void setImmediate(end)),
    onStatus: (status) => {
      statuses.push(status);
      if (status.state !== 'replaced') return;
      obsolete = obsoleteFiles();
      otherFileSystem.clear();
    },
  });

  const staging = openStaging({ fs, folder, stageName, fileMode: options.fileMode });

  const takeStatuses = (): FolderStatus[] => {
    const failure = folder.journal().failure();
    if (failure !== undefined && !isFailureTold) {
      const error = failure instanceof Error ? failure : new Error(String(failure));
      statuses.push({ type: 'folder', state: 'journal-failed', error });
    } else if (failure === undefined && isFailureTold) statuses.push({ type: 'folder', state: 'journal-recovered' });
    isFailureTold = failure !== undefined;
    const taken = statuses;
    statuses = [];
    return taken;
  };

  const remembered = (): ReturnType<typeof folder.journal>['memory'] => {
    folder.turn();
    return folder.journal().memory;
  };
  folder.turn();

  return {
    layout: () => ({
      roots: folder.turn().roots.all as readonly [Root, ...Root[]],
      folderAnnotation: options.folderAnnotation,
      uniqueFilenames: options.uniqueFilenames,
      gzip: options.gzip,
    }),
    owned: () => remembered().owned,
    publish: (plan) => {
      folder.turn();
      const beforeChange = options.onBeforeChange ?? (() => {});
      const outcomes = publishPlan(plan, {
        ...options,
        fs,
        fileMode: options.fileMode,
        stageName,
        otherFileSystem,
        beforeChange,
        folder,
        obsolete,
        emptied,
        staging,
      });
      return [...takeStatuses(), ...outcomes];
    },
    stage: (path) => staging.stage(path),
    discard: (staged) => staging.discard(staged),
    holds: (path, { sha256, size }) => {
      try {
        if (!remembered().owned.has(path)) return false;
        return fileDigest(fs, folder.directoryOf(path, false).at(basename(path)), size) === sha256;
      } catch {
        return false; // it, or its folder, is gone or cannot be read: not what we published
      }
    },
    takeStatuses,
    owe: (target) => {
      folder.turn();
      folder.journal().remember([{ type: 'owe', target }]);
    },
    told: (target) => {
      folder.turn();
      folder.journal().remember([{ type: 'told', target }]);
    },
    owed: () => remembered().owed,
    close: () => folder.close(),
  };
}
