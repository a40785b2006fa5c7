import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { describe, expect, it } from 'vitest';
import { addressRules } from '../../../src/http/address-rules.js';
import { connectionTo } from '../../../src/http/connection.js';
import { guardAddresses } from '../../../src/http/guard-addresses.js';
import { startServer, status } from '../sinks/http/start-server.js';

const strict = addressRules({ deny: 'unsafe', allowedHosts: [], kubernetesApi: [], ownAddresses: () => [] });

describe('a guarded connection', () => {
  /** What becomes of a GET whose name was looked up by somebody who checks nothing. */
  const ask = async (url: URL): Promise<unknown> => {
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    const guard = {
      ...guardAddresses(url, strict, lookup),
      lookup: guardAddresses(
        url,
        addressRules({ deny: 'none', allowedHosts: [], kubernetesApi: [], ownAddresses: () => [] }),
        lookup,
      ).lookup,
    };
    const connection = await connectionTo(url, {
      proxy: {},
      trust: { rejectUnauthorized: false },
      signal: new AbortController().signal,
      onConnected: () => undefined,
      guard,
    });
    return new Promise((resolve) => {
      const send = connection.protocol === 'https:' ? secureRequest : request;
      send(connection, (response) => resolve(response.resume().statusCode))
        .once('error', resolve)
        .end();
    });
  };

  it.each([
    true,
    false,
  ])('ends before anything is sent when it has reached an address that is refused (TLS: %s)', async (secure) => {
    await using server = await startServer([status(200)], { secure });
    const url = new URL(`${secure ? 'https' : 'http'}://a.example.test:${server.port}/`);
    expect(await ask(url)).toMatchObject({ code: 'URL_REFUSED' });
    expect(server.requests).toEqual([]);
  });
});

describe('a guarded look-up', () => {
  const url = new URL('http://a.example.test/');
  const of = (addresses: readonly string[], all: boolean) =>
    new Promise((resolve) => {
      const lookup = async () => addresses.map((address) => ({ address, family: 4 }));
      guardAddresses(url, strict, lookup).lookup('a.example.test', { all }, (...given) => resolve(given));
    });

  it('gives one address, or all, and none that is refused', async () => {
    expect(await of(['127.0.0.1', '8.8.8.8', '8.8.4.4'], false)).toEqual([null, '8.8.8.8', 4]);
    expect(await of(['127.0.0.1', '8.8.8.8'], true)).toEqual([null, [{ address: '8.8.8.8', family: 4 }]]);
    expect(await of(['127.0.0.1'], true)).toMatchObject([{ code: 'URL_REFUSED' }, []]);
    expect(await of([], false)).toMatchObject([{ code: 'ENOTFOUND' }, []]);
  });
});
