import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { publish } from '../../../bench/publish.js';

const document = new URL('../../../docs/performance.md', import.meta.url).pathname;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'publish-'));
  file = join(folder, 'performance.md');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('publishing a run', () => {
  test('replaces the last one in the real document and nothing else, again and again', () => {
    writeFileSync(file, readFileSync(document, 'utf8'));
    publish(file, 'FIRST RUN');
    const once = readFileSync(file, 'utf8');
    publish(file, 'SECOND RUN');
    expect(readFileSync(file, 'utf8')).toBe(once.replace('FIRST RUN', 'SECOND RUN'));
    const [before = '', after = ''] = once.split('FIRST RUN');
    expect(readFileSync(document, 'utf8').startsWith(before)).toBe(true);
    expect(readFileSync(document, 'utf8').endsWith(after)).toBe(true);
  });

  test('into a document without its place is an error, and changes nothing', () => {
    writeFileSync(file, '# Performance\n');
    expect(() => publish(file, 'RUN')).toThrow(`in ${file}`);
    expect(readFileSync(file, 'utf8')).toBe('# Performance\n');
  });
});
