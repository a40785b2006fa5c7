import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { validateFolderFault } from '../../../../src/sinks/validate/validate-folder-fault.js';
import { temporaryFolder } from './folders.js';

function fault(validateFolder: string, folder: string, ...allowedRoots: string[]): string | undefined {
  return validateFolderFault({ validateFolder, folder, allowedRoots });
}

describe('the folder of candidates', () => {
  it('may be beside the folders that files are published to, there already or not', () => {
    const base = temporaryFolder();
    expect(fault(join(base, 'v'), join(base, 'f'), join(base, 'r'))).toBeUndefined();
    expect(fault(join(base, 'f2'), join(base, 'f'))).toBeUndefined();
  });

  it.each([
    ['is FOLDER', 'f', 'f', /is inside ".*\/f" of `FOLDER`/],
    ['is inside FOLDER', 'f/v', 'f', /is inside/],
    ['holds FOLDER', 'v', 'v/f', /contains ".*\/v\/f" of `FOLDER`/],
  ])('is refused where it %s', (_, place, folder, message) => {
    const base = temporaryFolder();
    expect(fault(join(base, place), join(base, folder))).toMatch(message);
  });

  it('is refused where an allowed root is concerned', () => {
    const base = temporaryFolder();
    expect(fault(join(base, 'r/v'), join(base, 'f'), join(base, 'r'))).toMatch(/of `FOLDER_ALLOWED_ROOTS`\.$/);
    expect(fault(join(base, 'v'), join(base, 'f'), '/')).toMatch(/is inside "\/" of/);
  });

  it('is refused where a link leads into FOLDER, or FOLDER is a link to what holds it', () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'real'));
    symlinkSync(join(base, 'real'), join(base, 'link'));
    expect(fault(join(base, 'link/v'), join(base, 'real'))).toMatch(/is inside/);
    expect(fault(join(base, 'real/v'), join(base, 'link'))).toMatch(/is inside/);
  });
});
