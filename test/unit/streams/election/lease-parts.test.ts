import { describe, expect, test } from 'vitest';
import { createLease, getLease, leaseIdentity, updateLease } from '../../../../src/streams/lease-calls.js';
import { startStopwatch } from '../../../../src/streams/lease-clock.js';
import { microTime, parseLease } from '../../../../src/streams/lease-record.js';
import { LeaseTerm } from '../../../../src/streams/lease-term.js';

describe('a term', () => {
  test('lasts from its last renewal to the deadline', () => {
    let nowMs = 0;
    const stopwatch = () => {
      const from = nowMs;
      return { leastMs: () => 0, mostMs: () => nowMs - from };
    };
    const term = new LeaseTerm(stopwatch(), 7_000);
    nowMs = 6_000;
    expect([term.mayAct(), term.remainingMs()]).toEqual([true, 1_000]);
    term.renew(stopwatch());
    nowMs = 12_999;
    expect([term.mayAct(), term.remainingMs()]).toEqual([true, 1]);
    nowMs = 13_000;
    expect([term.mayAct(), term.remainingMs()]).toEqual([false, 0]);
    nowMs = 99_000;
    expect(term.remainingMs()).toBe(0);
  });

  test('that was said to be over is not brought back by a renewal', () => {
    let mostMs = 8_000;
    const term = new LeaseTerm({ leastMs: () => 0, mostMs: () => mostMs }, 7_000);
    expect(term.mayAct()).toBe(false);
    mostMs = 0;
    term.renew({ leastMs: () => 0, mostMs: () => 0 });
    expect([term.mayAct(), term.remainingMs()]).toEqual([false, 0]);
  });
});

test('the stopwatch of this machine goes by its clocks', async () => {
  const stopwatch = startStopwatch();
  await new Promise((resolve) => setTimeout(resolve, 30));
  const leastMs = stopwatch.leastMs();
  expect(leastMs).toBeGreaterThan(25);
  expect(stopwatch.mostMs()).toBeGreaterThanOrEqual(leastMs);
  expect(stopwatch.mostMs() - stopwatch.leastMs()).toBeLessThan(5_000);
});

test.each([
  [1_893_553_445_678_901, '2030-01-02T03:04:05.678901Z'],
  [1_893_553_445_000_007, '2030-01-02T03:04:05.000007Z'],
])('%d microseconds are %s', (micros, text) => {
  expect(microTime(micros)).toBe(text);
});

test('each identity is another, and names its pod', () => {
  expect(leaseIdentity('pod-0')).toMatch(/^pod-0_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(leaseIdentity('pod-0')).not.toBe(leaseIdentity('pod-0'));
});

test('requests name their path, and the rule that they need', () => {
  const place = { namespace: 'a/b', lease: 'c d' };
  const lease = parseLease({
    metadata: { uid: 'u', resourceVersion: '7', labels: { kept: 'yes' }, managedFields: [{}] },
    spec: { other: 1 },
  });
  const verbs = ['get', 'create', 'update'];
  const access = { group: 'coordination.k8s.io', resource: 'leases', namespace: 'a/b', verbs };
  const path = '/apis/coordination.k8s.io/v1/namespaces/a%2Fb/leases';
  const type = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
  expect(getLease(place)).toEqual({ method: 'GET', path: `${path}/c%20d`, access: { verb: 'get', ...access } });
  expect(createLease(place, { a: 1 })).toEqual({
    method: 'POST',
    path,
    body: { ...type, metadata: { name: 'c d', namespace: 'a/b' }, spec: { a: 1 } },
    access: { verb: 'create', ...access },
  });
  expect(updateLease(place, lease, { a: 1 })).toEqual({
    method: 'PUT',
    path: `${path}/c%20d`,
    body: { ...type, metadata: { uid: 'u', resourceVersion: '7', labels: { kept: 'yes' } }, spec: { a: 1 } },
    access: { verb: 'update', ...access },
  });
});

test('a Lease that says nothing is held by nobody', () => {
  const metadata = { uid: 'u', resourceVersion: '7' };
  const nobody = { holder: '', durationMs: 0, transitions: 0 };
  expect(parseLease({ metadata })).toMatchObject(nobody);
  expect(parseLease({ metadata, spec: { holderIdentity: 5, leaseDurationSeconds: 'x' } })).toMatchObject(nobody);
});
