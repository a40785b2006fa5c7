import { Subject } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { type PathPlan, type Scope, SourceError } from '../../../../src/model.js';
import { type Claim, carryOut } from '../../../../src/sinks/grafana/carry-out.js';
import { compareDashboard } from '../../../../src/sinks/grafana/compare-dashboard.js';
import { DashboardTable } from '../../../../src/sinks/grafana/dashboard-table.js';
import { DeleteBrake } from '../../../../src/sinks/grafana/delete-brake.js';
import { DocumentQueue } from '../../../../src/sinks/grafana/document-queue.js';
import { DocumentShelf } from '../../../../src/sinks/grafana/document-shelf.js';
import type { DesiredDashboard } from '../../../../src/sinks/grafana/documents/desired-dashboard.js';
import type { RemoteDashboard } from '../../../../src/sinks/grafana/grafana-api.js';
import { ListedScopes } from '../../../../src/sinks/grafana/listed-scopes.js';
import { oneAtATime } from '../../../../src/sinks/grafana/one-at-a-time.js';
import { PacedVisits } from '../../../../src/sinks/grafana/paced-visits.js';
import { PushState } from '../../../../src/sinks/grafana/push-state.js';
import type { Wish } from '../../../../src/sinks/grafana/wish.js';
import { error, MemoryGrafana } from './memory-grafana.js';
import { configMap, dashboard, INSTANCE, Play, scope, virtualTime } from './play-push.js';

const document = (source: string, sha256 = 'a') => ({ source, sha256 }) as DesiredDashboard;
const source = (name: string) => `default/configmap/${name}/x.json`;

describe('DocumentShelf', () => {
  it('takes what fits, what was awaited in any case, and gives only the state that is asked for', () => {
    const shelf = new DocumentShelf(10);
    shelf.put(document('a'), 6);
    shelf.put(document('b'), 6);
    expect([shelf.get('a', 'a')?.source, shelf.get('b', 'a'), shelf.isFull]).toEqual(['a', undefined, false]);
    shelf.put(document('c'), 6, true);
    expect([shelf.get('c', 'a')?.source, shelf.get('c', 'other'), shelf.isFull]).toEqual(['c', undefined, true]);
    shelf.put(document('a', 'new'), 1);
    shelf.drop('c');
    shelf.put(document('b'), 9);
    expect(shelf.get('b', 'a')?.source).toBe('b');
    shelf.clear();
    expect(shelf.get('b', 'a')).toBeUndefined();
  });
});

describe('DocumentQueue', () => {
  it('fetches four objects at a time, each once for all that is wanted of it, and none while the shelf is full', () => {
    const fetched: string[] = [];
    const shelf = { isFull: false };
    const queue = new DocumentQueue(shelf, (owner) => fetched.push(owner));
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) queue.want(source(name));
    expect(fetched).toHaveLength(4);
    shelf.isFull = true;
    queue.fetched('configmap/default/a');
    expect(fetched).toHaveLength(4);
    shelf.isFull = false;
    queue.drop(source('e'));
    queue.pump();
    expect(fetched.at(-1)).toBe('configmap/default/f');
  });

  it('what is wanted of an object that is being fetched is fetched again', () => {
    const fetched: string[] = [];
    const queue = new DocumentQueue({ isFull: false }, (owner) => fetched.push(owner));
    queue.want(source('a'));
    queue.drop(source('a'));
    queue.want('default/configmap/a/y.json');
    expect(fetched).toHaveLength(1);
    queue.fetched('configmap/default/a');
    expect(fetched).toHaveLength(2);
  });
});

describe('oneAtATime', () => {
  it('gives the turn on after an error and after an end of the subscription, and never two have it', () => {
    const turn = oneAtATime();
    const log: string[] = [];
    const work = (name: string) => {
      const end$ = new Subject<void>();
      const subscription = turn(end$).subscribe({
        error: () => log.push(`${name} failed`),
        complete: () => log.push(`${name} done`),
      });
      return { end$, subscription };
    };
    const [a, b, c, d] = [work('a'), work('b'), work('c'), work('d')] as const;
    const active = () => [a, b, c, d].map(({ end$ }) => end$.observed);
    expect(active()).toEqual([true, false, false, false]);
    a.end$.error(new Error());
    expect(active()).toEqual([false, true, false, false]);
    c.subscription.unsubscribe();
    b.subscription.unsubscribe();
    expect(active()).toEqual([false, false, false, true]);
    d.end$.complete();
    expect(log).toEqual(['a failed', 'd done']);
  });
});

describe('DeleteBrake', () => {
  const brake = (ours: number, maxPercent = 50) => {
    let nowMs = 0;
    const one = new DeleteBrake({ maxPercent, ours: () => ours, now: () => nowMs });
    return {
      one,
      pass: (ms: number) => {
        nowMs += ms;
      },
    };
  };
  const request = (one: DeleteBrake, count: number, from = 0) => {
    for (let i = from; i < from + count; i += 1) one.request(`u${i}`);
  };

  it.each([
    [10, 10, false],
    [11, 22, false],
    [11, 21, true],
    [11, 11, true],
    [100, 1_000, false],
  ])('%i of %i: holds is %s', (count, ours, holds) => {
    const { one } = brake(ours);
    request(one, count);
    expect(one.holds).toBe(holds);
  });

  it('counts what went within the last minute, and forgets it then', () => {
    const { one, pass } = brake(20);
    request(one, 10);
    for (let i = 0; i < 10; i += 1) one.deleted(`u${i}`);
    pass(59_000);
    one.request('more');
    expect(one.holds).toBe(true);
    one.withdraw('more');
    pass(61_000);
    one.request('more');
    expect(one.holds).toBe(false);
  });

  it('what waits keeps the minute going: later deletes are of the same run', () => {
    const { one, pass } = brake(20);
    request(one, 10);
    for (let i = 0; i < 9; i += 1) one.deleted(`u${i}`);
    one.request('waits');
    pass(61_000);
    one.request('more');
    expect(one.count).toBe(12);
    expect(one.holds).toBe(true);
  });

  it('time alone allows nothing', () => {
    const { one, pass } = brake(20);
    request(one, 15);
    pass(10_000_000);
    expect(one.holds).toBe(true);
    for (let i = 0; i < 5; i += 1) one.withdraw(`u${i}`);
    expect(one.holds).toBe(false);
  });
});

describe('DashboardTable', () => {
  it('a try that ends for a record which went meanwhile does not take the new one along', () => {
    const wish: Wish = {
      uid: 'x',
      owner: 'configmap/default/a',
      source: source('a'),
      sha256: 'a',
      folder: undefined,
      folderTitle: undefined,
      isUrl: false,
    };
    const table = new DashboardTable(INSTANCE);
    const old = table.want(wish);
    table.takeStock([]);
    table.release('x');
    expect(table.get('x')).toBeUndefined();
    const record = table.want(wish);
    table.read(old, undefined);
    expect(table.get('x')).toBe(record);
  });
});

describe('carryOut', () => {
  it('what nobody wants any more is neither on the shelf nor fetched', () => {
    const state = new PushState(new Play().options, () => undefined);
    const object = configMap('a', { 'x.json': dashboard('x') });
    const [read] = new Play().options.desired(object).dashboards;
    if (read === undefined) throw new Error('Expected a dashboard.');
    const { sha256 } = read;
    const place = { folder: undefined, folderTitle: undefined, isUrl: false };
    const wish: Wish = { uid: 'x', owner: 'configmap/default/a', source: source('a'), sha256, ...place };
    state.inHand.set(wish.source, { document: read, size: 10 });
    const plans$ = new Subject<PathPlan<Claim>>();
    plans$
      .pipe(carryOut({ state, visit: () => undefined, claimAgain: () => undefined, listed: () => undefined }))
      .subscribe();
    const file = { path: 'x', wish };
    plans$.next({ type: 'plan', writes: [{ owner: wish.owner, file }], removes: [] });
    expect(state.shelf.get(wish.source, sha256)).toBe(read);
    state.queue.want(wish.source);
    plans$.next({ type: 'plan', writes: [], removes: [{ owner: wish.owner, path: 'x' }] });
    expect(state.shelf.get(wish.source, sha256)).toBeUndefined();
    expect(state.queue.isWanted(wish.source)).toBe(false);
  });
});

describe('PacedVisits', () => {
  virtualTime();

  it('visits ten in a second, none while Grafana is down, and skips what is not due any more', async () => {
    const visited: string[] = [];
    const skipped: string[] = [];
    let isUp = false;
    const paced = new PacedVisits({
      isDue: (uid) => uid !== 'd5',
      isUp: () => isUp,
      visit: (uid) => visited.push(uid),
      skip: (uid) => skipped.push(uid),
    });
    const subscription = paced.run$.subscribe();
    for (let i = 0; i < 20; i += 1) paced.add(`d${i}`);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(visited).toEqual([]);
    isUp = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(visited).toHaveLength(10);
    await vi.advanceTimersByTimeAsync(5_000);
    expect([visited.length, skipped]).toEqual([19, ['d5']]);
    subscription.unsubscribe();
  });
});

describe('compareDashboard', () => {
  const policies = new Play({ drift: 'warn' }).options;
  const wish: Wish = {
    uid: 'x',
    owner: 'configmap/default/a',
    source: source('a'),
    sha256: 'b'.repeat(64),
    folder: undefined,
    folderTitle: undefined,
    isUrl: false,
  };
  const remote: RemoteDashboard = {
    uid: 'x',
    title: 'x',
    folderUid: '',
    version: '2',
    resourceVersion: undefined,
    management: 'nobody',
    stamp: undefined,
    apiVersion: undefined,
    spec: { title: 'x', tags: ['k8s-sidecar'] },
  };

  it('a new wish goes over an edit that took our stamp away, whatever the policy', () => {
    const last = (sha256: string) => ({ version: '1', sha256, folderUid: '' });
    const compared = (sha256: string) =>
      compareDashboard({ wish, folderUid: undefined, document: undefined, remote, last: last(sha256) }, policies);
    expect(compared('a'.repeat(64))).toEqual({ act: 'save', op: 'updated', drift: false });
    expect(compared(wish.sha256)).toEqual({ act: 'leave', what: 'content' });
  });
});

describe('ListedScopes', () => {
  const other: Scope = { kind: 'configmap', namespace: 'other' };
  const forbidden = {
    type: 'failed',
    scope: other,
    error: new SourceError('forbidden', 'no'),
    retryInMs: 1,
  } as const;

  it('decides nothing while a list is to come; a refused one is not waited for, and proves nothing', () => {
    const lists = new ListedScopes({ scopes: [scope, other], scopesOf: () => [] });
    lists.note({ type: 'init-done', scope });
    expect(lists.isDeciding).toBe(true);
    expect(lists.note(forbidden)).toBe(true);
    expect(lists.isDeciding).toBe(false);
    expect(lists.proveGone('configmap/default/a')).toBe(true);
    expect(lists.proveGone('configmap/other/a')).toBe(false);
    expect(lists.mayExist('configmap/other/a')).toBe(true);
    expect(lists.note({ ...forbidden, error: new SourceError('server', 'no') })).toBe(false);
  });

  it('a scope that joined proves what it covers once it is complete, and nothing when it has left', () => {
    const lists = new ListedScopes({ scopes: [scope], scopesOf: () => [] });
    lists.note({ type: 'init-done', scope });
    lists.note({ type: 'joined', scope: other });
    expect(lists.proveGone('configmap/other/a')).toBe(false);
    lists.note({ type: 'init-done', scope: other });
    expect(lists.proveGone('configmap/other/a')).toBe(true);
    lists.note({ type: 'left', scope: other });
    expect(lists.proveGone('configmap/other/a')).toBe(false);
    expect([...lists.scopes]).toEqual([scope]);
  });
});

describe('faults of deletes and of the whole', () => {
  virtualTime();
  const one = (name: string, uid: string, more: Record<string, unknown> = {}) =>
    configMap(name, { 'x.json': dashboard(uid, more) });

  it('a dashboard that changed since it was read is read again before it is deleted', async () => {
    const play = new Play().start(one('a', 'x'));
    await play.pass(100);
    let conflicts = 1;
    play.grafana.fault = (call) => (call === 'remove' && conflicts-- > 0 ? error('conflict', 412) : undefined);
    play.delete('a');
    await play.pass(2_000);
    expect(play.outcomes).toEqual(['created x', 'deleted x']);
  });

  it.each([
    'provisioned',
    'forbidden',
  ] as const)('a delete that is %s is said, and tried again at the resync', async (code) => {
    const play = new Play().start(one('a', 'x'));
    await play.pass(100);
    play.grafana.fault = (call) => (call === 'remove' ? error(code) : undefined);
    play.delete('a');
    await play.pass(400_000);
    expect(play.outcomes).toEqual(['created x', 'refused x']);
    play.grafana.fault = () => undefined;
    await play.pass(400_000);
    expect(play.outcomes).toEqual(['created x', 'refused x', 'deleted x']);
  });

  it('a delete that failed with 500 is tried again', async () => {
    const play = new Play().start(one('a', 'x'));
    await play.pass(100);
    let faults = 2;
    play.grafana.fault = (call) => (call === 'remove' && faults-- > 0 ? error('server', 500) : undefined);
    play.delete('a');
    await play.pass(30_000);
    expect(play.outcomes).toEqual(['created x', 'failed x', 'failed x', 'deleted x']);
  });

  it('three dashboards that fail with 500 are a Grafana that is down: one probe at a time', async () => {
    const play = new Play();
    play.grafana.fault = (call) => (call === 'save' ? error('server', 500) : undefined);
    play.start(...Array.from({ length: 30 }, (_, i) => one(`o${i}`, `d${i}`)));
    await play.pass(60_000);
    expect(play.grafana.calls('save').length).toBeLessThan(15);
    play.grafana.fault = () => undefined;
    await play.pass(31_000);
    expect(play.grafana.dashboards.size).toBe(30);
  });

  it('a dashboard that is wanted again before it was deleted stays, without a write', async () => {
    const play = new Play().start(one('a', 'x'));
    await play.pass(100);
    play.delete('a');
    await play.pass(500);
    play.apply(one('a', 'x'));
    await play.pass(10_000);
    expect(play.grafana.written).toHaveLength(1);
  });

  it('an answer to the old credentials does not hold up the new ones', async () => {
    const credentialsChange$ = new Subject<void>();
    const play = new Play({ credentialsChange$, grafanaOptions: { latencyMs: 1_000 } });
    play.start(one('a', 'x'), one('b', 'y'));
    await play.pass(20_000);
    play.grafana.fault = () => error('unauthorized', 401);
    play.apply(one('a', 'x', { title: 'new' }));
    await play.pass(100);
    play.apply(one('b', 'y', { title: 'new' }));
    await play.pass(450);
    play.grafana.fault = () => undefined;
    credentialsChange$.next();
    await play.pass(20_000);
    expect(play.grafana.dashboards.get('x')?.title).toBe('new');
    expect(play.grafana.dashboards.get('y')?.title).toBe('new');
  });

  it('a user keeps the tag and loses the stamp: it is ours to update, and is not deleted', async () => {
    const grafana = new MemoryGrafana();
    grafana.put('x', { spec: { title: 'x', tags: ['k8s-sidecar'] } });
    const play = new Play({ grafana }).start(one('a', 'x'));
    await play.pass(100);
    expect(play.outcomes).toEqual(['updated x']);
    expect(grafana.dashboards.get('x')?.stamp?.instance).toBe(INSTANCE);
  });

  it('nothing goes while another list is to come, even of an object that went before our eyes', async () => {
    const other: Scope = { kind: 'configmap', namespace: 'slow' };
    const grafana = new MemoryGrafana();
    const stamp = { instance: INSTANCE, source: 'default/configmap/gone/x.json', uid: 'x', sha256: 'a'.repeat(64) };
    grafana.put('x', { management: 'stamped', stamp });
    const play = new Play({ grafana, scopes: [scope, other] }).start();
    await play.pass(10_000);
    expect(grafana.dashboards.size).toBe(1);
    play.say({ type: 'init-done', scope: other });
    await play.pass(10_000);
    expect(grafana.dashboards.size).toBe(0);
  });

  it('what changed while it waited for its turn to write is not written as it was', async () => {
    const play = new Play({ grafanaOptions: { latencyMs: 100 } }).start(one('a', 'x'), one('b', 'y'));
    // The first save is under way, the second waits for its turn.
    await play.pass(250);
    expect(play.grafana.calls('save')).toHaveLength(1);
    play.apply(one('b', 'y', { title: 'new' }));
    await play.pass(10_000);
    expect(play.grafana.calls('save')).toHaveLength(2);
    expect(play.grafana.dashboards.get('y')?.title).toBe('new');
  });

  it('a Secret is one like a ConfigMap', async () => {
    const secrets: Scope = { kind: 'secret', namespace: 'default' };
    const data = { 'x.json': Buffer.from(JSON.stringify(dashboard('x'))).toString('base64') };
    const play = new Play({ scopes: [secrets] }).open();
    play.say({ type: 'apply', scope: secrets, object: configMap('s', data, { kind: 'secret' }) });
    play.say({ type: 'init-done', scope: secrets });
    await play.pass(100);
    expect(play.grafana.written).toEqual([{ call: 'save', uid: 'x', message: 'Automatic update from secret s' }]);
  });

  it('nothing is asked any more once nobody listens', async () => {
    const play = new Play().start();
    await play.pass(100);
    play.stop();
    play.grafana.asked.length = 0;
    await play.pass(1_000_000);
    expect(play.grafana.asked).toEqual([]);
  });
});
