import { BlockList } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressClass, meanings } from '../../../src/http/address-class.js';
import { parseAddress } from '../../../src/http/parse-address.js';

const classOf = (text: string): string | undefined => {
  const bytes = parseAddress(text);
  return bytes && addressClass(bytes);
};

describe('an address', () => {
  it('is its 4 or 16 bytes, however it is written', () => {
    expect([...(parseAddress('10.0.255.1') ?? [])]).toEqual([10, 0, 255, 1]);
    const one = parseAddress('2001:db8::1:0:ff');
    for (const form of [
      '2001:0DB8:0:0:0:1:0:ff',
      '2001:db8::1:0.0.0.255',
      '2001:db8:0:0::1:0:ff',
      '2001:db8::1:0:ff%eth0',
    ]) {
      expect(parseAddress(form)).toEqual(one);
    }
    expect(parseAddress('::')).toEqual(new Uint8Array(16));
    expect(Buffer.from(parseAddress('::ffff:127.0.0.1') ?? []).toString('hex')).toBe(`${'0'.repeat(20)}ffff7f000001`);
  });

  it.each([
    '',
    'localhost',
    '127.1',
    '0x7f.0.0.1',
    '0177.0.0.1',
    '2130706433',
    '1.2.3',
    '1:2',
    ':::',
    '12345::',
  ])('%j is none', (text) => {
    expect(parseAddress(text)).toBeUndefined();
  });
});

describe('the class of an address', () => {
  it.each([
    [
      'metadata',
      '168.63.129.16 100.100.100.200 192.0.0.192 fd00:ec2::254 fd00:ec2::23 fd20:ce::254 fd00:42::42 fd00:c1::a9fe:a9fe',
    ],
    ['link-local', '169.254.0.0 169.254.169.254 169.254.170.23 169.254.255.255 fe80::1 fe80::1%eth0 febf:ffff::1'],
    ['unspecified', '0.0.0.0 0.255.255.255 0.0.0.1 ::'],
    ['multicast', '224.0.0.1 239.255.255.255 ff02::1 ffff::'],
    ['broadcast', '255.255.255.255'],
    ['loopback', '127.0.0.1 127.255.255.254 ::1'],
    [
      'private',
      '10.0.0.1 10.255.255.255 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 100.127.255.255 192.0.0.8 198.18.0.1 198.19.255.255 240.0.0.1 fc00::1 fdff::1 fec0::1 feff::1',
    ],
    [
      'public',
      '1.1.1.1 9.255.255.255 11.0.0.0 128.0.0.1 126.255.255.255 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0 100.63.255.255 100.128.0.0 192.0.1.1 198.17.255.255 198.20.0.0 223.255.255.255 2606:4700::1111 fbff::1 fe7f::1 fd00:ec3::1',
    ],
  ])('is %s', (kind, addresses) => {
    for (const address of addresses.split(' ')) {
      expect(`${address} ${classOf(address)}`).toBe(`${address} ${address === 'fd00:ec3::1' ? 'private' : kind}`);
    }
  });

  const hiding: Readonly<Record<string, (hex: readonly string[]) => string>> = {
    'IPv4-compatible': ([a, b, c, d]) => `::${a}${b}:${c}${d}`,
    'IPv4-mapped': ([a, b, c, d]) => `::ffff:${a}${b}:${c}${d}`,
    'IPv4-translated': ([a, b, c, d]) => `::ffff:0:${a}${b}:${c}${d}`,
    NAT64: ([a, b, c, d]) => `64:ff9b::${a}${b}:${c}${d}`,
    'local NAT64, 48 bits': ([a, b, c, d]) => `64:ff9b:1:${a}${b}:${`00${c}`}:${d}00::`,
    'local NAT64, 56 bits': ([a, b, c, d]) => `64:ff9b:1:${`00${a}`}:${`00${b}`}:${c}${d}::`,
    'local NAT64, 64 bits': ([a, b, c, d]) => `64:ff9b:1:0:${`00${a}`}:${b}${c}:${d}00:0`,
    'local NAT64, 96 bits': ([a, b, c, d]) => `64:ff9b:1::${a}${b}:${c}${d}`,
    '6to4': ([a, b, c, d]) => `2002:${a}${b}:${c}${d}::1`,
    'Teredo, its server': ([a, b, c, d]) => `2001:0:${a}${b}:${c}${d}:0:0:f7f7:f7f7`,
    ISATAP: ([a, b, c, d]) => `2606:4700::5efe:${a}${b}:${c}${d}`,
  };

  it.each(Object.keys(hiding))('is that of the IPv4 address which it hides: %s', (form) => {
    const hide = (address: string): string => {
      const hex = [...(parseAddress(address) ?? [])].map((byte) => byte.toString(16).padStart(2, '0'));
      return hiding[form]?.(hex) ?? '';
    };
    for (const [address, kind] of [
      ['169.254.169.254', 'link-local'],
      ['127.0.0.1', 'loopback'],
      ['10.1.2.3', 'private'],
      ['168.63.129.16', 'metadata'],
      ['8.8.8.8', 'public'],
    ] as const) {
      expect(`${hide(address)} ${classOf(hide(address))}`).toBe(`${hide(address)} ${kind}`);
    }
  });

  it('counts the client of a Teredo address, which is written inverted', () => {
    expect(classOf('2001:0:808:808:0:0:5601:5601')).toBe('link-local');
    expect(classOf('2001:0:808:808:0:0:f7f7:f7f7')).toBe('public');
  });

  it('means itself for an IPv4 address, for :: and for ::1', () => {
    for (const text of ['127.0.0.1', '::', '::1'])
      expect(meanings(parseAddress(text) ?? new Uint8Array())).toHaveLength(1);
  });

  it('agrees with the block lists of Node on every address', () => {
    const networks: readonly (readonly [string, number, string])[] = [
      ['169.254.0.0', 16, 'link-local'],
      ['0.0.0.0', 8, 'unspecified'],
      ['224.0.0.0', 4, 'multicast'],
      ['127.0.0.0', 8, 'loopback'],
      ['10.0.0.0', 8, 'private'],
      ['100.64.0.0', 10, 'private'],
      ['172.16.0.0', 12, 'private'],
      ['192.0.0.0', 24, 'private'],
      ['192.168.0.0', 16, 'private'],
      ['198.18.0.0', 15, 'private'],
      ['240.0.0.0', 4, 'private'],
      ['fe80::', 10, 'link-local'],
      ['ff00::', 8, 'multicast'],
      ['fc00::', 7, 'private'],
      ['fec0::', 10, 'private'],
    ];
    const lists = networks.map(([network, bits, kind]) => {
      const list = new BlockList();
      list.addSubnet(network, bits, network.includes(':') ? 'ipv6' : 'ipv4');
      return { list, kind };
    });
    const special = new Set(['metadata', 'broadcast']);
    const expected = (text: string): string =>
      lists.find(({ list }) => list.check(text, text.includes(':') ? 'ipv6' : 'ipv4'))?.kind ?? 'public';
    const near = fc.constantFrom(...networks).chain(([network, bits]) =>
      fc.tuple(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean()).map(([noise, inside]) => {
        const base = parseAddress(network) ?? new Uint8Array();
        return base.map((byte, index) => {
          const kept = Math.min(Math.max(bits - index * 8, 0), 8);
          const mask = (0xff00 >> kept) & 0xff;
          const flip = !inside && index === Math.floor((bits - 1) / 8) ? 1 << ((8 - (bits % 8)) % 8) : 0;
          return ((byte & mask) | ((noise[index] ?? 0) & ~mask & 0xff)) ^ flip;
        });
      }),
    );
    const any = fc.oneof(
      near,
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc.uint8Array({ minLength: 16, maxLength: 16 }),
    );
    const text = (bytes: Uint8Array): string =>
      bytes.length === 4 ? bytes.join('.') : (Buffer.from(bytes).toString('hex').match(/.{4}/g) ?? []).join(':');
    fc.assert(
      fc.property(any, (bytes) => {
        expect(parseAddress(text(bytes))).toEqual(Uint8Array.from(bytes));
        const kind = addressClass(Uint8Array.from(bytes));
        // What an address hides has tests of its own.
        fc.pre(!special.has(kind) && meanings(Uint8Array.from(bytes)).length === 1);
        expect(kind).toBe(expected(text(bytes)));
      }),
      { numRuns: 2_000 },
    );
  });
});
