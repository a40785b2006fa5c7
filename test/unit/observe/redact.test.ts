import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Redactor } from '../../../src/observe/redact.js';

function redactorOf(...secrets: string[]): Redactor {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
}

const base64 = (text: string, encoding: BufferEncoding = 'utf8') => Buffer.from(text, encoding).toString('base64');

describe('a secret is replaced in each of its forms', () => {
  const secret = 'p/ä"s s\\+%';
  const redactor = redactorOf(secret);
  test.each([
    ['plain', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['URL-encoded in lower case', encodeURIComponent(secret).toLowerCase()],
    ['as a value of a form', new URLSearchParams({ x: secret }).toString().slice(2)],
    ['as userinfo', new URL(`http://u:${encodeURIComponent(secret)}@host`).password],
    ['in a path', encodeURI(secret)],
    ['in a query', new URL(`http://host/?${secret}`).search.slice(1)],
    ['JSON-escaped', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(secret)).slice(3, -3)],
    ['base64', base64(secret)],
    ['base64 without padding', base64(secret).replace(/=+$/, '')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['base64 of latin1', base64(secret, 'latin1')],
  ])('%s', (_, form) => expect(redactor.redact(`<${form}>`)).toBe('<***>'));

  test.each(['', 'a', 'ab', 'admin'])('inside basic authentication of user %j', (user) => {
    const credentials = base64(`${user}:hunter22`);
    const redacted = redactorOf('hunter22').redact(`Basic ${credentials}`);
    const left = Buffer.from(redacted.slice('Basic '.length).split('***')[0] ?? '', 'base64').toString();
    expect(redacted).toContain('***');
    expect(left.length).toBeLessThanOrEqual(user.length + 1);
  });

  test('with characters that mean something in a pattern', () => {
    expect(redactorOf('a.*(b)[c]{2}^$|\\?/+').redact('x a.*(b)[c]{2}^$|\\?/+ aXb')).toBe('x *** aXb');
  });

  test('with half a surrogate pair', () => {
    expect(redactorOf('abc\ud800').redact('x abc\ud800 abc\ufffd')).toBe('x *** ***');
  });
});

test('the longest of several secrets wins, so no end of one is left', () => {
  expect(redactorOf('pass', 'password').redact('password pass')).toBe('*** ***');
});

test('a secret from a file counts with and without its newline', () => {
  expect(redactorOf('hunter22\n').redact('hunter22')).toBe('***');
});

test('a secret of three letters or fewer counts only where it stands alone', () => {
  expect(redactorOf('abc').redact('abc abcd (abc) x=abc&y äabc 1abc')).toBe('*** abcd (***) x=***&y äabc 1abc');
  expect(redactorOf('abc', 'hunter22').redact('abc hunter22')).toBe('*** ***');
});

test('an empty or blank secret is ignored', () => {
  expect(redactorOf('', ' ', '\n').redact('a b\n')).toBe('a b\n');
});

test('of a rotating secret the last four values count, of others all', () => {
  const redactor = redactorOf('fixed-one', 'fixed-two');
  for (let index = 1; index <= 6; index++) redactor.add(`token-${index}`, 'token file');
  redactor.add('token-6', 'token file');
  redactor.add('token-4', 'token file');
  redactor.add('other-1', 'other file');
  const text = 'token-1 token-2 token-3 token-4 token-5 token-6 other-1 fixed-one fixed-two';
  expect(redactor.redact(text)).toBe('token-1 token-2 *** *** *** *** *** *** ***');
  expect(redactor.redact('token-6')).toBe('***');
});

test('no registered secret is left in any text that holds it', () => {
  const secret = fc.string({ unit: fc.constantFrom(...'abXY01/+= %"\\\nä€.$'), minLength: 4, maxLength: 20 });
  const around = fc.string({ unit: 'grapheme', maxLength: 10 });
  const form = fc.constantFrom<(text: string) => string>(
    (text) => text,
    encodeURIComponent,
    encodeURI,
    (text) => JSON.stringify(text).slice(1, -1),
    base64,
    (text) => base64(`user:${text}`),
  );
  fc.assert(
    fc.property(
      fc.array(secret, { minLength: 1, maxLength: 3 }),
      around,
      around,
      form,
      (secrets, before, after, encode) => {
        fc.pre(secrets.every((each) => each.trim().length >= 4));
        const redacted = redactorOf(...secrets).redact(secrets.map((each) => before + encode(each) + after).join(' '));
        expect(redacted).toContain('***');
        for (const each of secrets) expect(redacted).not.toContain(each);
      },
    ),
  );
});
