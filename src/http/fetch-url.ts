import { lookup as systemLookup } from 'node:dns/promises';
import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { defer, finalize, from, map, merge, type Observable, take, tap, timer } from 'rxjs';
import { errnoOf } from '../errno-of.js';
import { FileError } from '../model.js';
import type { UrlAnswer, UrlRequest } from '../request/url-answer.js';
import { retryAfterMs } from '../retry-after.js';
import { shownHost } from './address-rules.js';
import { askHop, type Hops } from './ask-hop.js';
import { readTrust } from './connection.js';
import type { FetchUrlOptions, UrlStage } from './fetch-url-options.js';
import { currentRules, RefusedAddress } from './guard-addresses.js';
import { networkFault } from './network-fault.js';
import { isHttp, isRedirect, nextUrl, refused, withoutUserinfo } from './next-url.js';
import { BodyError, readBody } from './read-body.js';
import { urlCredentials } from './url-credentials.js';
import { conditionsFor, validatorsOf } from './url-validators.js';

/** Answers that hold no content, or a part of it that nobody asked for. */
const WITHOUT_CONTENT: ReadonlySet<number> = new Set([204, 205, 206]);

/**
 * Fetches the content of a `.url` key to a stage file: gives one answer and completes, never errors. Unsubscribing aborts
 * the request and discards what was staged.
 *
 * 1. The URL, the credentials for its origin, and the authorities.
 * 2. A GET, and one for each redirect: the rules of addresses hold for each, and no header of ours leaves the origin.
 * 3. The body to the stage, within its limit.
 * 4. The checksum.
 *
 * All of it within `timeoutMs`.
 */
export function fetchUrl(request: UrlRequest, options: FetchUrlOptions): Observable<UrlAnswer> {
  return defer(() => {
    const fetch = new Fetch(request, options);
    const late$ = timer(options.timeoutMs).pipe(map(() => fetch.late()));
    return merge(from(fetch.run()), late$).pipe(
      take(1),
      tap((answer) => {
        fetch.given = answer;
      }),
      finalize(() => fetch.end()),
    );
  });
}

class Fetch {
  given: UrlAnswer | undefined;
  readonly #request: UrlRequest;
  readonly #options: FetchUrlOptions;
  readonly #abort = new AbortController();
  #stage: UrlStage | undefined;
  #host = 'the host';
  #isConnected = false;

  constructor(request: UrlRequest, options: FetchUrlOptions) {
    this.#request = request;
    this.#options = options;
  }

  /** Also after an answer: nothing of a finished fetch may hold a socket, or a file that nobody took. */
  end(): void {
    this.#abort.abort();
    if (this.given?.op !== 'fetched') this.#stage?.discard();
  }

  late(): UrlAnswer {
    const what = this.#isConnected ? 'no whole answer' : 'no connection';
    const reason = `${this.#host} gave ${what} within ${this.#options.timeoutMs / 1_000} s (URL_TIMEOUT)`;
    return { op: 'failed', kind: this.#isConnected ? 'read' : 'connect', reason };
  }

  async run(): Promise<UrlAnswer> {
    try {
      return await this.#follow();
    } catch (error) {
      return this.#failure(error);
    }
  }

  async #follow(): Promise<UrlAnswer> {
    const { url: source, validators } = this.#request;
    const options = this.#options;
    const first = URL.parse(source.href); // 1
    if (first === null) return refused('its value is no URL; write one that begins with http:// or https://', true);
    if (!isHttp(first)) return refused(`it is a ${first.protocol} URL; only http and https are fetched`, true);
    this.#host = shownHost(first);
    const credentials = urlCredentials(first, options.auth);
    if (!credentials.ok) return { op: 'failed', kind: 'setup', reason: credentials.reason };
    for (const secret of credentials.secrets) options.onSecret(secret, `credentials of ${this.#request.path}`);
    const hops = await this.#hops();
    if ('op' in hops) return hops;

    let url = withoutUserinfo(first);
    let authorization = credentials.header;
    for (let redirects = 0; ; redirects += 1) {
      const conditions = conditionsFor(url, validators);
      const response = await askHop(url, { ...conditions, ...(authorization && { authorization }) }, hops); // 2
      const { statusCode: status = 0 } = response;
      if (this.#isContent(status)) return await this.#receive(response, url);
      response.destroy();
      if (status === 304 && Object.keys(conditions).length > 0) return { op: 'not-modified' };
      if (!isRedirect(status)) return this.#unwanted(response, authorization !== undefined);
      const next = nextUrl(response, url, redirects);
      if (!(next instanceof URL)) return next;
      // For good: whoever answers elsewhere must not lead our credentials back to a place of his choice.
      if (next.origin !== url.origin) authorization = undefined;
      url = withoutUserinfo(next);
      this.#host = shownHost(url);
    }
  }

  /** What every hop stands on, or why there is none. */
  async #hops(): Promise<Hops | UrlAnswer> {
    const { rules, lookup = systemLookup, skipTlsVerify, caFile, proxy, userAgent } = this.#options;
    const { ownAddresses = interfaceAddresses } = this.#options;
    let trust: Hops['trust'];
    try {
      trust = readTrust(skipTlsVerify, caFile);
    } catch (error) {
      const reason = `the CA file ${caFile} cannot be read (${errnoOf(error) ?? 'unknown'})`;
      return { op: 'failed', kind: 'setup', reason };
    }
    return {
      rules: await currentRules({ ...rules, ownAddresses }, lookup),
      unguarded: rules.deny === 'none',
      lookup,
      proxy,
      trust,
      userAgent,
      signal: this.#abort.signal,
      onConnecting: () => {
        this.#isConnected = false;
      },
      onConnected: () => {
        this.#isConnected = true;
      },
    };
  }

  #isContent(status: number): boolean {
    if (status >= 200 && status <= 299) return !WITHOUT_CONTENT.has(status);
    return this.#options.accept5xx && status >= 500 && status <= 599;
  }

  async #receive(response: IncomingMessage, url: URL): Promise<UrlAnswer> {
    // Ended while the head came: nobody would discard it.
    this.#abort.signal.throwIfAborted();
    const stage = this.#options.openStage(this.#request.path);
    this.#stage = stage;
    await readBody(response, this.#options.maxBytes, (chunk) => {
      this.#abort.signal.throwIfAborted();
      stage.write(chunk); // 3
    });
    this.#abort.signal.throwIfAborted();
    const content = stage.finish();
    const { sha256 } = this.#request.url;
    if (sha256 !== undefined && sha256 !== content.sha256) {
      return refused(
        `the answer of ${this.#host} has another SHA-256 than the annotation k8s-sidecar-url-checksums says`,
      ); // 4
    }
    return { op: 'fetched', content, validators: validatorsOf(response, url) };
  }

  #unwanted({ statusCode: status = 0, headers }: IncomingMessage, isAuthenticated: boolean): UrlAnswer {
    const isAuth = isAuthenticated && (status === 401 || status === 403);
    const expected = this.#options.accept5xx ? 'content with 2xx or 5xx' : 'content with 2xx';
    const waitMs = retryAfterMs(headers['retry-after'], Date.now());
    return this.#failed(isAuth ? 'auth' : 'status', `answered ${status}, expected ${expected}`, status, waitMs);
  }

  #failed(kind: 'status' | 'auth', what: string, status: number, waitMs?: number): UrlAnswer {
    return { op: 'failed', kind, reason: `${this.#host} ${what}`, status, retryAfterMs: waitMs };
  }

  #failure(error: unknown): UrlAnswer {
    if (error instanceof RefusedAddress) return refused(error.message);
    if (error instanceof FileError) return { op: 'unwritten', error };
    if (error instanceof BodyError) {
      if (error.code === 'TOO_LARGE') return refused(`${error.message} from ${this.#host}`);
      return { op: 'failed', kind: 'read', reason: `${this.#host}: ${error.message}` };
    }
    const reason = `${this.#host}: ${networkFault(error, this.#isConnected)}`;
    return { op: 'failed', kind: this.#isConnected ? 'read' : 'connect', reason };
  }
}

function interfaceAddresses(): readonly string[] {
  return Object.values(networkInterfaces()).flatMap((each) => (each ?? []).map(({ address }) => address));
}
