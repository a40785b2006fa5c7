import { parseAddress } from './parse-address.js';

/**
 * What an address is good for, as far as it must not be asked on behalf of somebody who may only write a ConfigMap.
 * The first five are nobody's servers; `metadata` hands out the credentials of the node.
 */
export type AddressClass =
  | 'metadata'
  | 'link-local'
  | 'unspecified'
  | 'multicast'
  | 'broadcast'
  | 'loopback'
  | 'private'
  | 'public';

/** In this order: what an address hides counts, if it is worse than the address itself. */
const WORST_FIRST: readonly AddressClass[] = [
  'metadata',
  'link-local',
  'unspecified',
  'multicast',
  'broadcast',
  'loopback',
  'private',
  'public',
];

type Network = readonly [bytes: Uint8Array, bits: number, AddressClass];

/** The first that holds the address counts. RFC 6890 and its registries; metadata services by their vendors' documents. */
const NETWORKS: readonly Network[] = (
  [
    ['168.63.129.16/32', 'metadata'], // Azure's wire server
    ['100.100.100.200/32', 'metadata'], // Alibaba
    ['192.0.0.192/32', 'metadata'], // Oracle
    ['169.254.0.0/16', 'link-local'], // the metadata of everybody else is here
    ['0.0.0.0/8', 'unspecified'], // Linux takes 0.0.0.0 for loopback
    ['224.0.0.0/4', 'multicast'],
    ['255.255.255.255/32', 'broadcast'],
    ['127.0.0.0/8', 'loopback'],
    ['10.0.0.0/8', 'private'],
    ['100.64.0.0/10', 'private'], // carriers' NAT; some clouds' pods
    ['172.16.0.0/12', 'private'],
    ['192.0.0.0/24', 'private'],
    ['192.168.0.0/16', 'private'],
    ['198.18.0.0/15', 'private'],
    ['240.0.0.0/4', 'private'], // reserved; some clouds' pods
    ['fd00:ec2::/112', 'metadata'], // AWS: ::254 metadata, ::23 credentials of pods
    ['fd20:ce::254/128', 'metadata'], // Google
    ['fd00:42::42/128', 'metadata'], // Scaleway
    ['fd00:c1::a9fe:a9fe/128', 'metadata'], // Oracle
    ['fe80::/10', 'link-local'],
    ['::/128', 'unspecified'],
    ['::1/128', 'loopback'],
    ['ff00::/8', 'multicast'],
    ['fc00::/7', 'private'],
    ['fec0::/10', 'private'], // site-local, deprecated
  ] as const
).map(([cidr, kind]) => {
  const [address = '', bits] = cidr.split('/');
  return [parseAddress(address) as Uint8Array, Number(bits), kind];
});

/** Where an IPv6 network keeps an IPv4 address: `at` has the places of its bytes. */
const EMBEDDINGS: readonly { readonly network: string; readonly bits: number; readonly at: readonly number[] }[] = [
  { network: '::', bits: 96, at: [12, 13, 14, 15] }, // IPv4-compatible, deprecated
  { network: '::ffff:0:0', bits: 96, at: [12, 13, 14, 15] }, // IPv4-mapped: what a dual-stack socket connects to
  { network: '::ffff:0:0:0', bits: 96, at: [12, 13, 14, 15] }, // IPv4-translated, RFC 7915
  { network: '64:ff9b::', bits: 96, at: [12, 13, 14, 15] }, // NAT64, RFC 6052
  // Local NAT64, RFC 8215: the prefix may have any of these lengths; byte 8 is left out (RFC 6052, 2.2).
  { network: '64:ff9b:1::', bits: 48, at: [6, 7, 9, 10] },
  { network: '64:ff9b:1::', bits: 48, at: [7, 9, 10, 11] },
  { network: '64:ff9b:1::', bits: 48, at: [9, 10, 11, 12] },
  { network: '64:ff9b:1::', bits: 48, at: [12, 13, 14, 15] },
  { network: '2002::', bits: 16, at: [2, 3, 4, 5] }, // 6to4
  { network: '2001::', bits: 32, at: [4, 5, 6, 7] }, // Teredo: its server
];

/** The address, and every IPv4 address that a gateway, a tunnel or the system's own stack may take it for. */
export function meanings(address: Uint8Array): readonly Uint8Array[] {
  if (address.length === 4 || isInside(address, LOOPBACK, 127)) return [address];
  const hidden = EMBEDDINGS.filter(({ network, bits }) => isInside(address, parseAddress(network), bits))
    .map(({ bits, at }) => ({ bits, bytes: Uint8Array.from(at, (index) => address[index] ?? 0) }))
    // Zeros where the length of the prefix is open are the place of another length.
    .filter(({ bits, bytes }) => bits !== 48 || bytes[0] !== 0)
    .map(({ bytes }) => bytes);
  // Teredo: its client, inverted. ISATAP, in any network: the interface of the address.
  if (isInside(address, TEREDO, 32)) hidden.push(Uint8Array.from(address.subarray(12), (byte) => byte ^ 0xff));
  const isIsatap = (address[8] === 0 || address[8] === 2) && address[9] === 0;
  if (isIsatap && address[10] === 0x5e && address[11] === 0xfe) hidden.push(address.slice(12));
  return [address, ...hidden];
}

/** The worst of what the address may mean. */
export function addressClass(address: Uint8Array): AddressClass {
  const classes = new Set(meanings(address).map(ownClass));
  return WORST_FIRST.find((kind) => classes.has(kind)) ?? 'public';
}

/** `::/127`: `::` and `::1`, which are no IPv4 addresses. */
const LOOPBACK = new Uint8Array(16);
const TEREDO = parseAddress('2001::');

function ownClass(address: Uint8Array): AddressClass {
  return NETWORKS.find(([network, bits]) => isInside(address, network, bits))?.[2] ?? 'public';
}

function isInside(address: Uint8Array, network: Uint8Array | undefined, bits: number): boolean {
  if (network?.length !== address.length) return false;
  return network.every((byte, index) => {
    const kept = Math.min(Math.max(bits - index * 8, 0), 8);
    const mask = (0xff00 >> kept) & 0xff;
    return (byte & mask) === ((address[index] ?? 0) & mask);
  });
}
