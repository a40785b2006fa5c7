import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configuredLogger } from '../../../../src/observe/log-config/configured-logger.js';
import { Redactor } from '../../../../src/observe/redact.js';
import { parseLogfmt } from '../parse-logfmt.js';
import { chartConfig, configFile, newFolder } from './config-files.js';

function setUp(config: string, folder = newFolder(), { ticks = false } = {}) {
  const written: string[] = [];
  const redactor = new Redactor();
  let nowMs = Date.UTC(2026, 7, 20);
  const logger = configuredLogger({
    path: configFile(config, folder),
    level: 'INFO',
    format: 'JSON',
    timeZone: 'UTC',
    redactor,
    write: (line) => written.push(line),
    clock: () => (ticks ? nowMs++ : nowMs),
  });
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { logger, redactor, written, pass, records: () => written.map((line) => JSON.parse(line)) };
}

const linesOf = (path: string) => readFileSync(path, 'utf8').split('\n').slice(0, -1);

describe('records', () => {
  test('go to console and file, each by its own level and format', () => {
    const file = join(newFolder(), 'a.log');
    const { logger, records } = setUp(`version: 1
root: {level: DEBUG, handlers: [c, f]}
handlers:
  c: {class: logging.StreamHandler, level: WARNING}
  f: {class: logging.FileHandler, filename: ${file}, formatter: l}
formatters: {l: {(): logger.LogfmtFormatter}}
`);
    for (const level of ['debug', 'info', 'warning', 'error', 'critical'] as const)
      logger[level](`at ${level}`, { a: 1 });
    expect(records().map(({ level, msg, a }) => [level, msg, a])).toEqual([
      ['WARNING', 'at warning', 1],
      ['ERROR', 'at error', 1],
      ['CRITICAL', 'at critical', 1],
    ]);
    expect(linesOf(file).map((line) => parseLogfmt(line))).toMatchObject([
      { level: 'DEBUG', msg: 'at debug', a: '1' },
      { level: 'INFO', msg: 'at info' },
      { level: 'WARNING', msg: 'at warning' },
      { level: 'ERROR', msg: 'at error' },
      { level: 'CRITICAL', msg: 'at critical' },
    ]);
  });

  test('have one time, however long the first place takes', () => {
    const file = join(newFolder(), 'a.log');
    const { logger, written } = setUp(chartConfig({ file }), newFolder(), { ticks: true });
    logger.info('one');
    logger.info('two');
    expect(linesOf(file)).toEqual(written.map((line) => line.trimEnd()));
    expect(new Set(linesOf(file).map((line) => JSON.parse(line).time)).size).toBe(2);
  });

  test('go to the file alone where no console is wanted', () => {
    const file = join(newFolder(), 'a.log');
    const { logger, written } = setUp(chartConfig({ console: false, file }));
    logger.info('text');
    expect(written).toEqual([]);
    expect(linesOf(file).map((line) => JSON.parse(line))).toMatchObject([{ level: 'INFO', msg: 'text' }]);
  });

  test('hold no secret, in no place', () => {
    const file = join(newFolder(), 'a.log');
    const { logger, redactor, written } = setUp(chartConfig({ file }));
    redactor.add('s3cret-value');
    logger.error('it is s3cret-value', { password: 'another', url: 's3cret-value' });
    for (const text of [written.join(''), readFileSync(file, 'utf8')]) {
      expect(text).toContain('it is ***');
      expect(text).not.toMatch(/s3cret-value|another/);
    }
  });

  test('rotate in the middle of a run, and none is lost', () => {
    const file = join(newFolder(), 'a.log');
    const { logger } = setUp(chartConfig({ console: false, file }));
    for (let number = 0; number < 40; number++) logger.info(`record ${number}`);
    const all = [3, 2, 1]
      .map((backup) => `${file}.${backup}`)
      .concat(file)
      .flatMap(linesOf);
    const numbers = all.map((line) => Number(JSON.parse(line).msg.split(' ')[1]));
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => 40 - numbers.length + index));
    expect(numbers.length).toBeGreaterThan(30);
  });
});

describe('what cannot be done', () => {
  test('is said by the first lines, at the places that were asked for', () => {
    const file = join(newFolder(), 'a.log');
    const { records } = setUp(chartConfig({ file }).replace('version: 1', 'version: 2'));
    expect(records()).toMatchObject([
      { level: 'WARNING', msg: expect.stringContaining('`version` has no `version` 1') },
    ]);
    expect(linesOf(file)).toHaveLength(1);
  });

  test('a configuration that is none leaves the log as the variables have it', () => {
    const { logger, records } = setUp('[');
    logger.debug('not shown');
    logger.info('shown');
    expect(records()).toMatchObject([{ msg: expect.stringContaining('is not YAML') }, { msg: 'shown' }]);
  });

  test('a file that cannot be written is said once, and the console goes on', () => {
    const folder = newFolder();
    const { logger, records, pass } = setUp(chartConfig({ file: join(folder, 'missing', 'a.log') }));
    for (const text of ['one', 'two']) logger.info(text);
    pass(60_000);
    logger.info('three');
    expect(records().map(({ level, msg }) => `${level} ${msg}`)).toEqual([
      'INFO one',
      `ERROR the log file ${join(folder, 'missing', 'a.log')} cannot be written (ENOENT)`,
      'INFO two',
      'INFO three',
    ]);
  });

  test('where it is the only one its records go to the console, until it can be written', () => {
    const folder = newFolder();
    const file = join(folder, 'a.log');
    mkdirSync(file);
    const { logger, records, pass } = setUp(chartConfig({ console: false, file }));
    logger.info('one');
    logger.info('two');
    rmdirSync(file);
    pass(10_000);
    logger.info('three');
    expect(records().map(({ msg }) => msg)).toEqual([`the log file ${file} cannot be written (EISDIR)`, 'one', 'two']);
    expect(linesOf(file).map((line) => JSON.parse(line).msg)).toEqual(['three']);
  });
});
