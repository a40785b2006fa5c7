import { describe, expect, test } from 'vitest';
import { createNarrator, type NarratorOptions } from '../../../src/dev/narrator.js';
import { plainLog } from '../../../src/dev/plain-log.js';
import type { WatchedObject } from '../../../src/model.js';

const record = (level: string, msg: string, fields: object = {}) =>
  `${JSON.stringify({ time: '2026-01-01T00:00:00+00:00', level, msg, ...fields })}\n`;
const plain = (level: string, msg: string, fields: object = {}, toldElsewhere = true) =>
  plainLog(record(level, msg, fields), { toldElsewhere });

describe('the log in plain words', () => {
  test.each([
    ['wrote /files/a.yaml', { op: 'created', object: 'configmap/default/a', size: 1 }],
    ['removed /files/a b.yaml', { object: 'configmap/default/a' }],
    ['health server listening on port 4711', { port: 4711 }],
  ])('says at INFO what the log says: %s', (msg, fields) => {
    expect(plain('INFO', msg, fields)).toBe(msg);
  });

  test.each([
    ['DEBUG', 'listed the configmaps in namespace default'],
    ['INFO', 'k8s-sidecar 0.1.0 started'],
    ['INFO', 'stopping on SIGINT'],
    ['INFO', 'told request'],
  ])('leaves out at %s: %s', (level, msg) => {
    expect(plain(level, msg)).toBeUndefined();
  });

  test('says of a file that it was right already', () => {
    expect(plain('DEBUG', 'unchanged /files/a')).toBe('unchanged /files/a');
  });

  test('says that an application was told which does not say so itself', () => {
    expect(plain('INFO', 'told request', { status: 200 }, false)).toBe('told request');
  });

  test('names faults as such, with their cause', () => {
    expect(plain('WARNING', 'the path leads outside', { reason: 'path' })).toBe('warning: the path leads outside');
    expect(plain('ERROR', 'the disk is full')).toBe('error: the disk is full');
    expect(plain('CRITICAL', 'it ends', { error: { message: 'bad luck', code: 'X' } })).toBe(
      'error: it ends: bad luck',
    );
  });

  test.each([
    [{ objects: 4, created: 2, updated: 1, unchanged: 2 }, '4 objects, 3 files written, 2 unchanged'],
    [{ objects: 1, created: 1, updated: 0, unchanged: 0 }, '1 object, 1 file written, 0 unchanged'],
  ])('counts what the initial sync found: %j', (fields, counts) => {
    expect(plain('INFO', 'the initial sync is done', fields)).toBe(`the initial sync is done: ${counts}`);
  });
});

describe('the narrator', () => {
  function narrate(options: Partial<NarratorOptions> = {}) {
    const text: string[] = [];
    const narrator = createNarrator({
      write: (line) => text.push(line),
      plain: true,
      ownApplication: true,
      ...options,
    });
    return { ...narrator, text };
  }
  const reload = { type: 'reload', method: 'POST', path: '/' } as const;
  const object = { kind: 'configmap', namespace: 'default', name: 'a' } as WatchedObject;

  test('tells what came before the beginning after it', () => {
    const { begin, news, text } = narrate();
    news({ type: 'applied', object });
    expect(text).toEqual([]);
    begin('Welcome.\n');
    news({ type: 'deleted', key: 'configmap/default/a' });
    expect(text).toEqual(['Welcome.\n\n', 'applied configmap/default/a\n', 'deleted configmap/default/a\n']);
  });

  test('tells of manifests that are refused, cannot be read, and can again', () => {
    const { begin, news, text } = narrate();
    begin('');
    text.length = 0;
    news({ type: 'rejected', key: 'secret/default/a', message: 'too large.' });
    news({ type: 'unreadable', message: 'Expected YAML in a.yaml:3.' });
    news({ type: 'mended' });
    news({ type: 'loaded' });
    expect(text).toEqual([
      'error: the API did not take secret/default/a: too large.\n',
      expect.stringMatching(/^error: Expected YAML in a\.yaml:3\. .*the others go on.*\n$/),
      'all manifests can be read again\n',
    ]);
  });

  test('counts the files that changed since the reload before', () => {
    const { begin, log, reload: receive, text } = narrate();
    begin('');
    const reloads = () => text.filter((line) => line.startsWith('reload'));
    log(record('INFO', 'wrote /a'));
    log(record('INFO', 'removed /b'));
    log(record('DEBUG', 'unchanged /c'));
    receive(reload);
    log(record('INFO', 'wrote /a'));
    receive({ ...reload, method: 'GET', path: '/x' });
    receive(reload);
    expect(reloads()).toEqual([
      'reload received: POST / (2 changes)\n',
      'reload received: GET /x (1 change)\n',
      'reload received: POST / (owed from before)\n',
    ]);
  });

  test('shows the log as it is where the user has a say in it', () => {
    const { begin, log, reload: receive, text } = narrate({ plain: false });
    begin('');
    text.length = 0;
    log('level=INFO msg="wrote /a"\n');
    receive(reload);
    expect(text).toEqual(['level=INFO msg="wrote /a"\n', 'reload received: POST /\n']);
  });
});
