import { mkdirSync, renameSync } from 'node:fs';
import { delay, of, tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ResourceEvent, Scope, WatchedObject } from '../../../src/model.js';
import { applied, failed, init, initDone, listed, watched } from '../operators/events.js';
import { type Play, type Played, playSidecar } from './play-sidecar.js';

const cluster: Scope = { kind: 'namespace', namespace: undefined };

const namespace = (name: string) => watched(name, { kind: 'namespace', namespace: '' });
const gone = (name: string): ResourceEvent => ({ type: 'delete', scope: cluster, key: `namespace//${name}` });

const namespaces: Readonly<Record<string, ResourceEvent>> = {
  i: init(cluster),
  j: initDone(cluster),
  a: listed(namespace('a'), cluster),
  b: listed(namespace('b'), cluster),
  B: gone('b'),
  c: applied(namespace('b'), cluster) as ResourceEvent,
};

/** One ConfigMap in a namespace; `x.txt` is wanted in all of them, by the oldest first. */
const object = (name: string, version: number): WatchedObject =>
  watched('x', {
    namespace: name,
    creationTimestamp: name,
    data: { 'x.txt': `${name}${version}`, [`${name}.txt`]: `${version}` },
  });

/** `i1j`: a list with version 1; `2`: a change; `f`: forbidden. */
const eventsOf = (scope: Scope): Readonly<Record<string, ResourceEvent>> => ({
  i: init(scope),
  j: initDone(scope),
  f: failed('forbidden', scope),
  l: listed(object(scope.namespace as string, 1), scope),
  '2': applied(object(scope.namespace as string, 2), scope) as ResourceEvent,
  '3': applied(object(scope.namespace as string, 3), scope) as ResourceEvent,
});

const silence = '-'.repeat(200);

interface Diagrams {
  readonly of: string;
  readonly a?: string;
  readonly b?: string;
}

function play(diagrams: Diagrams, more: Partial<Play> = {}): Played & { readonly asked: readonly string[] } {
  const asked: string[] = [];
  const played = playSidecar(({ scheduler }) => ({
    scopes: [cluster],
    options: { scopesOf: (name) => [{ kind: 'configmap', namespace: name }] },
    source: (scope) => {
      asked.push(scope.namespace ?? 'namespaces');
      const { of: ofNamespaces, a = '(ilj)', b = '(ilj)' } = diagrams;
      return scope === cluster
        ? scheduler.createColdObservable(`${ofNamespaces}${silence}`, namespaces)
        : scheduler.createColdObservable(`${scope.namespace === 'a' ? a : b}${silence}`, eventsOf(scope));
    },
    ...more,
  }));
  return { ...played, asked };
}

const types = ({ events }: Played) => events.map(({ type }) => type);

describe('the files of namespaces', () => {
  it('stand once all that are there were listed, and only then is everything listed', () => {
    const played = play({ of: '(iabj)', b: '-----(ilj)' });
    expect(played.files).toEqual({ 'a.txt': '1', 'b.txt': '1', 'x.txt': 'a1' });
    expect(played.events.filter(({ type }) => type === 'synced')).toHaveLength(1);
    expect(types(played).indexOf('listed')).toBeGreaterThan(types(played).lastIndexOf('init-done'));
  });

  it('go with their namespace, and the next takes what both wanted', () => {
    const fetch = () => of(object('b', 1)).pipe(delay(3));
    const played = playSidecar(({ scheduler }) => ({
      scopes: [cluster],
      options: { scopesOf: (name) => [{ kind: 'configmap', namespace: name }] },
      fetch,
      source: (scope) =>
        scheduler.createColdObservable(
          scope === cluster ? `(iabj)---A${silence}` : `(ilj)${silence}`,
          scope === cluster ? { ...namespaces, A: gone('a') } : eventsOf(scope),
        ),
    }));
    expect(played.history.filter((line) => line.includes('x.txt'))).toEqual(['0 x.txt a1', '12 x.txt b1']);
    expect(played.files).toEqual({ 'b.txt': '1', 'x.txt': 'b1' });
  });

  it('a namespace that comes and goes and comes does not touch another one', () => {
    const { asked, history, files } = play({ of: '(iabj)----B----c' });
    expect(asked).toEqual(['namespaces', 'a', 'b', 'b']);
    expect(history.filter((line) => line.includes('b.txt'))).toEqual(['0 b.txt 1', '10 b.txt gone', '15 b.txt 1']);
    expect(history.filter((line) => !line.includes('b.txt'))).toHaveLength(2);
    expect(files).toEqual({ 'a.txt': '1', 'b.txt': '1', 'x.txt': 'a1' });
  });

  it('a change that is withheld as its namespace leaves is never seen again', () => {
    const { files, history } = play({ of: '(iabj)------B', b: '(ilj)----23' });
    expect(files).toEqual({ 'a.txt': '1', 'x.txt': 'a1' });
    expect(history.at(-1)).toBe('12 b.txt gone');
  });

  it('one that is refused holds up neither the end of the initial sync nor the others', () => {
    const played = play({ of: '(iabj)', b: '-f-f' });
    expect(played.files).toEqual({ 'a.txt': '1', 'x.txt': 'a1' });
    expect(types(played)).toContain('synced');
  });

  it('are all written again where the folder was replaced, and nobody joins twice', () => {
    let replaced = false;
    const played = playSidecar(({ scheduler }) => ({
      scopes: [cluster],
      options: { scopesOf: (name) => [{ kind: 'configmap', namespace: name }] },
      source: (scope, folder) => {
        const said = scope.namespace === 'b' ? `(ilj)-------2${silence}` : `(ilj)${silence}`;
        return scope === cluster
          ? scheduler.createColdObservable(`(iabj)${silence}`, namespaces)
          : scheduler.createColdObservable(said, eventsOf(scope)).pipe(
              tap((event) => {
                if (event.type === 'apply' && !replaced) {
                  replaced = true;
                  renameSync(folder, `${folder}-old`);
                  mkdirSync(folder);
                }
              }),
            );
      },
    }));
    expect(played.files).toMatchObject({ 'a.txt': '1', 'x.txt': 'a1' });
    expect(types(played).filter((type) => type === 'joined')).toHaveLength(2);
    expect(types(played).filter((type) => type === 'left')).toHaveLength(0);
    expect(types(played).filter((type) => type === 'init').length).toBeGreaterThan(3);
  });
});
