import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLogger, type LoggerOptions } from '../../../src/observe/logger.js';
import { Redactor } from '../../../src/observe/redact.js';
import { parseLogfmt } from './parse-logfmt.js';

const NOON = Date.UTC(2026, 7, 20, 12, 0, 0, 7);

function setUp(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const redactor = new Redactor();
  const logger = createLogger({
    level: 'INFO',
    format: 'JSON',
    timeZone: 'UTC',
    redactor,
    write: (line) => lines.push(line),
    clock: () => NOON,
    ...options,
  });
  const records = () => lines.map((line) => JSON.parse(line));
  return { logger, lines, records, redactor };
}

describe('the line', () => {
  test('JSON has time, level and msg first', () => {
    const { logger, lines } = setUp();
    logger.warning('wrote', { path: '/a', size: 3, ok: true, none: null });
    expect(lines).toEqual([
      '{"time":"2026-08-20T12:00:00.007+00:00","level":"WARNING","msg":"wrote","path":"/a","size":3,"ok":true,"none":null}\n',
    ]);
  });

  test('LOGFMT has the same, with nested fields dotted', () => {
    const { logger, lines } = setUp({ format: 'LOGFMT' });
    logger.info('wrote it', { path: '/a b', error: { code: 'E' }, list: [1, 'x'], empty: '', 'odd key': 1 });
    expect(lines).toEqual([
      'time=2026-08-20T12:00:00.007+00:00 level=INFO msg="wrote it" path="/a b" error.code=E list="[1,\\"x\\"]" empty="" odd_key=1\n',
    ]);
  });

  test('a field cannot take the place of the first three', () => {
    const { logger, records } = setUp();
    logger.info('text', { time: 1, level: 2, msg: 3 });
    expect(records()).toEqual([
      { time: '2026-08-20T12:00:00.007+00:00', level: 'INFO', msg: 'text', time_: 1, level_: 2, msg_: 3 },
    ]);
  });

  test('a message is taken literally', () => {
    const { logger, records } = setUp();
    logger.info('100 %s %d %j', { a: 1 });
    expect(records()).toMatchObject([{ msg: '100 %s %d %j', a: 1 }]);
  });

  test.each(['JSON', 'LOGFMT'] as const)('%s is one line of printable characters whatever the text', (format) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (message, value) => {
        const { logger, lines } = setUp({ format });
        logger.info(message, { value, [value]: 1 });
        expect(lines).toHaveLength(1);
        expect(lines[0]).toMatch(/^[^\p{Cc}\p{Zl}\p{Zp}]+\n$/u);
      }),
    );
  });

  test('LOGFMT can be read back', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a "=\\\n\t\u0085') }));
    fc.assert(
      fc.property(text, text, (message, value) => {
        const { logger, lines } = setUp({ format: 'LOGFMT' });
        logger.info(message, { value, nested: { value } });
        expect(parseLogfmt(lines.join('').trimEnd())).toMatchObject({
          msg: message.toWellFormed(),
          value: value.toWellFormed(),
          'nested.value': value.toWellFormed(),
        });
      }),
    );
  });
});

describe.each(['JSON', 'LOGFMT'] as const)('text of others in %s', (format) => {
  test('gives no orders to a terminal, ends no line, and keeps its order', () => {
    const { logger, lines } = setUp({ format });
    logger.info('a\u001b[2J\u009b31m\u202eb\u2066c\u2028d\n', { path: 'e\u202ef\u0085' });
    const text = '\\u001b[2J\\u009b31m\\u202eb\\u2066c\\u2028d\\n';
    expect(lines).toEqual([expect.stringContaining(text)]);
    expect(lines[0]).toMatch(/^[ -~]+\n$/);
  });
});

describe('the level', () => {
  const all = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const;
  test.each(all)('%s lets itself and all above through, by name', (level) => {
    const { logger, records } = setUp({ level });
    logger.debug('x');
    logger.info('x');
    logger.warning('x');
    logger.error('x');
    logger.critical('x');
    expect(records().map((record) => record.level)).toEqual(all.slice(all.indexOf(level)));
  });
});

describe('the time', () => {
  test('local time has its offset', () => {
    const at = (offset: number) => {
      const { logger, records } = setUp({ timeZone: 'LOCAL', offsetMinutes: () => offset });
      logger.info('x');
      return records()[0].time;
    };
    expect(at(120)).toBe('2026-08-20T14:00:00.007+02:00');
    expect(at(-210)).toBe('2026-08-20T08:30:00.007-03:30');
    expect(at(345)).toBe('2026-08-20T17:45:00.007+05:45');
  });

  test('of each record is its own, also where the clock goes back', () => {
    let now = NOON;
    const { logger, records } = setUp({ clock: () => now });
    for (const ms of [0, 0, 1, 0, -60_000, 86_400_000]) {
      now = NOON + ms;
      logger.info('x');
    }
    const times = records().map(({ time }) => Date.parse(time) - NOON);
    expect(times).toEqual([0, 0, 1, 0, -60_000, 86_400_000]);
  });

  test('is worked out once for all records of a millisecond', () => {
    let now = NOON;
    let asked = 0;
    const offsetMinutes = () => {
      asked += 1;
      return 60;
    };
    const { logger, records } = setUp({ timeZone: 'LOCAL', clock: () => now, offsetMinutes });
    logger.info('x');
    logger.error('y');
    expect(asked).toBe(1);
    now += 1;
    logger.info('x');
    expect(asked).toBe(2);
    expect(records().map(({ time }) => time)).toEqual([
      '2026-08-20T13:00:00.007+01:00',
      '2026-08-20T13:00:00.007+01:00',
      '2026-08-20T13:00:00.008+01:00',
    ]);
  });

  test('has the offset of its own moment', () => {
    let now = NOON;
    const summerEnds = NOON + 1_000;
    const offsetMinutes = (ms: number) => (ms < summerEnds ? 120 : 60);
    const { logger, records } = setUp({ timeZone: 'LOCAL', clock: () => now, offsetMinutes });
    logger.info('x');
    now = summerEnds;
    logger.info('x');
    expect(records().map(({ time }) => time)).toEqual([
      '2026-08-20T14:00:00.007+02:00',
      '2026-08-20T13:00:01.007+01:00',
    ]);
  });

  test('by default it is the time of the process', () => {
    const { logger, records } = setUp({ timeZone: 'LOCAL' });
    logger.info('x');
    expect(Date.parse(records()[0].time)).toBe(NOON);
  });

  test('the clock is the one of the machine unless given', () => {
    const lines: string[] = [];
    const before = Date.now();
    createLogger({
      level: 'INFO',
      format: 'JSON',
      timeZone: 'UTC',
      redactor: new Redactor(),
      write: (line) => lines.push(line),
    }).info('x');
    const logged = Date.parse(JSON.parse(lines.join('')).time);
    expect(logged).toBeGreaterThanOrEqual(before);
    expect(logged).toBeLessThanOrEqual(Date.now());
  });
});

describe('fields', () => {
  test('the value of a secret key is hidden at any depth, but for what tells nothing', () => {
    const { logger, lines, records } = setUp();
    const headers = { Authorization: 'AAAA', cookie: ['AAAA'], 'X-Api-Key': 'AAAA', accept: 'json' };
    logger.info('x', {
      request: { headers },
      token: 'AAAA',
      reqPassword: { a: 'AAAA' },
      clientSecret: 'AAAA',
      tokenSet: true,
    });
    expect(lines.join()).not.toContain('AAAA');
    expect(records()).toMatchObject([
      { request: { headers: { Authorization: '***', accept: 'json' } }, token: '***', tokenSet: true },
    ]);
  });

  test('an object called secret/ns/name is not taken for a secret', () => {
    const { logger, records } = setUp();
    logger.info('x', { object: 'secret/default/rules' });
    expect(records()).toMatchObject([{ object: 'secret/default/rules' }]);
  });

  test('an error is its message and code, without what else it carries', () => {
    const { logger, records } = setUp();
    const error = Object.assign(new Error('refused'), { code: 'ECONNREFUSED', config: { url: 'http://x' } });
    logger.info('x', { error, err: error, plain: new Error('y'), odd: Object.assign(new Error('z'), { code: {} }) });
    const { time, level, msg, ...fields } = records()[0];
    const shown = { message: 'refused', code: 'ECONNREFUSED' };
    expect(fields).toEqual({ error: shown, err: shown, plain: { message: 'y' }, odd: { message: 'z' } });
  });

  test('a stack is shown at DEBUG only', () => {
    const { logger, records } = setUp({ level: 'DEBUG' });
    const bare = Object.assign(new Error('y'), { stack: undefined });
    logger.info('x', { error: new Error('refused'), bare });
    expect(records()[0]).toMatchObject({
      error: { stack: expect.stringContaining('logger.test') },
      bare: { message: 'y' },
    });
  });

  test('bytes are counted, never shown', () => {
    const { logger, records } = setUp();
    logger.info('x', { bytes: Buffer.from('hunter22') });
    expect(records()).toMatchObject([{ bytes: '(8 bytes)' }]);
  });

  test('what JSON has no word for is a text or left out', () => {
    const { logger, records } = setUp();
    const dates = [new Date(NOON), new Date(Number.NaN)];
    logger.info('x', { big: 10n, nan: Number.NaN, dates, f: () => 1, u: undefined, symbol: Symbol('s') });
    const { time, level, msg, ...fields } = records()[0];
    expect(fields).toEqual({ big: '10', nan: 'NaN', dates: ['2026-08-20T12:00:00.007Z', null], symbol: 'Symbol(s)' });
  });

  test('a record stays bounded: cycles, long texts, long lists', () => {
    const { logger, lines, records } = setUp();
    const cycle: Record<string, unknown> = { list: Array.from({ length: 1000 }, (_, index) => index) };
    cycle['self'] = cycle;
    const wide = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`key${index}`, index]));
    logger.info('m'.repeat(10_000), { cycle, wide });
    expect(lines.join().length).toBeLessThan(10_000);
    expect(records()[0].msg).toMatch(/^m{4096}… \(10000 characters\)$/);
    expect(records()[0].cycle.self.self).toEqual({ list: '(deeper)', self: '(deeper)' });
  });
});

describe('secrets', () => {
  test.each([
    'JSON',
    'LOGFMT',
  ] as const)('no registered secret leaves the logger in any of its forms (%s)', (format) => {
    const secret = fc.string({ unit: fc.constantFrom(...'QZ79/+= %"\\\n€'), minLength: 4, maxLength: 20 });
    const forms: readonly ((text: string) => string)[] = [
      (text) => text,
      encodeURIComponent,
      (text) => JSON.stringify(text),
      (text) => Buffer.from(text).toString('base64'),
    ];
    fc.assert(
      fc.property(secret, fc.constantFrom(...forms), (value, encode) => {
        fc.pre(/^\S(.*\S)?$/s.test(value) && /[QZ]/.test(value));
        const { logger, lines, redactor } = setUp({ format, level: 'DEBUG' });
        redactor.add(value);
        const held = `a ${encode(value)} b`;
        const error = Object.assign(new Error(held), { code: held });
        logger.error(held, {
          held,
          nested: { list: [held, { held }] },
          [held]: 1,
          error,
          url: new URL(`http://h/?${encode(value)}`),
        });
        const line = lines.join('');
        for (const form of forms) expect(line).not.toContain(form(value));
        expect(line).toContain('***');
      }),
    );
  });
});
