import { beforeEach, describe, expect, test } from 'vitest';
import type { SidecarEvent } from '../../../src/model.js';
import { createHealth, type Health, type HealthOptions } from '../../../src/observe/health.js';
import { alive, configmaps, failed, gone, joined, left, secrets, unwritten, written } from './events.js';

const listed: SidecarEvent = { type: 'init-done', scope: configmaps };
const synced: SidecarEvent = { type: 'synced' };
const journalFailed: SidecarEvent = { type: 'folder', state: 'journal-failed', error: new Error('full') };
const journalRecovered: SidecarEvent = { type: 'folder', state: 'journal-recovered' };

/** An event, or milliseconds that pass. */
type Step = SidecarEvent | number;

let now = 0;
beforeEach(() => {
  now = 1_000_000;
});

function run(steps: readonly Step[], options: Partial<HealthOptions> = {}): Health {
  const health = createHealth({ clock: () => now, ...options });
  for (const step of steps) {
    if (typeof step === 'number') now += step;
    else health.observe(step);
  }
  return health;
}

/** The endpoints that answer 200. */
function ok(health: Health): string {
  const { healthz, livez, readyz, startupz } = health;
  const answers = { healthz, livez, readyz, startupz };
  return Object.entries(answers)
    .filter(([, endpoint]) => endpoint().ok)
    .map(([name]) => name)
    .join(' ');
}

const ALL = 'healthz livez readyz startupz';
const start: readonly Step[] = [alive(), listed, written('/a'), synced];

describe('the truth table', () => {
  test.each<[claim: string, steps: readonly Step[], answersOk: string]>([
    ['nothing has happened', [], 'livez'],
    ['listed, but not on disk', [alive(), listed, written('/a')], 'livez'],
    ['the initial sync is on disk', start, ALL],
    [
      'an object was refused',
      [alive(), listed, { type: 'refused', key: 'secret/a/b', reason: 'path', message: '' }, synced],
      ALL,
    ],
    ['a file failed by the fault of its object', [alive(), listed, unwritten('/a', 'object', 'EISDIR'), synced], ALL],
    ['an initial file failed by the fault of the disk', [alive(), listed, unwritten('/a'), synced], 'livez'],
    ['it was written later', [alive(), listed, unwritten('/a'), synced, written('/a')], ALL],
    ['it was removed later', [alive(), listed, unwritten('/a'), synced, gone('/a')], ALL],
    ['nobody wants it any more', [alive(), listed, unwritten('/a'), synced, gone('/a', 'absent')], ALL],
    ['it stood there after all', [alive(), listed, unwritten('/a'), synced, written('/a', 'unchanged')], ALL],
    ['its fault is the object now', [alive(), listed, unwritten('/a'), synced, unwritten('/a', 'object')], ALL],
    [
      'one of two was written later',
      [alive(), listed, unwritten('/a'), unwritten('/b'), synced, written('/a')],
      'livez',
    ],
    ['it was written before the sync', [alive(), listed, unwritten('/a'), written('/a'), synced], ALL],
    ['the disk fails after the initial sync', [...start, unwritten('/b')], 'healthz livez startupz'],
    ['the disk is mended', [...start, unwritten('/b'), written('/b')], ALL],
    ['the journal cannot be written', [...start, journalFailed], 'healthz livez startupz'],
    ['the journal can be written again', [...start, journalFailed, journalRecovered], ALL],
    ['the folder was replaced', [...start, { type: 'folder', state: 'replaced' }], ALL],
    ['the API server fails for less than 60 s', [...start, failed(), 59_999], ALL],
    ['the API server fails for 60 s', [...start, failed(), 60_000], 'livez readyz startupz'],
    [
      'counted from the first failure',
      [...start, failed(), 30_000, failed(), 30_000, failed()],
      'livez readyz startupz',
    ],
    ['it answered in between', [...start, failed(), 30_000, failed(), alive(), 1, failed(), 59_999], ALL],
    ['a complete list is an answer', [...start, failed(), 59_999, listed, 1], ALL],
    [
      'the begin of a list is none',
      [...start, failed(), 59_999, { type: 'init', scope: configmaps }, 1],
      'livez readyz startupz',
    ],
    ['it answered at last', [...start, failed(), 120_000, failed(), alive()], ALL],
    [
      'the outage lasts for hours',
      [...start, ...Array.from({ length: 200 }, () => [failed(), 30_000]).flat()],
      'livez readyz startupz',
    ],
    ['a watch is silent within its promise', [...start, alive(), 71_000], ALL],
    ['a watch is silent for longer', [...start, alive(), 71_001], 'readyz startupz'],
    [
      'any event of the scope is a sign of life',
      [...start, 71_000, { type: 'objects', scope: configmaps, count: 1 }, 71_000],
      ALL,
    ],
    ['an event of another scope is none', [...start, 71_000, alive(secrets), 1], 'startupz'],
    ['a source that failed gets its wait and a request', [...start, failed(), 65_800], 'livez readyz startupz'],
    ['and is dead after that', [...start, failed(), 65_801], 'readyz startupz'],
    ['a dead watch comes back', [...start, alive(), 100_000, alive()], ALL],
    ['a further scope was not listed yet', [...start, alive(secrets)], 'healthz livez startupz'],
    ['a scope joined', [...start, joined(secrets)], 'healthz livez startupz'],
    ['a scope joined and was listed', [...start, joined(secrets), { type: 'init-done', scope: secrets }], ALL],
    ['a scope joined and left', [...start, joined(secrets), alive(secrets), left(secrets), 100_000, alive()], ALL],
    ['a scope joined and is refused', [...start, joined(secrets), failed(secrets, 'forbidden'), 61_000, alive()], ALL],
    [
      'a scope joined and fails for another reason',
      [...start, joined(secrets), failed(secrets, 'server'), 61_000, alive()],
      'livez startupz',
    ],
    [
      'a scope that was named is refused',
      [...start, alive(secrets), failed(secrets, 'forbidden'), 61_000, alive()],
      'livez startupz',
    ],
    [
      'a scope that joined is refused, and silent for longer than it said',
      [...start, joined(secrets), failed(secrets, 'forbidden'), 65_801, alive()],
      'readyz startupz',
    ],
    ['a list begins again', [...start, { type: 'init', scope: configmaps }], ALL],
    [
      'notifications fail',
      [...start, { type: 'notification', op: 'failed', target: 'x', covers: 1, tries: 1, message: '', retryInMs: 1 }],
      ALL,
    ],
  ])('%s', (_, steps, answersOk) => expect(ok(run(steps))).toBe(answersOk));
});

test('with SLEEP the API server may be silent for SLEEP_TIME longer', () => {
  const poll = alive(configmaps, 600_000);
  expect(ok(run([poll, listed, synced, failed(), 60_000], { sleepTimeMs: 5_000 }))).toContain('healthz');
  expect(ok(run([poll, listed, synced, failed(), 65_000], { sleepTimeMs: 5_000 }))).not.toContain('healthz');
});

describe('the reasons', () => {
  test('a scope that has not begun is named', () => {
    const health = run([alive(), listed], { scopes: [configmaps, secrets] });
    expect(health.readyz().reasons).toEqual([
      'the initial sync is not done',
      'secrets in all namespaces were not listed yet',
    ]);
    expect(health.startupz().reasons).toContain('secrets in all namespaces were not listed yet');
  });

  test('a failing scope is named with its error', () => {
    const health = run([...start, failed(secrets, 'forbidden', 403), 61_000]);
    expect(health.healthz().reasons).toEqual([
      'secrets in all namespaces could not be read for 61 s: forbidden as it is',
    ]);
    expect(health.readyz().reasons).toEqual(['secrets in all namespaces were not listed yet: forbidden as it is']);
  });

  test('a dead watch is named', () => {
    const reasons = ['the watch of configmaps in namespace default is dead: nothing came from it in time'];
    expect(run([...start, 100_000]).livez().reasons).toEqual(reasons);
  });

  test('failed files are counted, not named', () => {
    expect(run([...start, unwritten('/a'), unwritten('/b'), journalFailed]).readyz().reasons).toEqual([
      '2 files could not be written',
      'the journal of owned files cannot be written',
    ]);
  });

  test('a scope that left is named nowhere', () => {
    const health = run([...start, joined(secrets), failed(secrets, 'server', 500), left(secrets), 61_000, alive()]);
    expect(health.scopes().map(({ scope }) => scope)).toEqual(['configmaps in namespace default']);
    expect(health.healthz().reasons).toEqual([]);
  });

  test('namespaces that may not be listed are named', () => {
    const scope = { kind: 'namespace', namespace: undefined, labelSelector: 'team=a' } as const;
    expect(run([...start, failed(scope, 'forbidden', 403)], { scopes: [scope] }).readyz().reasons).toEqual([
      'namespaces (team=a) were not listed yet: forbidden as it is',
    ]);
  });

  test('each scope is shown with its state', () => {
    expect(run([...start, failed(), 1500, alive(secrets)]).scopes()).toEqual([
      {
        scope: 'configmaps in namespace default',
        listed: true,
        dead: false,
        failing: { forSeconds: 1, code: 'unreachable', message: 'unreachable as it is' },
      },
      { scope: 'secrets in all namespaces', listed: false, dead: false },
    ]);
  });
});
