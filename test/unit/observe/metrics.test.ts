import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SidecarEvent } from '../../../src/model.js';
import { createExposition } from '../../../src/observe/exposition.js';
import { createMetrics } from '../../../src/observe/metrics.js';
import {
  alive,
  configmaps,
  failed,
  gone,
  joined,
  lastTry,
  left,
  owner,
  secrets,
  told,
  untold,
  unwritten,
  written,
} from './events.js';
import { parseExposition } from './parse-exposition.js';

function setUp() {
  const state = { now: 5_000, ready: false };
  const metrics = createMetrics({
    version: '1.2.3',
    runtimeVersion: 'v26.0.0',
    clock: () => state.now,
    startedAt: 1_500,
    memory: () => ({ rss: 50_000_000, heapUsed: 9_000_000 }),
    ready: () => state.ready,
  });
  /** The samples of a family after these events. */
  const sample = (name: string, ...events: SidecarEvent[]) => {
    for (const event of events) metrics.observe(event);
    return parseExposition(metrics.text())[name]?.samples;
  };
  return { state, metrics, sample };
}

describe('the text', () => {
  test('is valid before anything has happened', () => {
    const { metrics } = setUp();
    expect(Object.entries(parseExposition(metrics.text())).map(([name, { samples }]) => [name, samples])).toEqual([
      ['k8s_sidecar_build_info', { '{version="1.2.3",runtime="v26.0.0"}': 1 }],
      ['k8s_sidecar_ready', { '': 0 }],
      ['k8s_sidecar_scopes_failing', { '': 0 }],
      ['k8s_sidecar_files', { '': 0 }],
      ['k8s_sidecar_file_conflicts_total', { '': 0 }],
      ['process_start_time_seconds', { '': 1.5 }],
      ['process_resident_memory_bytes', { '': 50_000_000 }],
      ['nodejs_heap_size_used_bytes', { '': 9_000_000 }],
    ]);
  });

  test('every value and label is escaped', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'a"\\\n{},= ') }), fc.double(), (text, value) => {
        const exposition = createExposition();
        exposition.gauge('a', text, ['b', 'c']).set({ b: text, c: 'x' }, value);
        exposition.counter('b_total', 'help').add({}, 2);
        const families = parseExposition(exposition.text());
        const [[labels, parsed] = ['', 0]] = Object.entries(families['a']?.samples ?? {});
        expect(JSON.parse(`"${/b="(.*)",c="x"}$/s.exec(labels)?.[1]}"`)).toBe(text);
        expect(parsed === 0 ? 0 : parsed).toBe(value === 0 ? 0 : value);
        expect(families['b_total']?.samples).toEqual({ '': 2 });
      }),
    );
  });

  test('a counter adds to the sample with the same labels', () => {
    const exposition = createExposition();
    const counter = exposition.counter('c_total', 'help', ['x']);
    counter.add({ x: 'a' });
    counter.add({ x: 'b' }, 3);
    counter.add({ x: 'a' });
    expect(parseExposition(exposition.text())['c_total']).toMatchObject({
      type: 'counter',
      samples: { '{x="a"}': 2, '{x="b"}': 3 },
    });
  });
});

describe('sources', () => {
  test('signs of life and failures are counted by kind', () => {
    const { sample } = setUp();
    const events = sample(
      'k8s_sidecar_watch_events_total',
      { type: 'init', scope: configmaps },
      { type: 'init-done', scope: configmaps },
      alive(),
      alive(secrets),
      failed(secrets, 'forbidden', 403),
      failed(configmaps, 'expired', 410),
    );
    expect(events).toEqual({
      '{resource="configmap",type="init"}': 1,
      '{resource="configmap",type="init-done"}': 1,
      '{resource="configmap",type="alive"}': 1,
      '{resource="secret",type="alive"}': 1,
      '{resource="secret",type="failed"}': 1,
      '{resource="configmap",type="failed"}': 1,
    });
    expect(sample('k8s_sidecar_watch_restarts_total')).toEqual({
      '{resource="secret",reason="forbidden"}': 1,
      '{resource="configmap",reason="expired"}': 1,
    });
  });

  test('scopes that fail are those that have not answered since', () => {
    const { sample } = setUp();
    const failing = 'k8s_sidecar_scopes_failing';
    expect(sample(failing, failed(), failed(), failed(secrets))).toEqual({ '': 2 });
    expect(sample(failing, { type: 'init', scope: configmaps })).toEqual({ '': 2 });
    expect(sample(failing, { type: 'objects', scope: configmaps, count: 1 })).toEqual({ '': 2 });
    expect(sample(failing, alive())).toEqual({ '': 1 });
    expect(sample(failing, { type: 'init-done', scope: secrets })).toEqual({ '': 0 });
  });

  test('objects of scopes in one namespace add up', () => {
    const { sample } = setUp();
    const named = (name: string) => ({ ...configmaps, fieldSelector: `metadata.name=${name}` });
    const [a, b] = [named('a'), named('b')];
    const samples = sample(
      'k8s_sidecar_objects',
      { type: 'objects', scope: a, count: 1 },
      { type: 'objects', scope: b, count: 1 },
      { type: 'objects', scope: a, count: 0 },
      { type: 'objects', scope: secrets, count: 7 },
      { type: 'objects', scope: { kind: 'secret', namespace: 'default' }, count: 2 },
    );
    expect(samples).toEqual({
      '{resource="configmap",namespace="default"}': 1,
      '{resource="secret",namespace="ALL"}': 7,
      '{resource="secret",namespace="default"}': 2,
    });
  });

  test('nothing is left of a namespace that left', () => {
    const { sample, metrics } = setUp();
    const a = { ...configmaps, namespace: 'a' };
    const b = { ...a, fieldSelector: 'metadata.name=x' };
    const counted = [a, b].map((scope): SidecarEvent => ({ type: 'objects', scope, count: 2 }));
    expect(sample('k8s_sidecar_objects', joined(a), joined(b), ...counted, left(a))).toEqual({
      '{resource="configmap",namespace="a"}': 2,
    });
    expect(sample('k8s_sidecar_objects', failed(b), left(b))).toBeUndefined();
    expect(sample('k8s_sidecar_scopes_failing')).toEqual({ '': 0 });
    const size = metrics.text().length;
    for (let life = 0; life < 100; life++) {
      const scope = { ...configmaps, namespace: `n-${life}` };
      sample('', joined(scope), failed(scope, 'forbidden'), { type: 'objects', scope, count: 1 }, left(scope));
    }
    expect(metrics.text().length - size).toBeLessThan(100);
  });

  test('a namespace that joined and is refused is failing, but in step', () => {
    const { sample, state } = setUp();
    const lastSync = 'k8s_sidecar_last_sync_success_timestamp_seconds';
    const refused = failed(secrets, 'forbidden', 403);
    sample('', joined(secrets), refused, { type: 'synced' });
    expect(sample('k8s_sidecar_scopes_failing')).toEqual({ '': 1 });
    state.now = 6_000;
    expect(sample(lastSync, alive())).toEqual({ '': 6 });
    state.now = 7_000;
    expect(sample(lastSync, failed(secrets, 'server', 500), alive())).toEqual({ '': 6 });
    expect(sample(lastSync, refused, alive())).toEqual({ '': 7 });
    state.now = 8_000;
    expect(sample(lastSync, failed(configmaps, 'forbidden', 403), alive(secrets))).toEqual({ '': 7 });
    expect(sample(lastSync, alive())).toEqual({ '': 8 });
  });

  test('the last sync is the last time that every scope was in step', () => {
    const { sample, state } = setUp();
    const lastSync = 'k8s_sidecar_last_sync_success_timestamp_seconds';
    expect(sample(lastSync, alive(), failed(secrets), alive(secrets))).toBeUndefined();
    expect(sample(lastSync, { type: 'synced' })).toEqual({ '': 5 });
    state.now = 6_000;
    expect(sample(lastSync, alive())).toEqual({ '': 6 });
    state.now = 7_000;
    expect(sample(lastSync, failed(secrets), alive())).toEqual({ '': 6 });
    state.now = 8_000;
    expect(sample(lastSync, alive(secrets))).toEqual({ '': 8 });
  });
});

describe('files', () => {
  test('are counted while they are in place', () => {
    const { sample } = setUp();
    const files = 'k8s_sidecar_files';
    expect(sample(files, written('/a'), written('/a', 'updated'), written('/b', 'unchanged'))).toEqual({ '': 2 });
    expect(sample(files, unwritten('/c'), unwritten('/a'))).toEqual({ '': 2 });
    expect(sample(files, gone('/a'), gone('/b', 'absent'), gone('/z'))).toEqual({ '': 0 });
    expect(sample('k8s_sidecar_file_operations_total')).toEqual({
      '{op="created"}': 1,
      '{op="updated"}': 1,
      '{op="unchanged"}': 1,
      '{op="failed"}': 2,
      '{op="removed"}': 2,
      '{op="absent"}': 1,
    });
    expect(sample('k8s_sidecar_write_errors_total')).toEqual({ '{errno="ENOSPC"}': 2 });
  });

  test('refusals and conflicts are counted', () => {
    const { sample } = setUp();
    const conflict: SidecarEvent = { type: 'conflict', path: '/a', winner: owner, loser: 'secret/b/c' };
    expect(sample('k8s_sidecar_file_conflicts_total', conflict, conflict)).toEqual({ '': 2 });
    expect(sample('k8s_sidecar_refused_total', { type: 'refused', key: owner, reason: 'base64', message: '' })).toEqual(
      {
        '{reason="base64"}': 1,
      },
    );
  });
});

test('notifications: what is owed, and when a target was last told', () => {
  const { sample, state } = setUp();
  const request = '{target="request"}';
  expect(sample('k8s_sidecar_notification_pending', untold(503))).toEqual({ [request]: 1 });
  expect(sample('k8s_sidecar_notification_last_success')).toEqual({ [request]: 0 });
  expect(sample('k8s_sidecar_notification_last_success_timestamp_seconds')).toBeUndefined();
  state.now = 9_000;
  expect(sample('k8s_sidecar_notification_pending', told())).toEqual({ [request]: 0 });
  expect(sample('k8s_sidecar_notification_last_success')).toEqual({ [request]: 1 });
  expect(sample('k8s_sidecar_notification_last_success_timestamp_seconds')).toEqual({ [request]: 9 });
  expect(sample('k8s_sidecar_notification_pending', lastTry())).toEqual({ [request]: 0 });
  expect(sample('k8s_sidecar_notifications_total')).toEqual({
    '{target="request",result="failed"}': 2,
    '{target="request",result="told"}': 1,
  });
});

test('ready is what /readyz says', () => {
  const { sample, state } = setUp();
  state.ready = true;
  expect(sample('k8s_sidecar_ready')).toEqual({ '': 1 });
});

test('the number of samples does not grow with files and objects', () => {
  const { metrics } = setUp();
  const lines = () => metrics.text().split('\n').length;
  const round = (index: number) => {
    metrics.observe(written(`/file-${index}`));
    metrics.observe(unwritten(`/other-${index}`));
    metrics.observe({ type: 'refused', key: `secret/a/${index}`, reason: 'path', message: String(index) });
  };
  round(0);
  const before = lines();
  for (let index = 1; index < 100; index++) round(index);
  expect(lines()).toBe(before);
});

test('runs of the validator are counted by their result', () => {
  const { sample } = setUp();
  const run = (result: 'passed' | 'refused'): SidecarEvent => ({ type: 'validation', result, objects: 1 });
  expect(sample('k8s_sidecar_validations_total', run('passed'), run('refused'), run('passed'))).toEqual({
    '{result="passed"}': 2,
    '{result="refused"}': 1,
  });
});
