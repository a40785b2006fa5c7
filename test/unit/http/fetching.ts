import { createHash } from 'node:crypto';
import { firstValueFrom } from 'rxjs';
import { fetchUrl } from '../../../src/http/fetch-url.js';
import type { FetchUrlOptions, UrlStage } from '../../../src/http/fetch-url-options.js';
import { parseHostPattern } from '../../../src/request/host-pattern.js';
import type { UrlRequest } from '../../../src/request/url-answer.js';

export interface MemoryStage extends UrlStage {
  readonly bytes: () => Buffer;
  readonly state: () => 'open' | 'whole' | 'gone';
}

/** Stages in memory, and all that were opened. */
export function memoryStages(): { readonly open: () => MemoryStage; readonly all: MemoryStage[] } {
  const all: MemoryStage[] = [];
  const open = (): MemoryStage => {
    const chunks: Buffer[] = [];
    let state: 'open' | 'whole' | 'gone' = 'open';
    const stage: MemoryStage = {
      write: (chunk) => {
        if (state !== 'open') throw new Error(`written when ${state}`);
        chunks.push(Buffer.from(chunk));
      },
      finish: () => {
        state = 'whole';
        const bytes = Buffer.concat(chunks);
        return { stagedAt: '/stage', size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
      },
      discard: () => {
        state = 'gone';
      },
      bytes: () => Buffer.concat(chunks),
      state: () => state,
    };
    all.push(stage);
    return stage;
  };
  return { open, all };
}

export const hosts = (...texts: string[]) =>
  texts.map((text) => parseHostPattern(text) ?? { host: 'wrong', port: undefined });

export const request = (href: string, change: Partial<UrlRequest> = {}): UrlRequest => ({
  path: '/f/a.json',
  owner: 'configmap/default/a',
  url: { entry: 'a.json.url', href },
  ...change,
});

/** Every host may be fetched from, loopback where it is named; nobody gets credentials. */
export function fetchOptions(change: Partial<FetchUrlOptions> = {}): FetchUrlOptions {
  return {
    openStage: memoryStages().open,
    rules: { deny: 'unsafe', allowedHosts: hosts('127.0.0.1', 'localhost', '*.example.test'), kubernetesApi: [] },
    auth: { basicAuth: {}, reqUrl: undefined, hosts: [] },
    timeoutMs: 5_000,
    maxBytes: 1_000_000,
    accept5xx: false,
    skipTlsVerify: false,
    caFile: undefined,
    proxy: {},
    userAgent: 'k8s-sidecar/test',
    onSecret: () => undefined,
    // Names of tests mean this machine.
    lookup: async () => [{ address: '127.0.0.1', family: 4 }],
    ownAddresses: () => [],
    ...change,
  };
}

export const fetched = (href: string, change: Partial<FetchUrlOptions> = {}, more: Partial<UrlRequest> = {}) =>
  firstValueFrom(fetchUrl(request(href, more), fetchOptions(change)));
