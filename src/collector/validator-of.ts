import { platform } from 'node:os';
import { ConfigError } from '../config/config-error.js';
import { scriptEnvironment } from '../config/script-environment.js';
import { secretsOf } from '../config/secrets-of.js';
import type { FileStore } from '../sinks/files/file-store.js';
import type { Validator } from '../sinks/validate/open-validator.js';
import type { CollectorIdentity } from './collector-identity.js';
import type { CollectorWorld } from './collector-world.js';
import type { FolderConfig } from './folder-config.js';

/** Opens the `VALIDATE` command, if there is one. Rejects with a `ConfigError` where its folder is of no use. */
export async function validatorOf(
  config: FolderConfig,
  { env, kill }: CollectorWorld,
  { hash }: CollectorIdentity,
): Promise<((store: FileStore) => Validator) | undefined> {
  const { validate: file, validateFolder, folder } = config;
  if (file === undefined || validateFolder === undefined) return undefined;
  const { validateFolderFault } = await import('../sinks/validate/validate-folder-fault.js');
  const { openValidator } = await import('../sinks/validate/open-validator.js');
  const fault = validateFolderFault({ validateFolder, folder, allowedRoots: config.folderAllowedRoots ?? [] });
  if (fault !== undefined) throw new ConfigError('invalid', fault);
  return (store) =>
    openValidator({
      file,
      validateFolder,
      folder,
      identity: hash,
      fileMode: config.defaultFileMode,
      roots: () => store.layout().roots,
      published: () => store.owned(),
      platform: platform(),
      env: scriptEnvironment(env, secretsOf(config)),
      timeoutMs: config.validateTimeout * 1_000,
      kill,
    });
}
