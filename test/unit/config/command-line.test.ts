import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../../src/config/command-line.js';
import { nearestName } from '../../../src/config/nearest-name.js';

function parse(...argv: string[]) {
  const { command, flags, errors } = parseCommandLine(argv);
  return { command, flags: Object.fromEntries(flags), errors: errors.map((error) => error.message) };
}

describe('flags', () => {
  test.each<[claim: string, argv: string[], flags: Record<string, string>]>([
    ['a value follows, or stands behind =', ['--label', 'a', '--folder=/b=c'], { LABEL: 'a', FOLDER: '/b=c' }],
    ['the last of a repeated flag counts', ['--label', 'a', '--label', 'b'], { LABEL: 'b' }],
    ['a boolean may stand alone', ['--req-skip-init', '--label=a'], { REQ_SKIP_INIT: 'true', LABEL: 'a' }],
    ['a boolean takes true and false, and no other word', ['--req-skip-init', 'FALSE'], { REQ_SKIP_INIT: 'FALSE' }],
    ['a boolean leaves the command alone', ['--req-skip-init', 'run'], { REQ_SKIP_INIT: 'true' }],
    ['a value may begin with one dash', ['--label', '-x'], { LABEL: '-x' }],
    ['a value that begins with two stands behind =', ['--label=--x'], { LABEL: '--x' }],
    [
      'a value may be empty or have several lines',
      ['--label=', '--req-payload=a\nb'],
      { LABEL: '', REQ_PAYLOAD: 'a\nb' },
    ],
    ['a value may be the name of a command', ['--label', 'run', 'run'], { LABEL: 'run' }],
  ])('%s', (_, argv, flags) => {
    expect(parse(...argv)).toEqual({ command: 'run', flags, errors: [] });
  });

  test('a flag without its value is an error', () => {
    const error = 'Expected `--label` to be followed by a value.';
    expect(parse('--label').errors).toEqual([error]);
    expect(parse('--label', '--folder=x')).toMatchObject({ errors: [error], flags: { FOLDER: 'x' } });
  });

  test('an unknown flag names the nearest one, never its value', () => {
    expect(parse('--lable', 'secret').errors).toEqual([
      'Expected a known flag, got "--lable": did you mean `--label`?',
    ]);
    expect(parse('--reqpassword=secret').errors).toEqual([
      'Expected a known flag, got "--reqpassword": did you mean `--req-password`?',
    ]);
    expect(parse('--zzzzzzzzz').errors).toEqual(['Expected a known flag, got "--zzzzzzzzz", see --help.']);
    expect(parse('-label', 'x').errors).toEqual(['Expected a known flag, got "-label": did you mean `--label`?']);
    expect(parse('--').errors).toEqual(['Expected a known flag, got "--", see --help.']);
  });

  test('an unknown flag does not swallow the command', () => {
    expect(parse('--zzzzzzzzz', 'plan').errors).toHaveLength(2);
  });
});

describe('commands', () => {
  test('run is the default, and may stand anywhere', () => {
    expect(parse()).toEqual({ command: 'run', flags: {}, errors: [] });
    expect(parse('run', '--label=a').errors).toEqual([]);
    expect(parse('--label=a', 'run').errors).toEqual([]);
  });

  test.each(['plan', 'config', 'healthcheck'])('%s comes later', (command) => {
    expect(parse(command).errors).toEqual([
      `The command \`${command}\` comes with a later release; this one has \`run\` and \`dev\`.`,
    ]);
  });

  test.each<[argv: string[], manifests: string | undefined]>([
    [['dev'], undefined],
    [['dev', 'some/folder'], 'some/folder'],
    [['dev', 'run'], 'run'],
    [['--label=a', 'dev', 'x.yaml'], 'x.yaml'],
    [['dev', '--label', 'a', 'x.yaml'], 'x.yaml'],
    [['dev', '--req-skip-init', 'x.yaml', '--label=a'], 'x.yaml'],
  ])('dev may be followed by one argument: %j', (argv, manifests) => {
    expect(parseCommandLine(argv)).toMatchObject({ command: 'run', dev: { manifests }, errors: [] });
  });

  test('dev is not asked for where it is a value, or where another command stands', () => {
    expect(parseCommandLine(['run', '--label', 'dev'])).not.toHaveProperty('dev');
    expect(parseCommandLine([])).not.toHaveProperty('dev');
  });

  test('help and version win over dev', () => {
    expect(parse('dev', 'x', '--help').command).toBe('help');
    expect(parse('--version', 'dev').command).toBe('version');
  });

  test('an unknown one names the nearest', () => {
    expect(parse('plna').errors).toEqual(['Expected a known command, got "plna": did you mean `plan`?']);
    expect(parse('something').errors).toEqual(['Expected a known command, got "something", see --help.']);
  });

  test('a further argument is not shown: it may be half of a password', () => {
    const error = (position: number) =>
      `Expected no argument but flags and one command, got one at position ${position}.`;
    expect(parse('run', 'secret').errors).toEqual([error(2)]);
    expect(parse('--label', 'my', 'secret').errors).toEqual([error(3)]);
    expect(parse('run', 'run').errors).toEqual([error(2)]);
    expect(parse('dev', 'x', 'secret').errors).toEqual([error(3)]);
    expect(parse('dev', '', 'x').errors).toEqual([error(2)]);
  });
});

describe('the nearest name', () => {
  const known = ['label', 'label-value', 'log-level'];
  test.each([
    ['label', 'label'],
    ['lable', 'label'],
    ['labelvalue', 'label-value'],
    ['log-lvl', 'log-level'],
    ['x', undefined],
    ['', undefined],
    ['a-name-that-is-far-from-all-of-them', undefined],
  ])('to %s is %s', (name, nearest) => expect(nearestName(name, known)).toBe(nearest));
});
