import type { Layout } from './layout.js';

/** One key of an object with its value, as it came. */
export interface Entry {
  readonly name: string;
  readonly value: string;
  readonly encoding: 'utf8' | 'base64';
  readonly kind: EntryKind;
}

/** Where the content is: in the value, compressed in it, or behind the URL in it. */
export type EntryKind = 'plain' | 'gzip' | 'url';

/** By the ending; `.gz.url` is a URL of something that is published as it comes. */
export function entryKind(name: string, { gzip }: Pick<Layout, 'gzip'>): EntryKind {
  if (name.endsWith('.url')) return 'url';
  return gzip !== undefined && name.endsWith('.gz') ? 'gzip' : 'plain';
}
