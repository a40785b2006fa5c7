import { describe, expect, it } from 'vitest';
import { followRedirect, type Hop, isRedirect } from '../../../../src/sinks/http/follow-redirect.js';

const body = Buffer.from('{}');
const post: Hop = { url: new URL('http://app:3000/a/reload?token=1'), method: 'POST', body };

function nextUrl(location: string, hop: Hop = post, secretive = true): string {
  const next = followRedirect(hop, 307, location, secretive);
  return next.ok ? next.hop.url.href : next.reason;
}

describe('followRedirect', () => {
  it.each([
    ['/other', 'http://app:3000/other'],
    ['other?x=1', 'http://app:3000/a/other?x=1'],
    ['http://APP:3000/other', 'http://app:3000/other'],
    ['//app:4000/other', 'http://app:4000/other'],
    ['https://app/other', 'https://app/other'],
    ['http://u:p@app:3000/other#part', 'http://app:3000/other'],
  ])('follows %s within the host', (location, expected) => {
    expect(nextUrl(location)).toBe(expected);
  });

  it.each([
    [
      'http://other:8080/x?token=s3cret',
      'redirected to another host, other:8080; set REQ_URL to the address that answers',
    ],
    ['http://app.evil.test/', 'redirected to another host, app.evil.test; set REQ_URL to the address that answers'],
    ['//app@other/', 'redirected to another host, other; set REQ_URL to the address that answers'],
    ['file:///etc/passwd', 'redirected to file: instead of http or https'],
    ['http://[', 'redirected without a readable Location'],
  ])('refuses %s', (location, reason) => {
    expect(nextUrl(location)).toBe(reason);
  });

  it('refuses a redirect without a Location', () => {
    expect(followRedirect(post, 302, undefined, false)).toEqual({
      ok: false,
      reason: 'redirected without a readable Location',
    });
  });

  const secure: Hop = { url: new URL('https://app/reload'), method: 'GET', body: undefined };

  it('goes from https to http only with empty hands', () => {
    const refused = 'redirected from https to http on app, where credentials and payloads do not go';
    expect(nextUrl('http://app/x', secure, true)).toBe(refused);
    expect(nextUrl('http://app/x', { ...secure, method: 'POST', body }, false)).toBe(refused);
    expect(nextUrl('http://app/x', secure, false)).toBe('http://app/x');
  });

  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [303, 'DELETE', 'GET'],
    [301, 'PUT', 'PUT'],
    [302, 'PATCH', 'PATCH'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
    [308, 'DELETE', 'DELETE'],
    [302, 'GET', 'GET'],
  ] as const)('after %i turns %s into %s, and a new GET has no body', (status, method, expected) => {
    const next = followRedirect({ ...post, method }, status, '/x', false);
    expect(next).toMatchObject({ ok: true, hop: { method: expected, body: expected === method ? body : undefined } });
  });
});

describe('isRedirect', () => {
  it('is so for the statuses that send elsewhere', () => {
    expect([300, 301, 302, 303, 304, 305, 306, 307, 308].filter(isRedirect)).toEqual([301, 302, 303, 307, 308]);
  });
});
