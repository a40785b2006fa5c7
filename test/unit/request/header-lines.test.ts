import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerFault, parseHeaderLines } from '../../../src/request/header-lines.js';

describe('parseHeaderLines', () => {
  it('reads one header a line, by its name in lower case, without the blanks around the value', () => {
    const text = 'X-Scope-OrgID: team a\r\n\n  \nAccept:\tapplication/json \nX-Url: http://host:80/?a=b\n';
    expect(parseHeaderLines(text)).toEqual({
      ok: true,
      headers: { 'x-scope-orgid': 'team a', accept: 'application/json', 'x-url': 'http://host:80/?a=b' },
    });
  });

  it.each([
    ['X-Token s3cret', 'line 1 has no colon'],
    ['X-A: b\n\ns3cret', 'line 3 has no colon'],
    [': s3cret', 'line 1 has a name that no header can have'],
    ['X Token: s3cret', 'line 1 has a name that no header can have'],
    ['X-Token : s3cret', 'line 1 has a name that no header can have'],
    [' X-Token: s3cret', 'line 1 has a name that no header can have'],
    ['X-Tökén: s3cret', 'line 1 has a name that no header can have'],
    ['X-Token:', 'line 1 has no value'],
    ['X-Token: \t', 'line 1 has no value'],
    ['X-Token: s3cret\rEvil: 1', 'line 1 has a character that a header cannot carry'],
    ['X-Token: s3cret\0', 'line 1 has a character that a header cannot carry'],
    ['X-Token: s3cret\x7f', 'line 1 has a character that a header cannot carry'],
    ['X-Token: s3cret€', 'line 1 has a character that a header cannot carry'],
    ['X-A: 1\nx-a: s3cret', 'line 2 repeats a name'],
    ['Host: s3cret', "line 1 sets host, which is not the user's to set"],
  ])('says what is wrong with %j, and nothing of its value', (text, fault) => {
    expect(parseHeaderLines(text)).toEqual({ ok: false, fault });
  });

  it.each([
    'Connection',
    'Content-Length',
    'Transfer-Encoding',
    'Host',
    'Keep-Alive',
    'Upgrade',
    'TE',
    'Trailer',
    'Expect',
    'Accept-Encoding',
    'Content-Encoding',
    'Proxy-Authorization',
    'Proxy-Authenticate',
    'Proxy-Connection',
  ])('leaves %s to us', (name) => {
    expect(parseHeaderLines(`${name}: x`)).toMatchObject({ ok: false });
    expect(headerFault(name, 'x')).toContain(name.toLowerCase());
  });

  it('takes a name like that of a property of every object as any other', () => {
    const read = parseHeaderLines('__proto__: a\nconstructor: b');
    expect(read).toMatchObject({ ok: true });
    expect(read.ok && Object.entries(read.headers)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('never takes a value that would end its line, and never shows one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const read = parseHeaderLines(`X-A: ${value}`);
        if (read.ok) expect(Object.values(read.headers).join('')).toMatch(/^[\t\x20-\x7e\x80-\xff]*$/);
        else expect(read.fault).toMatch(/^line \d+ (has|repeats|sets [a-z-]+, which)/);
      }),
    );
  });
});
