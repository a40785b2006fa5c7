import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { type VerifyOptions, verifyBy } from '../../../../src/sinks/http/verify-by.js';
import { createAuthority } from '../../kubernetes/certificates.js';
import { certificateFile, startServer, status } from './start-server.js';

const folder = mkdtempSync(join(tmpdir(), 'verify-by-'));
afterAll(() => rmSync(folder, { recursive: true }));

const ask = (options: VerifyOptions) => firstValueFrom(verifyBy(options)());

const secrets = { token: 's3cret', headers: { 'x-api-key': 's3cret' } };

describe('verifyBy', () => {
  it('asks by GET without a body, each time that it is called, and gives one result', async () => {
    await using server = await startServer([status(500), status(200)]);
    const url = `http://127.0.0.1:${server.port}/check?t=1`;
    const verify = verifyBy({ url, request: { method: 'POST', payload: '{}', userAgent: 'us' } });
    expect(server.requests).toEqual([]);
    expect(await firstValueFrom(verify())).toMatchObject({ op: 'failed', kind: 'status', status: 500 });
    expect(await firstValueFrom(verify())).toEqual({ op: 'told', status: 200 });
    expect(server.requests).toMatchObject([
      { method: 'GET', path: '/check?t=1', body: '', headers: { 'user-agent': 'us' } },
      { method: 'GET' },
    ]);
  });

  it('judges by the rule of the request, within its time', async () => {
    await using server = await startServer([status(200, {}, '{"failed":1}'), () => undefined]);
    const success = { ranges: [{ from: 200, to: 200 }], json: { path: ['failed'], value: 0 } };
    const options: VerifyOptions = { url: `http://127.0.0.1:${server.port}/`, request: { success, timeoutMs: 250 } };
    expect(await ask(options)).toMatchObject({ message: expect.stringContaining('with failed being 1') });
    expect(await ask(options)).toMatchObject({ kind: 'read', message: expect.stringContaining('within 250 ms') });
  });

  it('shows credentials to the origin of the request, userinfo of its URL included', async () => {
    await using server = await startServer([status(200)]);
    const origin = `http://127.0.0.1:${server.port}`;
    await ask({ url: `${origin}/check`, request: { ...secrets, url: `${origin}/reload` } });
    await ask({ url: `${origin}/check`, request: { url: `${origin.replace('//', '//u:p@')}/reload` } });
    expect(server.requests).toMatchObject([
      { headers: { authorization: 'Bearer s3cret', 'x-api-key': 's3cret' } },
      { headers: { authorization: 'Basic dTpw' } },
    ]);
  });

  it.each(['another port', 'another host', 'a socket', 'no request'])('shows none to %s', async (where) => {
    const socketPath = join(folder, 'app.sock');
    await using server = await startServer([status(200)], where === 'a socket' ? { socketPath } : {});
    const url = where === 'a socket' ? `unix:${socketPath}:/check` : `http://127.0.0.1:${server.port}/check`;
    const requestUrl = {
      'another port': 'http://127.0.0.1:1/reload',
      'another host': `http://localhost:${server.port}/reload`,
      'a socket': 'http://localhost/reload',
    }[where];
    expect(await ask({ url, request: { ...secrets, url: requestUrl } })).toMatchObject({ op: 'told' });
    expect(JSON.stringify(server.requests)).not.toContain('s3cret');
  });

  it('shows the client certificate, and takes the authorities, at the origin of the request alone', async () => {
    const authority = createAuthority('clients');
    const { cert, key } = authority.issue('the sidecar');
    const [certFile, keyFile] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    writeFileSync(certFile, cert);
    writeFileSync(keyFile, key);
    await using server = await startServer([status(200)], {
      secure: true,
      clientAuthority: authority.cert,
      optional: true,
    });
    const url = `https://localhost:${server.port}/check`;
    const request = { certFile, keyFile, caFile: certificateFile };
    expect(await ask({ url, request: { ...request, url } })).toMatchObject({ op: 'told' });
    const elsewhere = { ...request, url: `https://127.0.0.1:${server.port}/` };
    expect(await ask({ url, request: elsewhere })).toMatchObject({ kind: 'connect' });
    expect(await ask({ url, request: elsewhere, caFile: certificateFile })).toMatchObject({ op: 'told' });
    expect(await ask({ url, request: { ...elsewhere, skipTlsVerify: true } })).toMatchObject({ op: 'told' });
    expect(server.requests.map(({ client }) => client)).toEqual(['the sidecar', undefined, undefined]);
  });

  it('has userinfo of its own URL as credentials of its own', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://v:w@127.0.0.1:${server.port}/check`;
    await ask({ url, request: secrets });
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from('v:w').toString('base64')}`);
  });

  it('announces what must enter no log', () => {
    const seen: string[] = [];
    verifyBy({ url: 'http://app/?token=s3cret-check', request: { onSecret: (secret) => seen.push(secret) } });
    expect(seen).toEqual(['s3cret-check']);
  });

  it('throws for a URL that is none', () => {
    expect(() => verifyBy({ url: 'ftp://u:s3cret@app/', request: {} })).toThrow(/^Expected `url` to be an http[^@]*$/);
  });
});
