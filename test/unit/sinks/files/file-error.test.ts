import { describe, expect, it } from 'vitest';
import { FileError } from '../../../../src/model.js';
import { fileError } from '../../../../src/sinks/files/file-error.js';
import { errno } from './support/failing-fs.js';

describe('a failed file operation', () => {
  it.each([
    'ENOSPC',
    'EDQUOT',
    'EROFS',
    'EACCES',
    'EPERM',
    'EIO',
    'EMFILE',
    'ENFILE',
  ])('%s is the fault of the whole disk', (code) => {
    expect(fileError(errno(code), 'write', '/x')).toMatchObject({ fault: 'disk', diskWide: true, code });
  });

  it.each([
    'EISDIR',
    'ENOTDIR',
    'ELOOP',
    'ENAMETOOLONG',
    'EXDEV',
    'EBUSY',
    'ENOTEMPTY',
    'EINVAL',
  ])('%s is the fault of the object', (code) => {
    expect(fileError(errno(code), 'write', '/x')).toMatchObject({ fault: 'object', diskWide: false, code });
  });

  it('of any other kind is the fault of the disk, for this file alone', () => {
    expect(fileError(errno('EWHAT'), 'write', '/x')).toMatchObject({ fault: 'disk', diskWide: false, code: 'EWHAT' });
    expect(fileError(new TypeError('no errno'), 'write', '/x')).toMatchObject({ fault: 'disk', code: 'UNKNOWN' });
    expect(fileError('a string', 'write', '/x')).toMatchObject({ code: 'UNKNOWN' });
  });

  it('is told in one sentence with the path, the errno and what to do, and keeps its cause', () => {
    const cause = errno('ENOSPC');
    const error = fileError(cause, 'write', '/data/a\nb');
    expect(error.message).toBe(
      `Cannot write "/data/a\\nb" (ENOSPC): the disk is full; free space or raise the volume's size limit.`,
    );
    expect(error.cause).toBe(cause);
  });

  it('that has been told already is told no second time', () => {
    const error = new FileError('object', 'ELOOP', 'x');
    expect(fileError(error, 'remove', '/y')).toBe(error);
  });
});
