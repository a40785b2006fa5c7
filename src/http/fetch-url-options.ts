import type { StagedContent } from '../model.js';
import type { AddressRulesOptions } from './address-rules.js';
import type { ProxySettings } from './find-proxy.js';
import type { Lookup } from './guard-addresses.js';
import type { UrlAuthOptions } from './url-credentials.js';

/** Where content goes while it comes: a new file that no reader takes. Each call may throw a {@link FileError}. */
export interface UrlStage {
  readonly write: (chunk: Uint8Array) => void;
  readonly finish: () => StagedContent;
  /** Nothing of it stays. Must not throw; also after `finish`, and more than once. */
  readonly discard: () => void;
}

export interface FetchUrlOptions {
  readonly openStage: (path: string) => UrlStage;
  /** `URL_DENY`, `URL_ALLOWED_HOSTS`, and where the Kubernetes API is. */
  readonly rules: Omit<AddressRulesOptions, 'ownAddresses'>;
  readonly auth: UrlAuthOptions;
  /** `URL_TIMEOUT`: of a fetch in all, redirects included. */
  readonly timeoutMs: number;
  /** `URL_MAX_BYTES`. */
  readonly maxBytes: number;
  /** `ENABLE_5XX`: the body of a 5xx answer is content like any other. */
  readonly accept5xx: boolean;
  readonly skipTlsVerify: boolean;
  readonly caFile: string | undefined;
  readonly proxy: ProxySettings;
  readonly userAgent: string;
  /** Called with every value that must enter no log. */
  readonly onSecret: (value: string, source?: string) => void;
  /** @default that of the system */
  readonly lookup?: Lookup | undefined;
  /** @default those of the network interfaces */
  readonly ownAddresses?: (() => readonly string[]) | undefined;
}
