import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LogTarget } from '../../../../src/observe/log-config/log-config.js';
import { readLogConfig } from '../../../../src/observe/log-config/read-log-config.js';
import { chartConfig, configFile, newFolder } from './config-files.js';

const defaults: LogTarget = { level: 'INFO', format: 'JSON' };

/** Warnings without the path that each begins with. */
function read(text: string | Uint8Array) {
  const path = configFile(text);
  const { console, files, warnings } = readLogConfig(path, defaults);
  for (const warning of warnings) expect(warning.startsWith(`LOG_CONFIG: ${path}`)).toBe(true);
  return { console, files, warnings: warnings.map((warning) => warning.slice(`LOG_CONFIG: ${path}`.length)) };
}

/** A console handler with these settings, and what else. */
const withConsole = (handler: string, more = '') => `version: 1
root: {level: DEBUG, handlers: [console]}
handlers: {console: {class: logging.StreamHandler, ${handler}}}
${more}`;

const withFile = (handler: string) => `version: 1
root: {handlers: [file]}
handlers:
  file: {filename: /l/a.log, ${handler}}
`;

const fileOf = (text: string) => read(text).files[0]?.file;

describe('what the charts render', () => {
  test.each([
    ['JSON', 'DEBUG'],
    ['LOGFMT', 'ERROR'],
  ] as const)('console alone, %s, %s', (formatter, level) => {
    expect(read(chartConfig({ formatter, level }))).toEqual({
      console: { level, format: formatter },
      files: [],
      warnings: [],
    });
  });

  test('console and file', () => {
    const rotation = { type: 'by-size', maxBytes: 1_024, backups: 3 };
    expect(read(chartConfig({ file: '/var/log/file.log', formatter: 'LOGFMT' }))).toEqual({
      console: { level: 'INFO', format: 'LOGFMT' },
      files: [{ level: 'INFO', format: 'LOGFMT', file: { path: '/var/log/file.log', truncate: false, rotation } }],
      warnings: [],
    });
  });

  test('file alone: then nothing is wanted on the console', () => {
    const { console, files, warnings } = read(chartConfig({ file: '/l', console: false }));
    expect({ console, files: files.length, warnings }).toEqual({ console: undefined, files: 1, warnings: [] });
  });

  test('neither: an empty list of handlers is the console', () => {
    const text = chartConfig({ console: false, level: 'WARN' });
    expect(read(text)).toMatchObject({ console: { level: 'WARNING', format: 'JSON' }, files: [] });
  });
});

describe('the level', () => {
  test.each([
    ['DEBUG', 'DEBUG'],
    ['WARN', 'WARNING'],
    ['critical', 'CRITICAL'],
    ['FATAL', 'CRITICAL'],
    ['NOTSET', 'DEBUG'],
    ['0', 'DEBUG'],
    ['10', 'DEBUG'],
    ['11', 'INFO'],
    ['40', 'ERROR'],
    ['41', 'CRITICAL'],
    ['99', 'CRITICAL'],
  ])('of the root, %s, is %s', (given, expected) => {
    const { console, warnings } = read(`version: 1\nroot: {level: ${given}}\n`);
    expect({ level: console?.level, warnings }).toEqual({ level: expected, warnings: [] });
  });

  test.each(['LOUD', 'off', '[1]', '.nan', '"10"', 'constructor'])('%s is none: LOG_LEVEL holds', (given) => {
    const { console, warnings } = read(`version: 1\nroot:\n  level: ${given}\n`);
    expect(console?.level).toBe('INFO');
    expect(warnings).toEqual([expect.stringMatching(/^, line 3: `root.level` is expected to be one of DEBUG, INFO, /)]);
  });

  test.each([
    ['DEBUG', 'ERROR', 'ERROR'],
    ['ERROR', 'DEBUG', 'ERROR'],
    ['WARNING', 'NOTSET', 'WARNING'],
  ])('of the root %s, of the handler %s: a record has to pass both', (root, handler, expected) => {
    const text = withConsole(`level: ${handler}`).replace('level: DEBUG, handlers', `level: ${root}, handlers`);
    expect(read(text).console?.level).toBe(expected);
  });
});

describe('the logger', () => {
  const handlers = `
handlers:
  c: {class: logging.StreamHandler}
  f: {class: logging.FileHandler, filename: /l/f}
`;

  test.each([
    ['the own one’s level wins', 'loggers: {k8s-sidecar: {level: ERROR}}\nroot: {level: DEBUG}', 'ERROR'],
    ['one that is not set does not', 'loggers: {k8s-sidecar: {level: NOTSET}}\nroot: {level: DEBUG}', 'DEBUG'],
    ['the one without a name is the root', 'loggers: {"": {level: ERROR}}', 'ERROR'],
    ['root is the root where both are', 'loggers: {"": {level: ERROR}}\nroot: {level: DEBUG}', 'DEBUG'],
  ])('%s', (_, text, level) => {
    expect(read(`version: 1\n${text}`)).toMatchObject({ console: { level }, warnings: [] });
  });

  test.each([
    ['adds to those of the root', 'handlers: [f]', true],
    ['unless it says otherwise', 'handlers: [f], propagate: false', false],
  ])('k8s-sidecar has handlers of its own: %s', (_, own, console) => {
    const text = `version: 1\nloggers: {k8s-sidecar: {${own}}}\nroot: {handlers: [c]}${handlers}`;
    const found = read(text);
    expect([found.console !== undefined, found.files.length, found.warnings]).toEqual([console, 1, []]);
  });

  test('a handler that both name is one', () => {
    const text = `version: 1\nloggers: {k8s-sidecar: {handlers: [f]}}\nroot: {handlers: [f, f]}${handlers}`;
    expect(read(text)).toMatchObject({ files: [{}], warnings: [] });
    expect(read(text).files).toHaveLength(1);
  });
});

describe('a formatter', () => {
  test.each([
    ['logger.JsonFormatter', 'JSON'],
    ['pythonjsonlogger.jsonlogger.JsonFormatter', 'JSON'],
    ['pythonjsonlogger.json.JsonFormatter', 'JSON'],
    ['logger.LogfmtFormatter', 'LOGFMT'],
    ['logfmter.Logfmter', 'LOGFMT'],
  ])('%s is %s, as a factory and as a class', (name, format) => {
    for (const key of ['"()"', 'class']) {
      const text = withConsole('formatter: f', `formatters: {f: {${key}: ${name}}}`);
      expect(read(text)).toMatchObject({ console: { format }, warnings: [] });
    }
  });

  test.each([
    ['a format in letters', '{format: "%(asctime)s %(message)s"}', '`formatters.f` is neither JSON nor LOGFMT'],
    ['another class', '{class: colorlog.ColoredFormatter}', '`formatters.f.class` is neither JSON nor LOGFMT'],
    ['one that only Python finds', '{(): "ext://json"}', '`formatters.f.()` refers to "ext://json"'],
  ])('%s is a warning, and LOG_FORMAT holds', (_, formatter, said) => {
    const { console, warnings } = read(withConsole('formatter: f', `formatters:\n  f: ${formatter}`));
    expect(console?.format).toBe('JSON');
    expect(warnings.join()).toContain(`, line 5: ${said}`);
  });

  test.each([
    'rename_fields: {message: text}',
    'rename_fields: [message]',
    'mapping: {time: created}',
    'keys: [msg]',
    'format: "%(levelname)s %(name)s %(message)s"',
    'fmt: 7',
    'datefmt: "%Y"',
    'static_fields: {app: x}',
  ])('%s asks for other records than ours', (setting) => {
    const formatter = `formatters:\n  f:\n    class: logger.JsonFormatter\n    ${setting}`;
    const key = setting.split(':')[0];
    expect(read(withConsole('formatter: f', formatter))).toMatchObject({
      console: { format: 'JSON' },
      warnings: [
        `, line 7: \`formatters.f.${key}\` is not supported: a record has time, level and msg, and then its fields.`,
      ],
    });
  });

  test('that is not defined is a warning', () => {
    expect(read(withConsole('formatter: f')).warnings).toEqual([
      ', line 3: `handlers.console.formatter` names "f", which is not under `formatters`: it is ignored.',
    ]);
  });
});

describe('a file handler', () => {
  test.each([
    ['class: logging.FileHandler', { type: 'none' }, false],
    ['class: logging.FileHandler, mode: w', { type: 'none' }, true],
    ['class: logging.FileHandler, mode: a, encoding: utf-8, delay: true, errors: strict', { type: 'none' }, false],
    ['class: logging.handlers.WatchedFileHandler', { type: 'reopen' }, false],
    ['(): logging.handlers.WatchedFileHandler, mode: w', { type: 'reopen' }, true],
    [
      'class: logging.handlers.RotatingFileHandler, maxBytes: 9, backupCount: 1',
      { type: 'by-size', maxBytes: 9, backups: 1 },
      false,
    ],
    [
      'class: logging.handlers.RotatingFileHandler, maxBytes: 9, backupCount: 1, mode: w',
      { type: 'by-size', maxBytes: 9, backups: 1 },
      false,
    ],
    [
      'class: logging.handlers.TimedRotatingFileHandler',
      { type: 'by-time', unit: 'hour', every: 1, backups: 0, utc: false },
      false,
    ],
    [
      'class: logging.handlers.TimedRotatingFileHandler, when: midnight, interval: 2, backupCount: 7, utc: yes',
      { type: 'by-time', unit: 'midnight', every: 2, backups: 7, utc: true },
      false,
    ],
  ])('%s', (handler, rotation, truncate) => {
    const { files, console, warnings } = read(withFile(handler));
    expect(files).toEqual([{ ...defaults, file: { path: '/l/a.log', truncate, rotation } }]);
    expect({ console, warnings }).toEqual({ console: undefined, warnings: [] });
  });

  test.each(['S', 's', 'M', 'H', 'D', 'MIDNIGHT'])('is cut by time at %s', (when) => {
    const text = withFile(`class: logging.handlers.TimedRotatingFileHandler, when: ${when}`);
    expect(fileOf(text)?.rotation.type).toBe('by-time');
  });

  test.each([
    ['class: logging.FileHandler, mode: x', 'mode` is expected to be "a" or "w", got "x": the file is appended to'],
    ['class: logging.FileHandler, encoding: utf-16', 'encoding` is not supported: the file is in UTF-8'],
    ['class: logging.FileHandler, filters: [f]', 'filters` is not supported: no record is filtered'],
    ['class: logging.FileHandler, maxBytes: 1', 'maxBytes` is not supported: it is ignored'],
    ['class: logging.FileHandler, level: LOUD', 'level` is expected to be one of'],
    ['class: logging.handlers.RotatingFileHandler', 'file` never rotates'],
    ['class: logging.handlers.RotatingFileHandler, maxBytes: 9', 'file` never rotates'],
    ['class: logging.handlers.RotatingFileHandler, backupCount: 9', 'file` never rotates'],
    [
      'class: logging.handlers.RotatingFileHandler, backupCount: 9, maxBytes: 1.5',
      'maxBytes` is expected to be a whole number from 0 up, got 1.5: it is ignored',
    ],
    [
      'class: logging.handlers.TimedRotatingFileHandler, when: W0',
      'when` is not supported: expected S, M, H, D or midnight',
    ],
    ['class: logging.handlers.TimedRotatingFileHandler, when: toString', 'when` is not supported'],
    ['class: logging.handlers.TimedRotatingFileHandler, atTime: x', 'atTime` is not supported'],
    [
      'class: logging.handlers.TimedRotatingFileHandler, interval: 0',
      'interval` is expected to be a whole number from 1',
    ],
    ['class: logging.handlers.TimedRotatingFileHandler, utc: 1', 'utc` is expected to be true or false, got 1'],
  ])('%s is a warning, and a file nevertheless', (handler, said) => {
    const { files, warnings } = read(withFile(handler));
    expect(files).toHaveLength(1);
    expect(warnings.filter((warning) => warning.includes(said))).toHaveLength(1);
    expect(warnings[0]).toMatch(/^, line 4: `handlers\.file/);
  });

  test.each(['""', '3', '"cfg://handlers.x"', 'null', '"a\\0b"'])('without a file, such as %s, is none', (name) => {
    const { console, files, warnings } = read(withFile('class: logging.FileHandler').replace('/l/a.log', name));
    expect({ console, files }).toEqual({ console: defaults, files: [] });
    expect(warnings.join()).toContain('`handlers.file` names no file: it is ignored');
  });

  test.each(['/dev/stdout', '/dev/stderr', '/proc/1/fd/1', '/proc/self/fd/2'])('of %s is the console', (path) => {
    const { console, files } = read(withFile('class: logging.FileHandler').replace('/l/a.log', path));
    expect({ console, files }).toEqual({ console: defaults, files: [] });
  });
});

describe('what is not done as it says is one warning each', () => {
  test.each([
    ['stream: ext://sys.stdout', []],
    ['stream: ext://sys.stderr', [', line 3: `handlers.console.stream` is "ext://sys.stderr": records go to stdout.']],
    ['stream: {a: 1}', [', line 3: `handlers.console.stream` is a mapping: records go to stdout.']],
    ['filters: [x]', [', line 3: `handlers.console.filters` is not supported: no record is filtered.']],
    ['.: {a: 1}', [', line 3: `handlers.console..` is not supported: it is ignored.']],
  ])('of a console handler: %s', (handler, expected) => {
    expect(read(withConsole(handler))).toEqual({
      console: { level: 'DEBUG', format: 'JSON' },
      files: [],
      warnings: expected,
    });
  });

  test.each([
    [
      'a class of its own',
      '{class: my.Handler}',
      ', line 4: `handlers.h.class` is "my.Handler", no handler that is supported',
    ],
    [
      'a network',
      '{(): logging.handlers.SysLogHandler}',
      ', line 4: `handlers.h.()` is "logging.handlers.SysLogHandler", no handler that is supported',
    ],
    [
      'a name of all objects',
      '{class: constructor}',
      ', line 4: `handlers.h.class` is "constructor", no handler that is supported',
    ],
    ['no class', '{level: INFO}', ', line 4: `handlers.h` is no handler that is supported'],
    ['no mapping', '7', ', line 4: `handlers.h` is expected to be a mapping, got 7: it is ignored'],
  ])('a handler of %s: the console stays', (_, handler, said) => {
    const { console, warnings } = read(`version: 1\nroot: {handlers: [h]}\nhandlers:\n  h: ${handler}\n`);
    expect(console).toEqual(defaults);
    expect(warnings[0]).toContain(said);
  });

  test('a handler that is not there, twice the console, and one that is no name', () => {
    const text = `version: 1
root:
  handlers:
    - nowhere
    - a
    - b
    - 7
    - toString
handlers:
  a: {class: logging.StreamHandler, level: ERROR}
  b: {class: logging.StreamHandler}
`;
    expect(read(text)).toEqual({
      console: { level: 'ERROR', format: 'JSON' },
      files: [],
      warnings: [
        ', line 3: `root.handlers.0` names a handler that is not under `handlers`: it is ignored.',
        ', line 3: `root.handlers.2` is a second handler for the console: each record goes there once.',
        ', line 3: `root.handlers.3` is expected to be a text, got 7: it is ignored.',
        ', line 3: `root.handlers.4` names a handler that is not under `handlers`: it is ignored.',
      ],
    });
  });

  test('what stands above', () => {
    const text = `version: 2
disable_existing_loggers: true
incremental: true
extra: 1
root:
  filters: [f]
  handlers: all
loggers:
  urllib3: {level: ERROR}
  k8s-sidecar: {filters: [f], propagate: maybe}
filters: {f: {name: x}}
`;
    expect(read(text).warnings).toEqual([
      ', line 1: `version` has no `version` 1: it is read as one.',
      ', line 4: `extra` is unknown: it is ignored.',
      ', line 2: `disable_existing_loggers` means nothing here: there is one logger.',
      ', line 3: `incremental` means nothing here: there is one logger.',
      ', line 9: `loggers.urllib3` is a logger that there is not: it is ignored.',
      ', line 6: `root.filters` is not supported: no record is filtered.',
      ', line 10: `loggers.k8s-sidecar.filters` is not supported: no record is filtered.',
      ', line 10: `loggers.k8s-sidecar.propagate` is expected to be true or false, got "maybe": it is ignored.',
      ', line 7: `root.handlers` is expected to be a list, got "all": it is ignored.',
    ]);
  });

  test('what nobody uses is not looked at, and what is null is not there', () => {
    const text = `version: 1
root: {level: null, handlers: [n]}
loggers:
formatters: {x: {class: my.Formatter}}
handlers: {n: {class: logging.NullHandler}, x: {class: my.Handler}}
`;
    expect(read(text)).toEqual({ console: defaults, files: [], warnings: [] });
  });

  test('and no more than twenty', () => {
    const loggers = Array.from({ length: 30 }, (_, index) => `  logger${index}: {}`).join('\n');
    const { warnings } = read(`version: 1\nloggers:\n${loggers}\n`);
    expect(warnings).toHaveLength(21);
    expect(warnings.at(-1)).toBe(' has 10 more settings that are not supported.');
  });
});

describe('a file that cannot be used is one warning, and the variables hold', () => {
  const wholly = (warning: unknown) => ({ console: defaults, files: [], warnings: [warning] });

  test.each([
    ['broken', 'version: 1\nroot: {level: s3cret\n  x', /^, line \d, is not YAML: LOG_LEVEL and LOG_FORMAT hold\.$/],
    ['two documents', 'version: 1\n---\nversion: 1\n', / is not YAML/],
    ['an alias to nothing', 'root: *s3cret\n', /, line 1, is not YAML/],
    ['a key twice', 'root: {}\nroot: {}\n', /, line 2, is not YAML/],
    ['empty', '', / is not YAML/],
    ['a text', 's3cret', /^: is expected to be a mapping, got "s3cret": it is ignored\.$/],
    ['a list', '- 1', /^: is expected to be a mapping, got a list: it is ignored\.$/],
    ['bytes', Buffer.from([0xff, 0x00, 0xfe]), / is not YAML/],
    ['too deep', `${'['.repeat(5_000)}`, / is not YAML/],
    ['too long', `# ${'x'.repeat(300_000)}\n`, /^ is longer than 262144 bytes: LOG_LEVEL and LOG_FORMAT hold\.$/],
  ])('%s', (_, text, said) => {
    const found = read(text);
    expect(found).toEqual(wholly(expect.stringMatching(said)));
    if (!String(said).includes('got')) expect(found.warnings.join()).not.toContain('s3cret');
  });

  test('missing', () => {
    const path = join(newFolder(), 'none.yaml');
    const warning = `LOG_CONFIG: ${path} cannot be read (ENOENT): LOG_LEVEL and LOG_FORMAT hold.`;
    expect(readLogConfig(path, defaults)).toEqual(wholly(warning));
  });

  test('a directory', () => {
    const path = newFolder();
    mkdirSync(join(path, 'x'));
    expect(readLogConfig(path, defaults)).toEqual(wholly(expect.stringContaining('is not a file')));
  });

  test.runIf(existsSync('/proc/self/mem'))('one that can be opened, and not read', () => {
    const warning = 'LOG_CONFIG: /proc/self/mem cannot be read (EIO): LOG_LEVEL and LOG_FORMAT hold.';
    expect(readLogConfig('/proc/self/mem', defaults)).toEqual(wholly(warning));
  });

  test('a pipe into which nobody writes: the start is not held', () => {
    const path = join(newFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    expect(readLogConfig(path, defaults)).toEqual(wholly(expect.stringContaining('is not a file')));
  });
});

describe('aliases', () => {
  test('are followed, and merged as in YAML 1.1', () => {
    const text = `version: 1
x-file: &file {class: logging.FileHandler, filename: /l/a, mode: x}
root: {handlers: [a, b]}
handlers:
  a: *file
  b:
    <<: *file
    filename: /l/b
`;
    const { files, warnings } = read(text);
    expect(files.map(({ file }) => file.path)).toEqual(['/l/a', '/l/b']);
    expect(warnings).toEqual([
      ', line 2: `x-file` is unknown: it is ignored.',
      ', line 5: `handlers.a.mode` is expected to be "a" or "w", got "x": the file is appended to.',
      ', line 6: `handlers.b.mode` is expected to be "a" or "w", got "x": the file is appended to.',
    ]);
  });

  test.each([
    ['a mapping in itself', 'version: 1\nroot: &r\n  level: *r\n  handlers: [*r]\n'],
    [
      'a handler in itself',
      'version: 1\nroot: {handlers: [h]}\nhandlers:\n  h: &h\n    class: *h\n    level: *h\n    formatter: *h\n',
    ],
    ['the whole in itself', '&all\nversion: 1\nroot: *all\nhandlers: *all\nloggers: *all\n'],
    ['the laughs of a billion', `${bomb()}root: {level: *z9, handlers: *z9}\nversion: 1\n`],
  ])('%s: it comes to an end', (_, text) => {
    const { warnings } = read(text);
    expect(warnings.length).toBeLessThanOrEqual(21);
    expect(warnings.join('').length).toBeLessThan(10_000);
  });
});

function bomb(): string {
  const rows = Array.from({ length: 10 }, (_, level) => {
    const items = level === 0 ? '"lol"' : Array.from({ length: 10 }, () => `*z${level - 1}`).join(', ');
    return `z${level}: &z${level} [${items}]\n`;
  });
  return rows.join('');
}

test('whatever it holds, it is read to its end, and something is logged to', () => {
  const name = fc.constantFrom(
    'version',
    'root',
    'loggers',
    'handlers',
    'formatters',
    'level',
    'class',
    'filename',
    'h',
    '',
    '()',
  );
  const leaf = fc.oneof(
    name,
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.constantFrom('logging.FileHandler', 'logging.StreamHandler'),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(name, tie('tree')),
    ),
  }));
  const path = configFile('');
  fc.assert(
    fc.property(tree, (value) => {
      configFile(JSON.stringify(value), join(path, '..'));
      const { console, files, warnings } = readLogConfig(path, defaults);
      expect(console ?? files[0]).toBeDefined();
      for (const warning of warnings) expect(warning).toMatch(/^LOG_CONFIG: .*\.$/);
    }),
  );
});
