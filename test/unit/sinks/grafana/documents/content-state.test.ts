import { describe, expect, test } from 'vitest';
import {
  type ContentState,
  contentState,
  type LastWrite,
} from '../../../../../src/sinks/grafana/documents/content-state.js';
import type { JsonObject } from '../../../../../src/sinks/grafana/grafana-api.js';
import { stamp } from './objects.js';

const ours = 'a'.repeat(64);
const other = 'b'.repeat(64);
const spec: JsonObject = { title: 'CPU' };
/** What only Grafana may have made of it. */
const rewritten: JsonObject = { title: 'CPU', schemaVersion: 42 };
const edited: JsonObject = { title: 'RAM' };

describe('content of ours', () => {
  test.each<[string, { found: JsonObject; sha256?: string | undefined; last?: LastWrite }, ContentState]>([
    ['is equal after a restart where nobody touched it', { found: spec, sha256: ours }, 'equal'],
    ['is equal after a restart where Grafana alone can have touched it', { found: rewritten, sha256: ours }, 'equal'],
    ['has drifted where a user edited it while we were down', { found: edited, sha256: ours }, 'drifted'],
    ['is outdated where the document is another one', { found: spec, sha256: other }, 'outdated'],
    ['has drifted where the stamp is gone', { found: spec }, 'drifted'],
    ['has drifted where the tag is gone', { found: spec, sha256: '' }, 'drifted'],
    [
      'is equal at the version of our last write, whatever Grafana has made of it',
      { found: edited, last: { version: '3', sha256: ours } },
      'equal',
    ],
    [
      'is outdated at the version of our last write, which was of another document',
      { found: spec, sha256: ours, last: { version: '3', sha256: other } },
      'outdated',
    ],
    [
      'is equal at another version that changed nothing',
      { found: spec, sha256: ours, last: { version: '2', sha256: ours } },
      'equal',
    ],
    [
      'has drifted at another version that may have changed something',
      { found: rewritten, sha256: ours, last: { version: '2', sha256: ours } },
      'drifted',
    ],
    [
      'has drifted at another version that did',
      { found: edited, sha256: ours, last: { version: '2', sha256: ours } },
      'drifted',
    ],
    [
      'has drifted where somebody restored an older document of ours',
      { found: edited, sha256: other, last: { version: '2', sha256: ours } },
      'drifted',
    ],
    [
      'is outdated where a newer document is wanted than the one we wrote',
      { found: edited, sha256: other, last: { version: '2', sha256: other } },
      'outdated',
    ],
  ])('%s', (_name, { found, sha256, last }, expected) => {
    const remote = { spec: found, version: '3', stamp: sha256 === undefined ? undefined : { ...stamp, sha256 } };
    expect(contentState({ spec, sha256: ours }, remote, last)).toBe(expected);
  });
});
