import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { options } from '../../src/config/options.js';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { row } from './row.js';
import { newWorld, said } from './world.js';

describe.skipIf(kubeMissing)('habits', { concurrent: true }, () => {
  it.for([
    ['true', true],
    ['TRUE', true],
    ['tRuE', true],
    ['', false],
    ['1', false],
    ['yes', false],
    ['on', false],
    [' true', false],
    ['false', false],
  ] as const)(row('booleans', '"%s" is %s'), async ([UNIQUE_FILENAMES, unique], context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '' });
    await world.collect({ UNIQUE_FILENAMES });
    expect(Object.keys(world.files())).toEqual([unique ? `namespace_${world.namespace}.configmap_a.a` : 'a']);
  });

  it(
    row('empty-values', 'every variable may be empty, and means what it means when it is not set'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      await world.putSecret('secret', { secret: '' });
      const empty = Object.fromEntries(Object.keys(options).map((name) => [name, '']));
      const { LABEL: _, FOLDER: __, KUBECONFIG: ___, HEALTH_PORT: ____, ...unset } = empty;
      const sidecar = await world.startSynced({ ...unset, REQ_URL: world.application.url });
      await eventually('it is told', () => world.application.requests.length === 1);
      expect(world.application.requests[0]?.method).toBe('GET');
      expect(world.files()).toEqual({ a: '1' });
      await world.put('b', { b: '1' });
      await world.holds({ a: '1', b: '1' });
      expect(new Set(sidecar.logs.map(({ level }) => level))).toEqual(new Set(['INFO']));
    },
  );

  it(row('words-and-lists', 'in any case, with blanks around'), async (context) => {
    const world = await newWorld(context);
    const other = await world.client.newNamespace('compat');
    await world.put('a', { a: '' });
    await world.putSecret('b', { b: '' }, { namespace: other });
    const sidecar = await world.collect({
      RESOURCE: 'Both',
      METHOD: 'List',
      NAMESPACE: ` ${world.namespace} , ${other},`,
      LOG_LEVEL: 'Debug',
      LOG_FORMAT: 'json',
      LOG_TZ: 'Utc',
      REQ_METHOD: 'Post',
      REQ_URL: world.application.url,
    });
    expect(world.files()).toEqual({ a: '', b: '' });
    expect(world.application.requests.map(({ method }) => method)).toEqual(['POST']);
    expect(sidecar.logs.some(({ level }) => level === 'DEBUG')).toBe(true);
    expect(sidecar.logs.every(({ time }) => time.endsWith('+00:00'))).toBe(true);
  });

  it(
    row(['silence-without-change', 'state-in-memory'], 'a restart over files that are as they should be tells nobody'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const env = { REQ_URL: world.application.url, NOTIFY_DEBOUNCE: '0.1' };
      const first = await world.startSynced(env);
      await eventually('it is told', () => said(first, 'INFO', /^told /).length === 1);
      await first.stop();
      await world.startSynced(env);
      await world.put('b', { b: '1' });
      await eventually('the change is told', () => world.application.requests.length === 2);
      await world.put('c', { c: '1' });
      await eventually('the next one too', () => world.application.requests.length === 3);
    },
  );

  it(
    row(
      ['script-before-request', 'silence-without-change', 'SCRIPT'],
      'a script that fails holds no request, and neither runs without a change',
    ),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const script = join(world.base, 'script');
      writeFileSync(script, 'exit 3\n');
      const env = { SCRIPT: script, REQ_URL: world.application.url, NOTIFY_DEBOUNCE: '0.1' };
      const sidecar = await world.startSynced(env);
      await eventually('the request comes', () => world.application.requests.length === 1);
      await eventually(
        'the failure is said',
        () => said(sidecar, 'WARNING').length + said(sidecar, 'ERROR').length > 0,
      );
      await world.patch('a', { metadata: { annotations: { note: '' } } });
      await world.put('b', { b: '1' });
      await eventually('the next request comes', () => world.application.requests.length === 2);
    },
  );

  it(
    row('arguments', 'a flag wins over its variable, for both of the flags that the established tool has'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const file = (name: string) => {
        const path = join(world.base, name);
        writeFileSync(path, name);
        return path;
      };
      const env = {
        REQ_URL: world.application.url,
        REQ_USERNAME_FILE: '/nonexistent',
        REQ_PASSWORD_FILE: '/nonexistent',
      };
      await world.collect(env, {
        args: [`--req-username-file=${file('user')}`, '--req-password-file', file('password')],
      });
      const wanted = `Basic ${Buffer.from('user:password').toString('base64')}`;
      expect(world.application.requests.map(({ headers }) => headers.authorization)).toEqual([wanted]);
    },
  );
});
