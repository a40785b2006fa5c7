import { isIPv4, isIPv6 } from 'node:net';

/**
 * The 4 or 16 bytes of an address as Node writes them, a zone (`fe80::1%eth0`) left out. `undefined` for what is no
 * address: octal, hexadecimal and short forms are no matter of ours, since `URL` has made them plain ones before.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number);
  if (!isIPv6(text)) return undefined;
  const [bare = ''] = text.split('%');
  // The end may be written as IPv4.
  const groups = bare.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...part) => {
    const [a, b, c, d] = part.slice(0, 4).map(Number) as [number, number, number, number];
    return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
  });
  const [head = '', tail] = groups.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const before = [...head];
  const after = tail ?? [];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const bytes = new Uint8Array(16);
  [...before, ...zeros, ...after].forEach((group, index) => {
    const value = Number.parseInt(group, 16);
    bytes[index * 2] = value >> 8;
    bytes[index * 2 + 1] = value & 0xff;
  });
  return bytes;
}
