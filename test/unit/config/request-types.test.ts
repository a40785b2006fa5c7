import { describe, expect, test } from 'vitest';
import type { OptionType } from '../../../src/config/option-type.js';
import { bearerToken, headerLines, requestUrl, successRule } from '../../../src/config/request-types.js';

test.each<[string, OptionType<unknown>, string, unknown]>([
  ['a URL', requestUrl, ' http://u:p@host/?t=1\n', 'http://u:p@host/?t=1'],
  ['a unix socket', requestUrl, 'unix:/run/app.sock:/reload?t=1', 'unix:/run/app.sock:/reload?t=1'],
  ['a token from a YAML block', bearerToken, 'abc.def-~+/=\n', 'abc.def-~+/='],
  ['headers', headerLines, 'X-A: b\nX-C: d\n', { 'x-a': 'b', 'x-c': 'd' }],
  [
    'a rule',
    successRule,
    '200,json:status=0',
    { ranges: [{ from: 200, to: 200 }], json: { path: ['status'], value: 0 } },
  ],
])('%s is taken', (_, type, text, value) => {
  expect(type.parse(text)).toEqual({ value });
});

describe('what is wrong is told by what was expected, and never shown', () => {
  test.each<[string, OptionType<unknown>, string, RegExp]>([
    ['another scheme', requestUrl, 'ftp://s3cret', /^a URL that begins with http:\/\/ or https:\/\/, or unix:/],
    ['a socket without a path', requestUrl, 'unix:s3cret', /unix:\/run\/app\.sock:\/path$/],
    ['a token of two words', bearerToken, 's3cret two', /^visible ASCII characters without blanks$/],
    ['a token that would begin a header', bearerToken, 's3cret\r\nEvil: 1', /^visible ASCII/],
    ['a line that is no header', headerLines, 'X-A: b\ns3cret', /^one `Name: value` a line \(line 2 has no colon\)$/],
    [
      'a header of the connection',
      headerLines,
      'Host: s3cret',
      /\(line 1 sets host, which is not the user's to set\)$/,
    ],
    ['a rule that is none', successRule, 'ok', /^a comma list of statuses and ranges/],
  ])('%s', (_, type, text, expected) => {
    const parsed = type.parse(text);
    expect(parsed).toEqual({ expected: expect.stringMatching(expected) });
    expect(JSON.stringify(parsed)).not.toContain('s3cret');
  });
});

test('of a URL neither userinfo nor query is shown', () => {
  expect(requestUrl.show?.('htp://u:s3cret@host/p?t=s3cret')).toBe('htp://host/p');
  expect(requestUrl.show?.('unix:run/app.sock:/p?t=s3cret')).not.toContain('s3cret');
});
