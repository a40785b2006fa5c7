import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRequestAddress, shownAddress } from '../../../src/request/request-address.js';

describe('parseRequestAddress', () => {
  it.each([
    ['http://app:3000/a?b=c', undefined, 'http://app:3000/a?b=c'],
    [' HTTPS://app/\n', undefined, 'https://app/'],
    ['unix:/run/app.sock:/reload?token=1', '/run/app.sock', 'http://localhost/reload?token=1'],
    ['unix:/run/app.sock:/', '/run/app.sock', 'http://localhost/'],
    ['unix:/run/app.sock', '/run/app.sock', 'http://localhost/'],
    ['UNIX:/run/a b.sock:/x:y#part', '/run/a b.sock', 'http://localhost/x:y#part'],
    ['unix:/s:/../..//host/x', '/s', 'http://localhost//host/x'],
    ['unix:/s://host/x', '/s', 'http://localhost//host/x'],
    [`unix:/${'s'.repeat(106)}:/`, `/${'s'.repeat(106)}`, 'http://localhost/'],
  ])('reads %j', (text, socketPath, href) => {
    const address = parseRequestAddress(text);
    expect(address?.socketPath).toBe(socketPath);
    expect(address?.url.href).toBe(href);
  });

  it.each([
    '',
    'app:3000',
    'ftp://app/',
    'http:app',
    'http://',
    'http://app:port/',
    'unix:',
    'unix:run/app.sock',
    'unix://run:80/x',
    'unix:/run/app.sock:',
    'unix:/run/app.sock:reload',
    'unix:/run/app.sock:@host/',
    'unix:/run/a\0.sock:/',
    'unix:/run/a.sock:/x\r\nEvil: 1',
    `unix:/${'s'.repeat(107)}:/`,
    `unix:/${'ü'.repeat(54)}:/`,
  ])('does not take %j', (text) => {
    expect(parseRequestAddress(text)).toBeUndefined();
  });
});

it('of a socket the host is localhost, whatever is asked for there', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (path) => {
      const address = parseRequestAddress(`unix:/run/app.sock:/${path}`);
      if (address !== undefined) expect(address.url.origin).toBe('http://localhost');
    }),
  );
});

describe('shownAddress', () => {
  it.each([
    ['http://u:s3cret@app:80/reload?token=s3cret#s3cret', 'http://app/reload'],
    ['unix:/run/app.sock:/reload?token=s3cret#s3cret', 'unix:/run/app.sock:/reload'],
  ])('shows of %s neither userinfo nor query', (text, shown) => {
    const address = parseRequestAddress(text);
    expect(address && shownAddress(address)).toBe(shown);
  });
});
