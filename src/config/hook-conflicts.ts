import { posix } from 'node:path';
import { ConfigError } from './config-error.js';
import type { Config } from './options.js';

/** What is wrong between the options of signals and of `VALIDATE`, where each alone is right. */
export function hookConflicts(config: Config): readonly ConfigError[] {
  const { signal, signalProcess, signalVerifyUrl, validate, validateFolder } = config;
  const faults: ConfigError[] = [];
  const needs = (name: string, set: string, why: string) =>
    faults.push(new ConfigError('missing', `Expected \`${name}\` to be set, since \`${set}\` is: ${why}.`));
  if (signal !== undefined && signalProcess === undefined) needs('SIGNAL_PROCESS', 'SIGNAL', 'it says whom to signal');
  if (signal === undefined && signalProcess !== undefined) needs('SIGNAL', 'SIGNAL_PROCESS', 'it says what to send');
  if (signal === undefined && signalVerifyUrl !== undefined) {
    needs('SIGNAL', 'SIGNAL_VERIFY_URL', 'it is asked after a signal');
  }
  if (validate !== undefined && validateFolder === undefined) {
    needs('VALIDATE_FOLDER', 'VALIDATE', 'there it finds the files as they would be');
  }
  if (validateFolder !== undefined) faults.push(...sharedFolders(validateFolder, config));
  return faults;
}

/** As they are written; links are resolved when the folders are there (`validateFolderFault`). */
function sharedFolders(validateFolder: string, { folder, folderAllowedRoots = [] }: Config): ConfigError[] {
  const place = posix.resolve(validateFolder);
  const roots = [
    ...(folder === undefined ? [] : [['FOLDER', folder] as const]),
    ...folderAllowedRoots.map((root) => ['FOLDER_ALLOWED_ROOTS', root] as const),
  ];
  return roots
    .filter(([, root]) => isInside(place, posix.resolve(root)) || isInside(posix.resolve(root), place))
    .map(([name, root]) => {
      const what = 'to be outside the folders that files are published to, and not to hold them';
      return new ConfigError(
        'invalid',
        `Expected \`VALIDATE_FOLDER\` ${what}, got "${validateFolder}", with "${root}" in \`${name}\`.`,
      );
    });
}

function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? folder : `${folder}/`);
}
