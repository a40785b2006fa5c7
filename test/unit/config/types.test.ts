import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enumOf } from '../../../src/config/enum-of.js';
import {
  annotationKey,
  isLabelKey,
  isLabelValue,
  isNamespaceName,
  isObjectName,
  labelKey,
  labelValue,
  nameSelector,
  namespaceName,
} from '../../../src/config/kubernetes-names.js';
import { listOf } from '../../../src/config/list-of.js';
import { namespaces } from '../../../src/config/namespace-list.js';
import type { OptionType } from '../../../src/config/option-type.js';
import { absolutePath, httpUrl, path, proxyUrl, stateLocation } from '../../../src/config/place-types.js';
import {
  boolean,
  count,
  factor,
  octalMode,
  port,
  positiveSeconds,
  seconds,
  text,
  wholeSeconds,
} from '../../../src/config/scalar-types.js';
import { textEncoding } from '../../../src/config/text-encoding.js';

const level = enumOf({ warn: 'WARNING', warning: 'WARNING', error: 'ERROR' });
const method = enumOf({ list: 'LIST', watch: 'WATCH' }, 'WATCH');
const modes = listOf(octalMode);

type Case = readonly [type: OptionType<unknown>, text: string, value: unknown];

describe('a value that is right is taken', () => {
  const cases: Record<string, readonly Case[]> = {
    'a boolean is true for true in any case only': [
      [boolean, 'true', true],
      [boolean, 'TRUE', true],
      [boolean, 'True', true],
      [boolean, 'yes', false],
      [boolean, '1', false],
      [boolean, '', false],
      [boolean, ' true', false],
    ],
    'seconds may be decimal, and white space around does not matter': [
      [seconds, '0', 0],
      [seconds, '1.5', 1.5],
      [seconds, '.5', 0.5],
      [seconds, ' 60\n', 60],
      [seconds, '2147483', 2_147_483],
      [positiveSeconds, '0.001', 0.001],
      [wholeSeconds, '3660', 3660],
      [factor, '1.1', 1.1],
      [factor, '0', 0],
    ],
    'whole numbers': [
      [count, '0', 0],
      [count, '10', 10],
      [port, '0', 0],
      [port, '65535', 65_535],
    ],
    'a mode is octal however it is written': [
      [octalMode, '440', 0o440],
      [octalMode, '0644', 0o644],
      [octalMode, '0o440', 0o440],
      [octalMode, '0O1777', 0o1777],
    ],
    'a word is taken in any case, by its aliases too': [
      [level, 'Warn', 'WARNING'],
      [level, ' ERROR ', 'ERROR'],
      [method, 'SLEEPY', 'WATCH'],
      [method, 'constructor', 'WATCH'],
      [method, 'list', 'LIST'],
    ],
    'a list is trimmed, without empty and repeated items': [
      [modes, ' 440 ,, 0644,440', [0o440, 0o644]],
      [modes, ' , ', []],
    ],
    'names of Kubernetes': [
      [labelKey, 'grafana_dashboard', 'grafana_dashboard'],
      [labelKey, 'example.com/kind\n', 'example.com/kind'],
      [labelValue, ' 1 ', '1'],
      [annotationKey, 'Example.com/Folder', 'Example.com/Folder'],
      [namespaceName, ' default ', 'default'],
    ],
    'namespaces are names and globs, less those that are left out, or all': [
      [namespaces, 'a, b-2,a', ['a', 'b-2']],
      [namespaces, 'ALL', 'ALL'],
      [namespaces, 'a,ALL', 'ALL'],
      [namespaces, 'all', ['all']],
      [namespaces, 'team-*, web-?,!team-x', ['team-*', 'web-?', '!team-x']],
      [namespaces, '!kube-*', ['!kube-*']],
      [namespaces, 'ALL,!kube-*', ['!kube-*']],
      [namespaces, 'a,!kube-*,ALL', ['!kube-*']],
      [namespaces, 'a,b,!b', ['a', 'b', '!b']],
    ],
    'an object is picked by name, kind and namespace': [
      [nameSelector, 'rules', { kind: undefined, namespace: undefined, name: 'rules' }],
      [nameSelector, 'Secret/rules.v1', { kind: 'secret', namespace: undefined, name: 'rules.v1' }],
      [nameSelector, 'a/configmap/rules', { kind: 'configmap', namespace: 'a', name: 'rules' }],
    ],
    'encodings go by the names that Python gives them': [
      [textEncoding, 'latin1', 'latin1'],
      [textEncoding, 'Latin-1', 'latin1'],
      [textEncoding, 'ISO-8859-1', 'latin1'],
      [textEncoding, 'utf-8', 'utf8'],
      [textEncoding, 'UTF8', 'utf8'],
      [textEncoding, 'US-ASCII', 'ascii'],
    ],
    'places are kept as they were written': [
      [httpUrl, 'http://localhost:3000/reload?token=x', 'http://localhost:3000/reload?token=x'],
      [httpUrl, ' HTTPS://host/ ', 'HTTPS://host/'],
      [httpUrl, 'http://[::1]:80/', 'http://[::1]:80/'],
      [proxyUrl, 'proxy:3128', 'proxy:3128'],
      [path, 'relative dir/', 'relative dir/'],
      [absolutePath, '/etc', '/etc'],
      [stateLocation, 'OFF', 'off'],
      [stateLocation, 'auto', 'auto'],
      [stateLocation, '/var/state', '/var/state'],
      [text, ' as it is ', ' as it is '],
    ],
  };
  test.each(Object.entries(cases))('%s', (_, rows) => {
    for (const [type, input, value] of rows) expect(type.parse(input), input).toEqual({ value });
  });
});

describe('a value that is wrong says what was expected', () => {
  const cases: readonly (readonly [type: OptionType<unknown>, expected: RegExp, wrong: readonly string[]])[] = [
    [
      seconds,
      /^a number of seconds from 0 up to 2147483$/,
      ['-1', 'x', '1s', '1e3', 'Infinity', 'NaN', '2147484', '.'],
    ],
    [positiveSeconds, /^a number of seconds above 0/, ['0', '0.0', '-1']],
    [wholeSeconds, /^a whole number of seconds from 1/, ['0', '1.5', '2147484']],
    [factor, /^a number from 0/, ['-1', '1,1', '9999999']],
    [count, /^a whole number from 0/, ['-1', '1.5', '0x10', '9007199254740993']],
    [port, /^a port from 0 to 65535$/, ['65536', '-1', '80a']],
    [octalMode, /^three or four octal digits/, ['44', '888', '0b11', '00644', 'rw-r--r--']],
    [level, /^one of WARNING, ERROR$/, ['verbose', 'constructor']],
    [modes, /^a comma list where each item is three or four octal/, ['440,x']],
    [labelKey, /^a label key/, ['-a', 'a/b/c', '/a', 'a/', 'a b', 'a=b', 'Example.com/x', 'x'.repeat(64)]],
    [labelValue, /^a label value/, ['-', 'a b', 'x'.repeat(64), 'a/b']],
    [annotationKey, /^an annotation key/, ['a b', '/a']],
    [namespaceName, /^the name of a namespace/, ['A', 'a.b', '-a', 'x'.repeat(64)]],
    [
      namespaces,
      /^a comma list of namespaces \(names, globs with \* and \?, and both with a ! to leave them out\), or ALL$/,
      ['a,B', 'All', ',', 'team-[ab]', 'a/*', 'Team-*', '!', '!!a', '!ALL', 'a b', 'team_*', '!ALL,ALL', 'B,ALL,!a'],
    ],
    [namespaces, /^a comma list that does not leave out all that it names$/, ['a,!a', 'a,b,!?']],
    [nameSelector, /^name, kind\/name or/, ['pod/a', 'a/b/c/d', 'A', '/a', 'a/', 'A/secret/x', `${'a.'.repeat(127)}a`]],
    [textEncoding, /^latin1, utf-8 or ascii$/, ['utf-16', 'latin2']],
    [httpUrl, /^a URL that begins with http/, ['localhost:3000', 'ftp://a', 'http:/a', 'http://', 'unix:/run/x']],
    [path, /without a NUL/, ['a\0b']],
    [absolutePath, /^an absolute path$/, ['a', './a', '/a\0']],
    [stateLocation, /^auto, off or the absolute path/, ['atuo', './state', '/a\0']],
  ];
  test.each(cases)('%o: %s', (type, expected, wrong) => {
    for (const input of wrong) expect(type.parse(input), input).toEqual({ expected: expect.stringMatching(expected) });
  });
});

describe('names follow the grammar of Kubernetes', () => {
  const letter = fc.constantFrom(...'abcxyz019');
  const inner = fc.constantFrom(...'ab01-');
  const dnsLabel = fc
    .tuple(letter, fc.string({ unit: inner, maxLength: 61 }), letter)
    .map(([first, middle, last]) => first + middle + last);

  test('every DNS label is a namespace, and several of them with dots an object name and the prefix of a key', () => {
    fc.assert(
      fc.property(fc.array(dnsLabel, { minLength: 1, maxLength: 3 }), (labels) => {
        const name = labels.join('.');
        expect(labels.every(isNamespaceName)).toBe(true);
        expect(isObjectName(name)).toBe(true);
        expect(isLabelKey(`${name}/${labels[0]}`)).toBe(true);
      }),
    );
  });

  test('what is too long, empty, or ends in a separator is none', () => {
    expect(isNamespaceName(`${'a'.repeat(63)}`)).toBe(true);
    expect(isNamespaceName(`${'a'.repeat(64)}`)).toBe(false);
    expect(isObjectName('a'.repeat(253))).toBe(true);
    expect(isObjectName('a'.repeat(254))).toBe(false);
    expect(isLabelKey('')).toBe(false);
    expect(isLabelValue('')).toBe(true);
    for (const wrong of ['a-', '-a', 'a..b', '.a', 'a.']) expect(isObjectName(wrong), wrong).toBe(false);
  });
});
