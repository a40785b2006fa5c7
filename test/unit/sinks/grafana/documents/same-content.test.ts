import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Sameness, sameContent } from '../../../../../src/sinks/grafana/documents/same-content.js';
import type { Json, JsonObject } from '../../../../../src/sinks/grafana/grafana-api.js';
import { anySpec } from './objects.js';

test('what Grafana gives back as it got it is the same', () => {
  fc.assert(
    fc.property(anySpec, (spec) => {
      const found = JSON.parse(JSON.stringify({ ...spec, id: 7, uid: 'cpu', version: 3 }));
      expect(sameContent(spec, found)).toBe('same');
      expect(sameContent(found, spec)).toBe('same');
    }),
  );
});

test('the same content is so however its keys are ordered', () => {
  const spec = { title: 'CPU', panels: [{ id: 1, type: 'graph' }], time: { from: 'now-1h', to: 'now' } };
  const found = { time: { to: 'now', from: 'now-1h' }, panels: [{ type: 'graph', id: 1 }], title: 'CPU' };
  expect(sameContent(spec, found)).toBe('same');
});

const builtIn = { builtIn: 1, name: 'Annotations & Alerts' };
const panel = { id: 1, gridPos: { x: 0 }, libraryPanel: { uid: 'l', name: 'L' } };

describe.each<[string, readonly [string, JsonObject, JsonObject, Sameness][]]>([
  [
    'what a user changes',
    [
      ['a title', { title: 'CPU' }, { title: 'RAM' }, 'different'],
      ['a title that is gone', { title: 'CPU' }, {}, 'different'],
      ['a number', { a: 1 }, { a: 2 }, 'different'],
      ['a type', { a: 1 }, { a: '1' }, 'different'],
      ['a list into an object', { a: [] }, { a: {} }, 'different'],
      ['an object into a list', { a: {} }, { a: [] }, 'different'],
      ['an object into a text', { a: { b: 1 } }, { a: 'b' }, 'different'],
      ['nothing into something', { a: null }, { a: 1 }, 'different'],
      ['something into nothing', { a: 1 }, { a: null }, 'different'],
      ['a panel that is gone', { panels: [{ id: 1 }, { id: 2 }] }, { panels: [{ id: 1 }] }, 'different'],
      ['a panel more', { panels: [{ id: 1 }] }, { panels: [{ id: 1 }, { id: 2 }] }, 'different'],
      [
        'panels in another order',
        { panels: [{ type: 'a' }, { type: 'b' }] },
        { panels: [{ type: 'b' }, { type: 'a' }] },
        'different',
      ],
      ['deep in it', { a: [{ b: { c: [1] } }] }, { a: [{ b: { c: [2] } }] }, 'different'],
      ['a key that is gone', { a: { b: 1 } }, { a: {} }, 'different'],
      ['tags', { tags: ['a'] }, { tags: ['b'] }, 'different'],
      ['an older schema', { schemaVersion: 39 }, { schemaVersion: 38 }, 'different'],
      ['a difference beside a doubt', { a: 1, b: null }, { a: 2 }, 'different'],
      ['a doubt before a difference', { a: [{ b: null }, 1] }, { a: [{}, 2] }, 'different'],
    ],
  ],
  [
    'what Grafana adds or leaves out',
    [
      [
        'identities',
        { title: 'CPU', id: null, uid: 'a', version: 0 },
        { title: 'CPU', id: 7, uid: 'b', version: 3 },
        'same',
      ],
      ['an id of a panel that had none', { panels: [{ type: 'a' }] }, { panels: [{ type: 'a', id: 1 }] }, 'same'],
      ['a key', { title: 'CPU' }, { title: 'CPU', editable: true }, 'doubtful'],
      ['a key deep in it', { a: [{ b: 1 }] }, { a: [{ b: 1, c: 2 }] }, 'doubtful'],
      ...[null, false, '', [], {}].map((value): [string, JsonObject, JsonObject, Sameness] => [
        `what says nothing: ${JSON.stringify(value)}`,
        { title: 'CPU', a: value as Json },
        { title: 'CPU' },
        'doubtful',
      ]),
      ['zero says something', { a: 0 }, {}, 'different'],
      ['a list that says something', { a: [null] }, {}, 'different'],
      ['a key that every object in JavaScript has', { constructor: 5 }, {}, 'different'],
      ['such a key that says nothing', { constructor: null }, {}, 'doubtful'],
      ['the same the other way round', {}, JSON.parse('{"constructor":5}'), 'doubtful'],
      ['annotations that are built in', {}, { annotations: { list: [builtIn] } }, 'same'],
      [
        'the same, beside those that are wanted',
        { annotations: { list: [{ name: 'a' }] } },
        { annotations: { list: [builtIn, { name: 'a' }] } },
        'same',
      ],
      ['they are wanted, and missing', { annotations: { list: [builtIn] } }, { annotations: { list: [] } }, 'same'],
      ['annotations of a user', {}, { annotations: { list: [{ name: 'a' }] } }, 'doubtful'],
      [
        'annotations that a user took away',
        { annotations: { list: [{ name: 'a' }] } },
        { annotations: { list: [builtIn] } },
        'different',
      ],
      [
        'annotations that a user changed',
        { annotations: { list: [{ name: 'a' }] } },
        { annotations: { list: [{ name: 'b' }] } },
        'different',
      ],
      ['annotations that are none', { annotations: 5 }, { annotations: 6 }, 'different'],
    ],
  ],
  [
    'what Grafana rewrites',
    [
      [
        'a newer schema',
        { title: 'CPU', schemaVersion: 16 },
        { title: 'RAM', schemaVersion: 42, panels: [] },
        'doubtful',
      ],
      ['a schema where there was none', { title: 'CPU' }, { title: 'CPU', schemaVersion: 42 }, 'doubtful'],
      ['a title that is trimmed', { title: ' CPU ' }, { title: 'CPU' }, 'same'],
      ['half of a surrogate', { a: 'x\ud800' }, { a: 'x\ufffd' }, 'same'],
      ['another text', { a: 'x\ud800' }, { a: 'y\ufffd' }, 'different'],
      ['a number that JSON cannot hold', { a: Number.POSITIVE_INFINITY }, { a: null }, 'same'],
      [
        'a panel of the library',
        { panels: [panel] },
        { panels: [{ ...panel, type: 'graph', libraryPanel: { uid: 'l', name: 'M', meta: {} } }] },
        'same',
      ],
      [
        'another one of the library',
        { panels: [panel] },
        { panels: [{ ...panel, libraryPanel: { uid: 'm', name: 'L' } }] },
        'different',
      ],
      ['at another place', { panels: [panel] }, { panels: [{ ...panel, gridPos: { x: 1 } }] }, 'different'],
      [
        'no longer of the library',
        { panels: [panel] },
        { panels: [{ id: 1, gridPos: { x: 0 }, type: 'a' }] },
        'different',
      ],
    ],
  ],
  [
    'refresh',
    [
      ['too short', { refresh: '1s' }, { refresh: '5s' }, 'doubtful'],
      ['too short for what is configured', { refresh: '500ms' }, { refresh: '1m' }, 'doubtful'],
      ['no duration', { refresh: 'often' }, { refresh: '5s' }, 'doubtful'],
      ['the same', { refresh: '1s' }, { refresh: '1s' }, 'same'],
      ['the same nonsense', { refresh: 'often' }, { refresh: 'often' }, 'same'],
      ['made shorter', { refresh: '1m' }, { refresh: '10s' }, 'different'],
      ['written in another way', { refresh: '60s' }, { refresh: '1m' }, 'different'],
      ['switched off', { refresh: '1m' }, { refresh: '' }, 'different'],
      ['switched on', { refresh: '' }, { refresh: '1m' }, 'different'],
      ['auto is left alone', { refresh: 'auto' }, { refresh: '1m' }, 'different'],
      ['set where it was not', {}, { refresh: '1m' }, 'doubtful'],
      ['taken away', { refresh: '1m' }, {}, 'different'],
      ['false says nothing', { refresh: false }, {}, 'doubtful'],
      ['false became a text', { refresh: false }, { refresh: '1m' }, 'different'],
      ['in days and years', { refresh: '1d' }, { refresh: '1y' }, 'doubtful'],
      ['in months and weeks', { refresh: '1M' }, { refresh: '4w' }, 'different'],
      ['in hours', { refresh: '59m' }, { refresh: '1h' }, 'doubtful'],
    ],
  ],
])('%s', (_what, cases) => {
  test.each(cases)('%s', (_name, wanted, found, expected) => {
    expect(sameContent(wanted, found)).toBe(expected);
  });
});
