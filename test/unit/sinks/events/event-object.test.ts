import { expect, test } from 'vitest';
import type { WatchedObject } from '../../../../src/model.js';
import { eventObject } from '../../../../src/sinks/events/event-object.js';
import type { Notice } from '../../../../src/sinks/events/notice-of.js';
import { notice, watched } from './facts.js';

const options = { instance: 'grafana-0', nowMs: Date.UTC(2026, 7, 20, 9, 30, 15, 999) };

function made(more: { object?: Partial<WatchedObject>; notice?: Partial<Notice>; combined?: boolean } = {}) {
  const said = { ...notice(), ...more.notice };
  return eventObject(watched(more.object), { notice: said, combined: more.combined ?? false }, options);
}

test('it is a warning of ours about the object, by its uid, and holds nothing of its content', () => {
  expect(made()).toEqual({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: expect.stringMatching(/^rules\.[0-9a-f]{16}$/), namespace: 'team' },
    involvedObject: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'team',
      name: 'rules',
      uid: 'uid-1',
      resourceVersion: '7',
    },
    type: 'Warning',
    reason: 'PathRefused',
    message: 'no such folder',
    source: { component: 'k8s-sidecar' },
    reportingComponent: 'k8s-sidecar',
    reportingInstance: 'grafana-0',
    firstTimestamp: '2026-08-20T09:30:15Z',
    lastTimestamp: '2026-08-20T09:30:15Z',
    count: 1,
  });
});

test('of a Secret it says so', () => {
  expect(made({ object: { kind: 'secret' } }).involvedObject.kind).toBe('Secret');
});

test('its message gives no orders to a terminal, and is one line', () => {
  expect(made({ notice: { message: 'a\n\u009b2Jb\u202ec' } }).message).toBe('a\\u000a\\u009b2Jb\\u202ec');
});

const nameOf = (...args: Parameters<typeof made>) => made(...args).metadata.name;

test('what is said again has the name that it had, whoever says it and when, of whichever version', () => {
  const later = eventObject(
    watched({ resourceVersion: '8' }),
    { notice: notice(), combined: false },
    { instance: 'grafana-1', nowMs: 0 },
  );
  expect(later.metadata.name).toBe(nameOf());
});

test.each([
  ['another object of that name', { object: { uid: 'uid-2' } }],
  ['another entry', { notice: { about: 'entry b.yaml' } }],
  ['another reason', { notice: { reason: 'UrlRefused' } }],
  ['another message', { notice: { message: 'other' } }],
  ['combined ones', { combined: true }],
])('%s has another name', (_, more) => {
  expect(nameOf(more)).not.toBe(nameOf());
});

test('combined ones share one name for each reason, whatever they say', () => {
  const combined = made({ combined: true, notice: { about: 'entry b.yaml', message: 'other' } });
  expect(combined.metadata.name).toBe(nameOf({ combined: true }));
  expect(combined.metadata.name).not.toBe(nameOf({ combined: true, notice: { reason: 'UrlRefused' } }));
  expect(combined.message).toBe('(combined from similar events): other');
});

test.each([
  [236, /^x{236}\.[0-9a-f]{16}$/],
  [237, /^k8s-sidecar\.[0-9a-f]{16}$/],
])('the name of an object of %i characters makes a name that the API takes', (length, expected) => {
  const name = nameOf({ object: { name: 'x'.repeat(length) } });
  expect(name).toMatch(expected);
  expect(name.length).toBeLessThanOrEqual(253);
});

test('a message is cut, and not through a character', () => {
  expect(made({ notice: { message: 'x'.repeat(1_024) } }).message).toBe('x'.repeat(1_024));
  expect(made({ notice: { message: 'x'.repeat(1_025) } }).message).toBe(`${'x'.repeat(1_023)}…`);
  expect(made({ notice: { message: `${'x'.repeat(1_022)}😀😀` } }).message).toBe(`${'x'.repeat(1_022)}…`);
});
