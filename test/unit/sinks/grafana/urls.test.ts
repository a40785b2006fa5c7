import { of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FetchedDashboard } from '../../../../src/sinks/grafana/push-options.js';
import { configMap, dashboard, Play, virtualTime } from './play-push.js';

const bytes = (document: unknown): FetchedDashboard => ({
  op: 'fetched',
  bytes: Buffer.from(JSON.stringify(document)),
});
const withUrl = (href = 'https://example.com/x.json', more: Record<string, string> = {}) =>
  configMap('a', { 'x.json.url': href }, { annotations: more });
const failure: FetchedDashboard = { op: 'failed', kind: 'status', reason: 'it answered 503', status: 503 };

describe('dashboards at URLs', () => {
  virtualTime();

  it('are pushed when they have come', async () => {
    const play = new Play({ fetchUrl: () => of(bytes(dashboard('x'))) }).start(withUrl());
    await play.pass(100);
    expect(play.outcomes).toEqual(['created x']);
    expect(play.grafana.dashboards.get('x')?.stamp?.source).toBe('default/configmap/a/x.json');
  });

  it('that fail are fetched again, and said', async () => {
    let answer: FetchedDashboard = failure;
    const play = new Play({ fetchUrl: () => of(answer) }).start(withUrl());
    await play.pass(100);
    expect(play.events).toContainEqual(
      expect.objectContaining({ type: 'url-failed', owner: 'configmap/default/a', status: 503 }),
    );
    answer = bytes(dashboard('x'));
    await play.pass(60_000);
    expect(play.outcomes).toEqual(['created x']);
  });

  it('keep what stands while a new URL is unresolved, also after a restart, and give it up when it names another uid', async () => {
    const play = new Play({ fetchUrl: () => of(bytes(dashboard('x'))) }).start(withUrl());
    await play.pass(100);
    play.stop();
    let answer: FetchedDashboard = failure;
    const again = new Play({ grafana: play.grafana, fetchUrl: () => of(answer) }).start(
      withUrl('https://example.com/other'),
    );
    await again.pass(400_000);
    expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
    answer = bytes(dashboard('y'));
    await again.pass(70_000);
    expect([...play.grafana.dashboards.keys()]).toEqual(['y']);
  });

  it('that hold no dashboard are refused, and what stands stays', async () => {
    let answer = bytes(dashboard('x'));
    const play = new Play({ fetchUrl: () => of(answer) }).start(withUrl());
    await play.pass(100);
    answer = { op: 'fetched', bytes: Buffer.from('no json') };
    play.apply(withUrl('https://example.com/new'));
    await play.pass(10_000);
    expect(play.events).toContainEqual(expect.objectContaining({ type: 'refused', reason: 'dashboard' }));
    expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
  });

  it('that are refused for good are not fetched again', async () => {
    let fetches = 0;
    const fetchUrl = () => {
      fetches += 1;
      return of<FetchedDashboard>({ op: 'refused', reason: 'it is a link-local address', final: true });
    };
    const play = new Play({ fetchUrl }).start(withUrl());
    await play.pass(700_000);
    expect(fetches).toBe(1);
    expect(play.events).toContainEqual(expect.objectContaining({ type: 'refused', reason: 'url' }));
  });

  it('move with the label of their object, and back to where they are when it goes', async () => {
    const play = new Play({ fetchUrl: () => of(bytes(dashboard('x'))) });
    play.grafana.folder('f', 1);
    play.start(withUrl());
    await play.pass(100);
    play.apply(withUrl(undefined, { folderUid: 'f' }));
    await play.pass(100);
    expect(play.grafana.dashboards.get('x')?.folderUid).toBe('f');
    expect(play.outcomes).toEqual(['created x', 'moved x']);
  });

  it('are fetched again where Grafana has lost them', async () => {
    let fetches = 0;
    const fetchUrl = () => {
      fetches += 1;
      return of(bytes(dashboard('x')));
    };
    const play = new Play({ fetchUrl }).start(withUrl());
    await play.pass(100);
    play.grafana.empty();
    await play.pass(400_000);
    expect(fetches).toBe(2);
    expect([...play.grafana.dashboards.keys()]).toEqual(['x']);
  });

  it('that come when their object is gone are nothing', async () => {
    const answer$ = new Subject<FetchedDashboard>();
    const play = new Play({ fetchUrl: () => answer$ }).start(withUrl());
    await play.pass(100);
    play.delete('a');
    answer$.next(bytes(dashboard('x')));
    await play.pass(10_000);
    expect(play.outcomes).toEqual([]);
  });

  it('without a way to fetch them are refused', async () => {
    const play = new Play().start(withUrl());
    await play.pass(100);
    expect(play.events).toContainEqual(expect.objectContaining({ type: 'refused', reason: 'url' }));
  });
});
