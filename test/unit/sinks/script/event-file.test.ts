import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../../../src/sinks/files/remove-leftovers.js';
import { eventFile } from '../../../../src/sinks/script/event-file.js';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'event-file-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const random = '0123456789abcdef';
const open = () => eventFile({ fs, directory: () => folder, identity: 'id', random: () => random });

describe('eventFile', () => {
  it('is a file that nobody else can read, under a name that readers of the folder do not take', () => {
    const path = open().put(Buffer.from('{}'));
    expect(path).toBe(join(folder, `.ks-id-${random}.tmp`));
    expect(fs.readFileSync(path, 'utf8')).toBe('{}');
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
  });

  it('goes when it is removed, and where it went already nothing happens', () => {
    const file = open();
    const path = file.put(Buffer.from('{}'));
    file.remove(path);
    file.remove(path);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('is not written through a link that somebody planted, nor over a file', () => {
    const file = open();
    const path = join(folder, `.ks-id-${random}.tmp`);
    fs.symlinkSync('target', path);
    expect(() => file.put(Buffer.from('{}'))).toThrow(/EEXIST/);
    expect(fs.existsSync(join(folder, 'target'))).toBe(false);
  });

  it('of a run that was cut off goes at the next start, with the stage files', () => {
    open().put(Buffer.from('{}'));
    removeLeftovers(fs, { path: folder, at: (name) => join(folder, name) }, 'id');
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});
