import { basename, dirname, join } from 'node:path/posix';
import type { StagedContent } from '../../model.js';
import { fileError } from './file-error.js';
import type { FileSystem } from './file-system.js';
import type { FollowedFolder } from './follow-folder.js';
import { type Stage, stageContent } from './stage-content.js';
import { unlinkQuietly } from './unlink-quietly.js';

export interface StagingOptions {
  readonly fs: FileSystem;
  readonly folder: Pick<FollowedFolder, 'stageDirectory'>;
  readonly stageName: () => string;
  readonly fileMode: number | undefined;
}

/** Stage files that outlive a turn of the event loop: found again by their path, in the folder as it is then. */
export interface Staging {
  /** Throws a `FileError` about `path`, the file that the content is for. */
  stage(path: string): Stage;
  /** How the stage file is reached in this turn. Throws `ENOENT` where the folder is another one by now. */
  access(staged: StagedContent): string;
  /** Never throws; also for one that was published. */
  discard(staged: Pick<StagedContent, 'stagedAt'>): void;
}

export function openStaging({ fs, folder, stageName, fileMode }: StagingOptions): Staging {
  const discard = ({ stagedAt }: Pick<StagedContent, 'stagedAt'>): void => unlinkQuietly(fs, stagedAt);
  return {
    stage: (path) => {
      const name = stageName();
      try {
        const directory = folder.stageDirectory();
        const place = { access: directory.at(name), stagedAt: join(directory.path, name) };
        return stageContent({ fs, path, fileMode, ...place, discard: (stagedAt) => discard({ stagedAt }) });
      } catch (error) {
        throw fileError(error, 'write', path);
      }
    },
    access: ({ stagedAt }) => {
      const directory = folder.stageDirectory();
      if (directory.path !== dirname(stagedAt)) throw Object.assign(new Error(stagedAt), { code: 'ENOENT' });
      return directory.at(basename(stagedAt));
    },
    discard,
  };
}
