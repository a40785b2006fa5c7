import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchUrl } from '../../../src/http/fetch-url.js';
import { FileError } from '../../../src/model.js';
import type { UrlAnswer } from '../../../src/request/url-answer.js';
import { type Answer, certificateFile, closedPort, startServer, status } from '../sinks/http/start-server.js';
import { fetched, fetchOptions, hosts, memoryStages, request } from './fetching.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const reasonOf = (answer: UrlAnswer) => ('reason' in answer ? answer.reason : '');
const redirect = (location: string, code = 302): Answer => status(code, { location });

describe('content', () => {
  it('goes to the stage as it comes, asked for as it is', async () => {
    const stages = memoryStages();
    await using server = await startServer([status(200, {}, 'héllo')]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/p?q=1#f`, { openStage: stages.open });
    expect(answer).toEqual({
      op: 'fetched',
      content: { stagedAt: '/stage', size: 6, sha256: sha256('héllo') },
      validators: undefined,
    });
    expect(stages.all.map((stage) => `${stage.bytes()} ${stage.state()}`)).toEqual(['héllo whole']);
    expect(server.requests).toMatchObject([
      {
        method: 'GET',
        path: '/p?q=1',
        headers: {
          'accept-encoding': 'identity',
          accept: '*/*',
          'user-agent': 'k8s-sidecar/test',
          connection: 'close',
        },
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('may be empty', async () => {
    await using server = await startServer([status(200)]);
    expect(await fetched(`http://127.0.0.1:${server.port}/`)).toMatchObject({ op: 'fetched', content: { size: 0 } });
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is decompressed if it comes as %s all the same', async (encoding, pack) => {
    const stages = memoryStages();
    await using server = await startServer([
      (response) => response.writeHead(200, { 'content-encoding': encoding }).end(pack('hello')),
    ]);
    await fetched(`http://127.0.0.1:${server.port}/`, { openStage: stages.open });
    expect(String(stages.all[0]?.bytes())).toBe('hello');
  });

  it.each([
    ['an encoding that is none of these', { 'content-encoding': 'zstd' }, 'hello', 'not asked for'],
    ['what is no gzip', { 'content-encoding': 'gzip' }, 'hello', 'cannot be decompressed (Z_DATA_ERROR)'],
    [
      'half of a gzip',
      { 'content-encoding': 'gzip' },
      gzipSync('hello').subarray(0, 15),
      'cannot be decompressed (Z_BUF_ERROR)',
    ],
  ])('is none when it comes as %s', async (_, headers, body, reason) => {
    const stages = memoryStages();
    await using server = await startServer([(response) => response.writeHead(200, headers).end(body)]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/`, { openStage: stages.open });
    expect(answer).toMatchObject({ op: 'failed', kind: 'read' });
    expect(reasonOf(answer)).toContain(reason);
    expect(stages.all.map((stage) => stage.state())).toEqual(['gone']);
  });

  it('that breaks off is none', async () => {
    const stages = memoryStages();
    await using server = await startServer([
      (response) => {
        response.writeHead(200, { 'content-length': '10' });
        response.write('half', () => response.destroy());
      },
    ]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/`, { openStage: stages.open });
    expect(answer).toMatchObject({ op: 'failed', kind: 'read' });
    expect(reasonOf(answer)).toContain('broke before the whole answer came');
    expect(stages.all.map((stage) => stage.state())).toEqual(['gone']);
  });

  it('must have the SHA-256 that was promised', async () => {
    const stages = memoryStages();
    await using server = await startServer([status(200, {}, 'hello')]);
    const href = `http://127.0.0.1:${server.port}/`;
    const url = { entry: 'a.url', href };
    const good = await fetched(href, { openStage: stages.open }, { url: { ...url, sha256: sha256('hello') } });
    const bad = await fetched(href, { openStage: stages.open }, { url: { ...url, sha256: sha256('other') } });
    expect([good.op, bad.op]).toEqual(['fetched', 'refused']);
    expect(stages.all.map((stage) => stage.state())).toEqual(['whole', 'gone']);
  });

  it('that the disk does not take is no fault of the host', async () => {
    const error = new FileError('disk', 'ENOSPC', 'full');
    await using server = await startServer([status(200, {}, 'hello')]);
    const href = `http://127.0.0.1:${server.port}/`;
    for (const fails of ['open', 'write', 'finish']) {
      const openStage = () => {
        if (fails === 'open') throw error;
        const stage = memoryStages().open();
        const fail = () => {
          throw error;
        };
        return { ...stage, ...(fails === 'write' && { write: fail }), ...(fails === 'finish' && { finish: fail }) };
      };
      expect(await fetched(href, { openStage })).toEqual({ op: 'unwritten', error });
    }
  });
});

describe('a limit of bytes', () => {
  const limited = { maxBytes: 1_000 };

  it('lets exactly so many through', async () => {
    await using server = await startServer([status(200, {}, 'x'.repeat(1_000)), status(200, {}, 'x'.repeat(1_001))]);
    expect(await fetched(`http://127.0.0.1:${server.port}/`, limited)).toMatchObject({ op: 'fetched' });
    expect(await fetched(`http://127.0.0.1:${server.port}/`, limited)).toMatchObject({ op: 'refused', final: false });
  });

  it('refuses by the announced length, before anything is staged', async () => {
    const stages = memoryStages();
    await using server = await startServer([
      (response) => {
        response.writeHead(200, { 'content-length': '1001' });
        response.flushHeaders();
      },
    ]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/`, { ...limited, openStage: stages.open });
    expect(reasonOf(answer)).toContain('more than 1000 bytes (URL_MAX_BYTES)');
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(stages.all.filter((stage) => stage.state() !== 'gone')).toEqual([]);
  });

  it('ends an answer without an end', async () => {
    const stages = memoryStages();
    await using server = await startServer([
      (response) => {
        response.writeHead(200);
        const more = () => {
          if (!response.destroyed) response.write('x'.repeat(500), () => setImmediate(more));
        };
        more();
      },
    ]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/`, { ...limited, openStage: stages.open });
    expect(answer.op).toBe('refused');
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(stages.all[0]?.bytes().length).toBeLessThanOrEqual(1_000);
    expect(stages.all[0]?.state()).toBe('gone');
  });

  it.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('ends a bomb: a small %s that unpacks to much', async (encoding, pack) => {
    const stages = memoryStages();
    const bomb = pack(Buffer.alloc(50_000_000));
    await using server = await startServer([
      (response) => response.writeHead(200, { 'content-encoding': encoding }).end(bomb),
    ]);
    const options = { maxBytes: 1_000_000, openStage: stages.open };
    const answer = await fetched(`http://127.0.0.1:${server.port}/`, options);
    expect(answer.op).toBe('refused');
    expect(stages.all[0]?.bytes().length).toBeLessThanOrEqual(1_000_000);
  });

  it('counts packed bytes, too, which may come without end and unpack to nothing', async () => {
    const nothing = gzipSync('');
    await using server = await startServer([
      (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' });
        const more = () => {
          if (!response.destroyed) response.write(nothing, () => setImmediate(more));
        };
        more();
      },
    ]);
    expect(await fetched(`http://127.0.0.1:${server.port}/`, limited)).toMatchObject({ op: 'refused' });
  });
});

describe('a time limit', () => {
  it.each<[string, Answer, string]>([
    ['says nothing', () => undefined, 'no whole answer'],
    [
      'gives a byte now and then',
      (response) => {
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      },
      'no whole answer',
    ],
  ])('ends the fetch of a server that %s', async (_, answer, what) => {
    const stages = memoryStages();
    await using server = await startServer([answer]);
    const options = { timeoutMs: 150, openStage: stages.open };
    const result = await fetched(`http://127.0.0.1:${server.port}/`, options);
    expect(result).toMatchObject({ op: 'failed', kind: 'read' });
    expect(reasonOf(result)).toContain(`${what} within 0.15 s (URL_TIMEOUT)`);
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(stages.all.map((stage) => stage.state())).toEqual(stages.all.map(() => 'gone'));
  });

  it('is of all redirects together', async () => {
    const slow: Answer = (response) => void setTimeout(() => redirect('/again')(response, {} as never), 60);
    await using server = await startServer([slow]);
    const result = await fetched(`http://127.0.0.1:${server.port}/`, { timeoutMs: 150 });
    expect(result).toMatchObject({ op: 'failed' });
    expect(server.requests.length).toBeLessThanOrEqual(3);
  });

  it('holds while no connection comes about', async () => {
    const never = () => new Promise<never>(() => undefined);
    const result = await fetched('http://a.example.test/', { timeoutMs: 50, lookup: never });
    expect(result).toMatchObject({ op: 'failed', kind: 'connect' });
  });
});

describe('unsubscribing', () => {
  it('drops the connection and what was staged', async () => {
    const stages = memoryStages();
    await using server = await startServer([(response) => void response.writeHead(200).write('begin')]);
    const options = fetchOptions({ openStage: stages.open });
    const subscription = fetchUrl(request(`http://127.0.0.1:${server.port}/`), options).subscribe();
    await expect.poll(() => String(stages.all[0]?.bytes())).toBe('begin');
    subscription.unsubscribe();
    expect(stages.all[0]?.state()).toBe('gone');
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(stages.all).toHaveLength(1);
  });

  it('before the answer stages nothing later', async () => {
    const stages = memoryStages();
    let answer = (): void => undefined;
    await using server = await startServer([
      (response) => {
        answer = () => void response.end('late');
      },
    ]);
    const options = fetchOptions({ openStage: stages.open });
    const subscription = fetchUrl(request(`http://127.0.0.1:${server.port}/`), options).subscribe();
    await expect.poll(() => server.requests.length).toBe(1);
    subscription.unsubscribe();
    answer();
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(stages.all).toEqual([]);
  });
});

describe('a status', () => {
  it.each([204, 205, 206, 300, 305, 400, 401, 403, 404, 410, 429, 500, 503])('%i is a failure', async (code) => {
    const stages = memoryStages();
    await using server = await startServer([status(code, { 'retry-after': '7' }, code === 204 ? '' : 'secret body')]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/x?token=1`, { openStage: stages.open });
    expect(answer).toEqual({
      op: 'failed',
      kind: 'status',
      status: code,
      retryAfterMs: 7_000,
      reason: `127.0.0.1:${server.port} answered ${code}, expected content with 2xx`,
    });
    expect(stages.all).toEqual([]);
  });

  it('304 is one when nobody asked for it', async () => {
    await using server = await startServer([status(304)]);
    expect(await fetched(`http://127.0.0.1:${server.port}/`)).toMatchObject({ op: 'failed', status: 304 });
  });

  it.each([500, 502, 503, 599])('ENABLE_5XX takes the body of a %i for content', async (code) => {
    const stages = memoryStages();
    await using server = await startServer([status(code, { etag: '"x"' }, 'sorry')]);
    const options = { accept5xx: true, openStage: stages.open };
    const answer = await fetched(`http://127.0.0.1:${server.port}/`, options);
    expect(answer).toMatchObject({ op: 'fetched', validators: undefined });
    expect(String(stages.all[0]?.bytes())).toBe('sorry');
  });

  it('404 is a failure with ENABLE_5XX, too', async () => {
    await using server = await startServer([status(404, {}, 'sorry')]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/`, { accept5xx: true });
    expect(reasonOf(answer)).toContain('expected content with 2xx or 5xx');
  });
});

describe('a URL', () => {
  it.each([
    ['', 'no URL'],
    ['  ', 'no URL'],
    ['example.com/x', 'no URL'],
    ['http://', 'no URL'],
    ['http://user:se/cret@host/', 'no URL'],
    ['file:///etc/passwd', 'file:'],
    ['ftp://example.com/', 'ftp:'],
    ['data:text/plain,hi', 'data:'],
    ['unix:/run/docker.sock', 'unix:'],
  ])('%j is refused for good', async (href, reason) => {
    const answer = await fetched(href);
    expect(answer).toMatchObject({ op: 'refused', final: true });
    expect(reasonOf(answer)).toContain(reason);
    expect(reasonOf(answer)).not.toContain('cret');
  });

  it('to which nobody listens, or which stands for nothing, fails', async () => {
    const port = await closedPort();
    expect(await fetched(`http://127.0.0.1:${port}/`)).toMatchObject({ op: 'failed', kind: 'connect' });
    const lookup = () => Promise.reject(Object.assign(new Error('a.example.test'), { code: 'ENOTFOUND' }));
    const answer = await fetched('http://a.example.test/secret', { lookup });
    expect(reasonOf(answer)).toBe('a.example.test: the host name cannot be resolved (ENOTFOUND)');
    const none = await fetched('http://a.example.test/secret', { lookup: async () => [] });
    expect(reasonOf(none)).toBe('a.example.test: the host name cannot be resolved (ENOTFOUND)');
  });

  it('is never told beyond its host', async () => {
    await using server = await startServer([status(404), redirect('ftp://u:secret@x/secret'), redirect('http://')]);
    const href = `http://name:secret@127.0.0.1:${server.port}/secret?secret=1#secret`;
    for (let count = 0; count < 3; count += 1) expect(JSON.stringify(await fetched(href))).not.toContain('secret');
  });

  it('that speaks no HTTP fails', async () => {
    await using server = await startServer([(response) => void response.socket?.end('SSH-2.0-hello\r\n')]);
    const answer = await fetched(`http://127.0.0.1:${server.port}/`);
    expect(reasonOf(answer)).toMatch(/the answer is not HTTP \(HPE_/);
  });
});

describe('over TLS', () => {
  it('trusts the CA file that is named, or nobody, or everybody', async () => {
    await using server = await startServer([status(200, {}, 'x')], { secure: true });
    const href = `https://localhost:${server.port}/`;
    expect(await fetched(href, { caFile: certificateFile })).toMatchObject({ op: 'fetched' });
    expect(await fetched(href, { skipTlsVerify: true })).toMatchObject({ op: 'fetched' });
    const answer = await fetched(href);
    expect(answer).toMatchObject({ op: 'failed', kind: 'connect' });
    expect(reasonOf(answer)).toContain('TLS failed');
    expect(await fetched(href, { caFile: '/missing.pem' })).toEqual({
      op: 'failed',
      kind: 'setup',
      reason: 'the CA file /missing.pem cannot be read (ENOENT)',
    });
    expect(server.requests).toHaveLength(2);
  });
});

describe('validators', () => {
  const answer: Answer = status(200, { etag: '"1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }, 'x');

  it('are what came with the content, and are sent to that very URL; 304 means that it stands', async () => {
    await using server = await startServer([answer, status(304), status(304)]);
    const href = `http://127.0.0.1:${server.port}/a`;
    const first = await fetched(href);
    const validators = first.op === 'fetched' ? first.validators : undefined;
    expect(validators).toEqual({ href, etag: '"1"', lastModified: 'Thu, 01 Jan 2026 00:00:00 GMT' });
    expect(await fetched(href, {}, { validators })).toEqual({ op: 'not-modified' });
    expect(server.requests[1]?.headers).toMatchObject({
      'if-none-match': '"1"',
      'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT',
    });
    expect(await fetched(href, {}, { validators: { href: `${href}b`, etag: '"1"' } })).toMatchObject({ op: 'failed' });
    expect(server.requests[2]?.headers).not.toHaveProperty('if-none-match');
  });

  it('are those of the last hop, and go to it alone', async () => {
    await using cdn = await startServer([answer, status(304)]);
    await using server = await startServer([redirect(`http://b.example.test:${cdn.port}/x`)]);
    const href = `http://a.example.test:${server.port}/`;
    const first = await fetched(href);
    const validators = first.op === 'fetched' ? first.validators : undefined;
    expect(validators?.href).toBe(`http://b.example.test:${cdn.port}/x`);
    expect(await fetched(href, {}, { validators })).toEqual({ op: 'not-modified' });
    expect(server.requests[1]?.headers).not.toHaveProperty('if-none-match');
  });
});

describe('credentials', () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  const basicAuth = { username: 'admin', password: 'pässword' };
  const ours = `Basic ${Buffer.from('admin:pässword', 'latin1').toString('base64')}`;
  const table: readonly (readonly [string, string, { reqUrl?: string; hosts?: string[] }, string | undefined])[] = [
    ['nobody', 'http://a.example.test:PORT/', {}, undefined],
    ['the origin of REQ_URL', 'http://a.example.test:PORT/', { reqUrl: 'http://a.example.test:PORT/reload' }, ours],
    ['another port of its host', 'http://a.example.test:PORT/', { reqUrl: 'http://a.example.test:1/' }, undefined],
    ['another scheme of it', 'http://a.example.test:PORT/', { reqUrl: 'https://a.example.test:PORT/' }, undefined],
    ['another host', 'http://b.example.test:PORT/', { reqUrl: 'http://a.example.test:PORT/' }, undefined],
    ['nobody by a socket', 'http://a.example.test:PORT/', { reqUrl: 'unix:/run/x:/y' }, undefined],
    ['a host of URL_AUTH_HOSTS', 'http://a.example.test:PORT/', { hosts: ['*.example.test'] }, ours],
    ['a host beside it', 'http://127.0.0.1:PORT/', { hosts: ['*.example.test'] }, undefined],
    ['every host', 'http://127.0.0.1:PORT/', { hosts: ['*'] }, ours],
    ['its own', 'http://me:my%20own@a.example.test:PORT/', { hosts: ['*'] }, basic('me:my own')],
    ['its own without a password', 'http://token@a.example.test:PORT/', {}, basic('token:')],
    ['its own without a name', 'http://:token@a.example.test:PORT/', {}, basic(':token')],
  ];

  it.each(table)('go to %s', async (_, href, { reqUrl, hosts: authHosts = [] }, expected) => {
    await using server = await startServer([status(200, {}, 'x')]);
    const at = (text: string) => text.replace('PORT', String(server.port));
    const auth = { basicAuth, reqUrl: reqUrl && at(reqUrl), hosts: hosts(...authHosts) };
    await fetched(at(href), { auth });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.headers.authorization).toBe(expected);
  });

  it('stay at the origin: no redirect takes them elsewhere, nor back again', async () => {
    await using server = await startServer([
      redirect('/same'),
      (response) => response.writeHead(302, { location: `http://b.example.test:${server.port}/other` }).end(),
      (response) => response.writeHead(302, { location: `http://x:y@a.example.test:${server.port}/back` }).end(),
      status(200, {}, 'x'),
    ]);
    for (const href of ['http://me:own@a.example.test', 'http://a.example.test']) {
      const auth = { basicAuth, reqUrl: `http://a.example.test:${server.port}`, hosts: [] };
      await fetched(`${href}:${server.port}/`, { auth });
    }
    const seen = server.requests.slice(0, 4).map(({ path, headers }) => `${path} ${'authorization' in headers}`);
    expect(seen).toEqual(['/ true', '/same true', '/other false', '/back false']);
  });

  it('are read at each fetch, and told to whoever keeps them out of the log; a file that is missing is a failure', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ks-url-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const passwordFile = join(folder, 'password');
    await using server = await startServer([status(200, {}, 'x')]);
    const href = `http://127.0.0.1:${server.port}/`;
    const secrets: string[] = [];
    const options = {
      auth: { basicAuth: { username: 'admin', passwordFile }, reqUrl: href, hosts: [] },
      onSecret: (value: string) => void secrets.push(value),
    };
    const missing = await fetched(href, options);
    expect(missing).toMatchObject({ op: 'failed', kind: 'setup' });
    expect(server.requests).toHaveLength(0);
    writeFileSync(passwordFile, 'secret-1\n');
    expect(await fetched(href, options)).toMatchObject({ op: 'fetched' });
    expect(server.requests[0]?.headers.authorization).toBe(basic('admin:secret-1'));
    expect(secrets).toEqual(['secret-1', basic('admin:secret-1').slice(6)]);
  });

  it('that are refused are told apart from a page that is not there', async () => {
    await using server = await startServer([status(401)]);
    const href = `127.0.0.1:${server.port}/`;
    expect(await fetched(`http://u:p@${href}`)).toMatchObject({ op: 'failed', kind: 'auth', status: 401 });
    expect(await fetched(`http://${href}`)).toMatchObject({ op: 'failed', kind: 'status', status: 401 });
  });
});

describe('a redirect', () => {
  it.each([301, 302, 303, 307, 308])('%i is followed, to a relative place, too', async (code) => {
    await using server = await startServer([redirect('b?c', code), status(200, {}, 'x')]);
    expect(await fetched(`http://127.0.0.1:${server.port}/a/`)).toMatchObject({ op: 'fetched' });
    expect(server.requests.map(({ path }) => path)).toEqual(['/a/', '/a/b?c']);
  });

  it('is followed five times', async () => {
    const hops = Array.from({ length: 5 }, (_, index) => redirect(`/${index}`));
    await using five = await startServer([...hops, status(200, {}, 'x')]);
    expect(await fetched(`http://127.0.0.1:${five.port}/`)).toMatchObject({ op: 'fetched' });
    await using six = await startServer([...hops, redirect('/5'), status(200, {}, 'x')]);
    expect(await fetched(`http://127.0.0.1:${six.port}/`)).toMatchObject({ op: 'refused' });
    expect(six.requests).toHaveLength(6);
  });

  it('is never followed from https to http', async () => {
    await using plain = await startServer([status(200, {}, 'x')]);
    await using server = await startServer([redirect(`http://localhost:${plain.port}/`)], { secure: true });
    const answer = await fetched(`https://localhost:${server.port}/`, { skipTlsVerify: true });
    expect(answer).toMatchObject({ op: 'refused' });
    expect(reasonOf(answer)).toContain('from https to http');
    expect(plain.requests).toEqual([]);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://0xa9fea9fe/',
    'http://2852039166/',
    'http://0/',
    'http://[::1]:PORT/',
    'http://127.1:PORT/',
    'http://0x7f.0.0.1:PORT/',
    'http://2130706433:PORT/',
    'http://[::ffff:7f00:1]:PORT/',
    'http://localhost:PORT/',
    'http://b.other.test:PORT/',
    'http://metadata.google.internal/',
    'http://kubernetes.default.svc/',
    'file:///etc/passwd',
    'gopher://127.0.0.1:PORT/',
  ])('to %s is not followed', async (location) => {
    await using server = await startServer([
      (response) => response.writeHead(302, { location: location.replace('PORT', String(server.port)) }).end(),
      status(200, {}, 'inside'),
    ]);
    const allowedHosts = hosts('a.example.test', '*');
    const answer = await fetched(`http://a.example.test:${server.port}/`, {
      rules: { deny: 'unsafe', allowedHosts, kubernetesApi: [] },
    });
    expect(answer).toMatchObject({ op: 'refused' });
    expect(server.requests).toHaveLength(1);
  });

  it('without a place to go is a failure', async () => {
    await using server = await startServer([status(302), redirect('http://[')]);
    for (const _ of [1, 2]) {
      expect(reasonOf(await fetched(`http://127.0.0.1:${server.port}/`))).toContain('without a readable Location');
    }
  });
});

describe('the address that a name stands for', () => {
  const strict = { deny: 'unsafe', allowedHosts: [], kubernetesApi: [] } as const;

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('%s is loopback: nothing is sent', async (address) => {
    await using server = await startServer([status(200, {}, 'inside')]);
    const lookup = async () => [{ address, family: address.includes(':') ? 6 : 4 }];
    const answer = await fetched(`http://a.example.test:${server.port}/`, { rules: strict, lookup });
    expect(answer).toMatchObject({ op: 'refused', final: false });
    expect(reasonOf(answer)).toContain(`a.example.test:${server.port} has the address ${address}: loopback`);
    expect(server.requests).toEqual([]);
    const none = await fetched(`http://a.example.test:${server.port}/`, { rules: { ...strict, deny: 'none' }, lookup });
    if (address === '127.0.0.1') expect(none).toMatchObject({ op: 'fetched' });
  });

  it('is chosen among those that may be asked', async () => {
    await using server = await startServer([status(200, {}, 'x')]);
    const lookup = async () => [
      { address: '169.254.169.254', family: 4 },
      { address: '127.0.0.1', family: 4 },
    ];
    expect(await fetched(`http://a.example.test:${server.port}/`, { lookup })).toMatchObject({ op: 'fetched' });
  });

  it('is looked at again at each hop: a name that stands for another address by then leads nowhere', async () => {
    const answers = ['127.0.0.1', '169.254.169.254'];
    const lookup = async () => [{ address: answers.shift() ?? '169.254.169.254', family: 4 }];
    await using server = await startServer([redirect('/again'), status(200, {}, 'inside')]);
    const answer = await fetched(`http://a.example.test:${server.port}/`, { lookup });
    expect(reasonOf(answer)).toContain('169.254.169.254: a link-local address');
    expect(server.requests).toHaveLength(1);
  });

  it('is the one that was looked up: a second look-up that differs is never made', async () => {
    const answers = ['127.0.0.1', '169.254.169.254'];
    let asked = 0;
    const lookup = async () => [{ address: answers[asked++] ?? '', family: 4 }];
    await using server = await startServer([status(200, {}, 'x')]);
    expect(await fetched(`http://a.example.test:${server.port}/`, { lookup })).toMatchObject({ op: 'fetched' });
    expect(asked).toBe(1);
  });

  it('is not that of the Kubernetes API, by whatever name', async () => {
    await using server = await startServer([status(200, {}, 'inside')]);
    const lookup = async () => [{ address: '127.0.0.1', family: 4 }];
    const rules = {
      deny: 'unsafe',
      allowedHosts: hosts('*.example.test'),
      kubernetesApi: [`https://api.internal:${server.port}`],
    } as const;
    const answer = await fetched(`http://a.example.test:${server.port}/`, { rules, lookup });
    expect(reasonOf(answer)).toContain('the Kubernetes API');
    expect(server.requests).toEqual([]);
  });

  it('is not asked for where the API cannot be resolved: its name is enough', async () => {
    const lookup = () => Promise.reject(Object.assign(new Error(), { code: 'EAI_AGAIN' }));
    const rules = { deny: 'unsafe', allowedHosts: [], kubernetesApi: ['api.internal'] } as const;
    expect(await fetched('http://api.internal/', { rules, lookup })).toMatchObject({ op: 'refused' });
    expect(await fetched('http://other.internal/', { rules, lookup })).toMatchObject({ op: 'failed' });
  });
});

describe('a proxy', () => {
  const viaProxy = (port: number) => ({
    proxy: { http: `http://127.0.0.1:${port}`, https: `http://127.0.0.1:${port}` },
  });
  const strict = { deny: 'unsafe', allowedHosts: [], kubernetesApi: [] } as const;

  it('is asked for names that lead somewhere allowed, and for those that only it knows', async () => {
    await using proxy = await startServer([status(200, {}, 'x')]);
    const lookup = async (host: string) => {
      if (host === 'known.test') return [{ address: '203.0.113.7', family: 4 }];
      throw Object.assign(new Error(host), { code: 'ENOTFOUND' });
    };
    const options = { ...viaProxy(proxy.port), rules: strict, lookup };
    expect(await fetched('http://known.test/x', options)).toMatchObject({ op: 'fetched' });
    expect(await fetched('http://outside.test/x', options)).toMatchObject({ op: 'fetched' });
    expect(proxy.requests.map(({ path }) => path)).toEqual(['http://known.test/x', 'http://outside.test/x']);
  });

  it.each([
    'http://169.254.169.254/',
    'http://[fd00:ec2::254]/',
    'http://inside.test/',
    'http://metadata.google.internal/',
    'https://169.254.169.254/',
    'https://inside.test/',
  ])('is not asked for %s', async (href) => {
    await using proxy = await startServer([status(200, {}, 'inside')], { tunnel: 200 });
    const lookup = async () => [{ address: '169.254.169.254', family: 4 }];
    const options = { ...viaProxy(proxy.port), rules: strict, lookup, timeoutMs: 1_000 };
    expect(await fetched(href, options)).toMatchObject({ op: 'refused' });
    expect(proxy.requests).toEqual([]);
    expect(proxy.tunnels).toEqual([]);
  });

  it('that says no is told as a proxy', async () => {
    await using proxy = await startServer([], { tunnel: 407 });
    const lookup = async () => [{ address: '203.0.113.7', family: 4 }];
    const answer = await fetched('https://known.test/', { ...viaProxy(proxy.port), rules: strict, lookup });
    expect(answer).toMatchObject({ op: 'failed', kind: 'connect' });
    expect(reasonOf(answer)).toContain('the proxy http://127.0.0.1');
  });
});
