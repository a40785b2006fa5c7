import { objectKey } from '../model.js';
import type { ManifestNews } from './apply-manifests.js';

/** News of the manifests in plain words; `undefined` where there is nothing to say. */
export function manifestLine(news: ManifestNews): string | undefined {
  switch (news.type) {
    case 'applied':
      return `applied ${objectKey(news.object)}`;
    case 'deleted':
      return `deleted ${news.key}`;
    case 'rejected':
      return `error: the API did not take ${news.key}: ${news.message}`;
    case 'unreadable':
      return `error: ${news.message} What it held stays, the others go on, and nothing is deleted until it can be read.`;
    case 'mended':
      return 'all manifests can be read again';
    case 'loaded':
      return undefined;
  }
}
