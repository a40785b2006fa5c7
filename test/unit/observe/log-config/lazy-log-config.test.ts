import { NEVER } from 'rxjs';
import { expect, test, vi } from 'vitest';
import { runProgram, type World } from '../../../../src/program.js';
import { configFile } from './config-files.js';

const loaded = vi.hoisted((): string[] => []);

/** Megabytes of memory. */
vi.mock('js-yaml', (original) => {
  loaded.push('js-yaml');
  return original();
});

test('a parser of YAML is loaded for a logging configuration, and not without', async () => {
  const written: string[] = [];
  // In no cluster, so each life ends as soon as its log is there.
  const live = (env: World['env']) =>
    runProgram({
      env: { LABEL: 'l', FOLDER: '/nonexistent', ...env },
      argv: [],
      homeDir: '/nonexistent',
      hostName: 'pod',
      pid: process.pid,
      kill: () => {},
      runtimeVersion: '',
      startedAt: 0,
      memory: () => ({ rss: 0, heapUsed: 0 }),
      write: (line) => written.push(line),
      stop$: NEVER,
      onFatal: () => {},
      onWarning: () => {},
    });
  expect(await live({})).toBe(2);
  expect(loaded).toEqual([]);
  expect(await live({ LOG_CONFIG: configFile('root: {level: OFF}') })).toBe(2);
  expect(loaded).toEqual(['js-yaml']);
  const levels = written.map((line) => JSON.parse(line).level);
  expect(levels).toEqual(['CRITICAL', 'WARNING', 'WARNING', 'CRITICAL']);
});
