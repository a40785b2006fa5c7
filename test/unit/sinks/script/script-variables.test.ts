import { describe, expect, it } from 'vitest';
import type { FileChange, Notification } from '../../../../src/model.js';
import { scriptVariables } from '../../../../src/sinks/script/script-variables.js';

const change: FileChange = { op: 'created', path: '/f/a', owner: 'configmap/default/x', sha256: 'ab' };
const told = { folder: '/f', batchId: 'b1', eventPath: undefined };
const of = (...changes: readonly FileChange[]): Notification => ({ reason: 'change', covers: 1, changes });

describe('scriptVariables', () => {
  it('says what changed, file by file', () => {
    const secret: FileChange = { op: 'updated', path: '/f/b', owner: 'secret/default/y', sha256: 'cd' };
    const gone: FileChange = { op: 'removed', path: '/f/c', owner: 'configmap/default/x' };
    expect(scriptVariables(of(change, secret, gone), { ...told, eventPath: '/f/.ks-event' })).toEqual({
      SIDECAR_REASON: 'change',
      SIDECAR_BATCH_ID: 'b1',
      SIDECAR_FOLDER: '/f',
      SIDECAR_CHANGED_COUNT: '3',
      SIDECAR_FILES:
        'created\t/f/a\tconfigmap/default/x\tab\n' +
        'updated\t/f/b\tsecret/default/y\t\n' +
        'removed\t/f/c\tconfigmap/default/x\t\n',
      SIDECAR_FILES_TRUNCATED: 'false',
      SIDECAR_EVENT_FILE: '/f/.ks-event',
    });
  });

  it('has no event file where there is none', () => {
    expect(scriptVariables(of(), told)).not.toHaveProperty('SIDECAR_EVENT_FILE');
    expect(scriptVariables(of(), told)).toMatchObject({ SIDECAR_CHANGED_COUNT: '0', SIDECAR_FILES: '' });
  });

  it('lets no path make a line or a column of its own', () => {
    const path = '/f/a\tb\nremoved\\n';
    expect(scriptVariables(of({ ...change, path }), told)['SIDECAR_FILES']).toBe(
      'created\t/f/a\\tb\\nremoved\\\\n\tconfigmap/default/x\tab\n',
    );
  });

  it('is within 64 KiB, of whole lines, and says that it was cut', () => {
    const many = Array.from({ length: 5_000 }, (_, i) => ({ ...change, path: `/f/é${i}` }));
    const { SIDECAR_FILES = '', ...rest } = scriptVariables(of(...many), told);
    expect(Buffer.byteLength(`SIDECAR_FILES=${SIDECAR_FILES}\0`)).toBeLessThanOrEqual(65_536);
    expect(Buffer.byteLength(SIDECAR_FILES)).toBeGreaterThan(65_300);
    expect(SIDECAR_FILES.endsWith('\tab\n')).toBe(true);
    expect(rest).toMatchObject({ SIDECAR_FILES_TRUNCATED: 'true', SIDECAR_CHANGED_COUNT: '5000' });
  });
});
