import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { options } from '../../src/config/options.js';
import { contractRows } from './contract-rows.js';
import { row } from './row.js';

const ids: readonly string[] = contractRows.map(({ id }) => id);

/** Tests that run: `it(row(…`, also `it.concurrent` and behind `it.for(…)(`, but neither `it.skip` nor `it.todo`. */
const TESTED = /\bit(?:\.concurrent)?(?:\.(?:each|for)\([^)]*\))?\(\s*row\(\s*('[^']*'|\[[^\]]*\])/g;

function testedIds(source: string): readonly string[] {
  return [...source.matchAll(TESTED)].flatMap(([, named = '']) =>
    [...named.matchAll(/'([^']*)'/g)].map(([, id]) => `${id}`),
  );
}

function testedInThisFolder(): readonly string[] {
  const folder = new URL('./', import.meta.url);
  const files = readdirSync(folder).filter((name) => name.endsWith('.test.ts') && name !== 'rows.test.ts');
  return files.flatMap((name) => testedIds(readFileSync(new URL(name, folder), 'utf8')));
}

describe('the rows of the contract', () => {
  it('each has a test that names it, and no test names another', () => {
    const tested = new Set(testedInThisFolder());
    expect(ids.filter((id) => !tested.has(id))).toEqual([]);
    expect([...tested].filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('have ids of their own', () => {
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('have every variable of the established tool, and no other', () => {
    const established = Object.entries(options)
      .filter(([name, { source }]) => source === 'established contract' || name === 'ERROR_THROTTLE_SLEEP')
      .map(([name]) => name);
    expect(ids.filter((id) => /^[A-Z]/.test(id)).sort()).toEqual(established.sort());
  });

  it('name only variables that there are', () => {
    const text = JSON.stringify(contractRows);
    const named = [...text.matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)/g)].map(([, name]) => `${name}`);
    expect(named.length).toBeGreaterThan(20);
    expect([...new Set(named)].filter((name) => !(name in options))).toEqual([]);
  });
});

describe('the name of a test', () => {
  it('begins with its rows', () => {
    expect(row('LABEL', 'is required')).toBe('LABEL: is required');
    expect(row(['LABEL', 'FOLDER'], 'are required')).toBe('LABEL, FOLDER: are required');
  });

  it('is refused for a row that there is not', () => {
    expect(() => row('LABELS' as 'LABEL', 'x')).toThrow('"LABELS"');
  });

  it('counts where the test runs, and only there', () => {
    const call = (before: string) => `${before}(row('A', 'claim'), async () => {});`;
    expect(testedIds(call('it'))).toEqual(['A']);
    expect(testedIds("  it(\n    row(['A', 'B'], 'claim'),")).toEqual(['A', 'B']);
    expect(testedIds("it.for([1, 2])(row('A', '%i'), (n) => {});")).toEqual(['A']);
    for (const before of ['it.skip', 'it.todo', 'await', 'xit']) expect(testedIds(call(before))).toEqual([]);
  });
});
