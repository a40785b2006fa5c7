import type { LookupAddress, LookupAllOptions } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { type AddressRules, type AddressRulesOptions, addressRules, apiUrl } from './address-rules.js';
import type { AddressGuard } from './connection.js';
import { bareHost } from './find-proxy.js';

/** As `lookup` of `node:dns/promises` with `all`: rejects where there is no address. */
export type Lookup = (host: string, options: LookupAllOptions) => Promise<readonly LookupAddress[]>;

/** Where we do not go. The message is a clause. */
export class RefusedAddress extends Error {
  override readonly name = 'RefusedAddress';
  readonly code = 'URL_REFUSED';
}

/** The rules as of now: the API's names are looked up; one that stands for nothing is known by its name alone. */
export async function currentRules(options: AddressRulesOptions, lookup: Lookup): Promise<AddressRules> {
  if (options.deny === 'none') return addressRules(options);
  const hosts = options.kubernetesApi.map(apiUrl).flatMap((url) => (url === null ? [] : [bareHost(url)]));
  const names = [...new Set(hosts)].filter((host) => isIP(host) === 0);
  const found = await Promise.all(names.map((name) => lookup(name, { all: true }).catch(() => [])));
  return addressRules(
    options,
    found.flat().map(({ address }) => address),
  );
}

/** Guards the connection to `url`: of the addresses that its name stands for, those that are refused do not exist. */
export function guardAddresses(url: URL, rules: AddressRules, lookup: Lookup): AddressGuard {
  const find: LookupFunction = (host, options, callback) => {
    allowedAddresses(host, { ...options, all: true }, url, rules, lookup).then(
      (allowed) => {
        const [first] = allowed;
        if (options.all) callback(null, [...allowed]);
        else callback(null, first.address, first.family);
      },
      (error) => callback(error, []),
    );
  };
  const refuse = (address: string | undefined): Error | undefined => {
    const reason = rules.refuseAddress(address, url);
    return reason === undefined ? undefined : new RefusedAddress(reason);
  };
  return { lookup: find, refuse };
}

/** For names that somebody else will look up, too: throws {@link RefusedAddress} where this one leads nowhere else. */
export async function checkName(url: URL, rules: AddressRules, lookup: Lookup): Promise<void> {
  const host = bareHost(url);
  if (isIP(host) !== 0) return;
  const found = await lookup(host, { all: true }).catch(() => []);
  const refused = found.map(({ address }) => rules.refuseAddress(address, url)).find((reason) => reason !== undefined);
  if (refused !== undefined) throw new RefusedAddress(refused);
}

async function allowedAddresses(
  host: string,
  options: LookupAllOptions,
  url: URL,
  rules: AddressRules,
  lookup: Lookup,
): Promise<readonly [LookupAddress, ...LookupAddress[]]> {
  const found = await lookup(host, options);
  const [first, ...rest] = found.filter(({ address }) => rules.refuseAddress(address, url) === undefined);
  if (first !== undefined) return [first, ...rest];
  const [refused] = found;
  if (refused === undefined) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
  throw new RefusedAddress(rules.refuseAddress(refused.address, url));
}
