import type { FileError, ObjectKey, StagedContent, UrlSource } from '../model.js';

/** What was sent with the content that stands, so that it is sent again only when it has changed (RFC 9110, 8.8). */
export interface UrlValidators {
  /** Of the answer, behind all redirects: they mean nothing anywhere else. */
  readonly href: string;
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
}

/** One fetch of the content of a key that ends in `.url`. */
export interface UrlRequest {
  readonly path: string;
  readonly owner: ObjectKey;
  readonly url: UrlSource;
  /** Of the content that stands; without them it is sent in any case. */
  readonly validators?: UrlValidators | undefined;
}

/**
 * Why a fetch failed, as far as it decides about the next one.
 * `connect` (refused, DNS, TLS, no connection in time, the proxy) · `read` (reset, no whole answer in time) · `status` (an answer
 * that is no success) · `auth` (401 or 403 to credentials of ours) · `setup` (files of ours that cannot be used, a fault of ours)
 */
export type UrlFailureKind = 'connect' | 'read' | 'status' | 'auth' | 'setup';

/** How one fetch ended. `reason` is a clause without userinfo, path, query and content. */
export type UrlAnswer =
  | {
      readonly op: 'fetched';
      /** The caller's from now on: to publish, or to discard. */
      readonly content: StagedContent;
      readonly validators?: UrlValidators | undefined;
    }
  /** The content of the validators is the newest. */
  | { readonly op: 'not-modified' }
  /** It may succeed without a change of anything here. */
  | {
      readonly op: 'failed';
      readonly kind: UrlFailureKind;
      readonly reason: string;
      readonly status?: number | undefined;
      readonly retryAfterMs?: number | undefined;
    }
  /** Where we do not go, or what we do not take. `final`: nothing but another URL would help. */
  | { readonly op: 'refused'; readonly reason: string; readonly final: boolean }
  /** The disk did not take it. */
  | { readonly op: 'unwritten'; readonly error: FileError };
