import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { concat, from, lastValueFrom, NEVER, of, takeWhile, tap, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SidecarEvent } from '../../../../src/model.js';
import { decideOwedRetry, NO_FAILURES } from '../../../../src/operators/decide-owed-retry.js';
import { holdInitial } from '../../../../src/operators/hold-initial.js';
import { notifyUntilTold } from '../../../../src/operators/notify-until-told.js';
import { type Hook, tellHooks } from '../../../../src/operators/tell-hooks.js';
import { notifyHttp } from '../../../../src/sinks/http/notify-http.js';
import { notifyScript } from '../../../../src/sinks/script/notify-script.js';
import { scope } from '../../operators/events.js';
import { startServer } from '../http/start-server.js';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), 'hook-order-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const changed: readonly SidecarEvent[] = [
  { type: 'listed' },
  { type: 'file', op: 'created', path: '/f/a', owner: 'configmap/default/x', sha256: 'ab', size: 1 },
  { type: 'published' },
];

/** A script, a signal (of which the order matters alone), and a request to a real server: what happened, in order. */
async function run(content: string, timeoutMs: number): Promise<readonly string[]> {
  const log: string[] = [];
  const script = join(folder, 'script');
  fs.writeFileSync(script, content);
  await using server = await startServer([
    (response) => {
      log.push('request comes');
      response.end();
    },
  ]);
  const hooks: readonly Hook[] = [
    {
      target: 'script',
      skipInitial: false,
      notify: notifyScript({
        script,
        folder,
        env: { PATH: process.env['PATH'] ?? '' },
        timeoutMs,
        instance: 'pod',
        life: 'life',
        kill: (pid, signal) => process.kill(pid, signal),
      }),
    },
    {
      target: 'signal',
      skipInitial: false,
      notify: notifyUntilTold({
        target: 'signal',
        send: () => of({ op: 'told' as const }).pipe(tap(() => log.push('signal comes'))),
        unexpected: () => ({ op: 'failed', message: '' }),
        noFailures: NO_FAILURES,
        decideRetry: (before) => decideOwedRetry(before),
        timeoutMs: 1_000,
        once: false,
      }),
    },
    {
      target: 'request',
      skipInitial: false,
      notify: notifyHttp({ url: `http://127.0.0.1:${server.port}/`, name: 'request' }),
    },
  ];
  await lastValueFrom(
    concat(from(changed), NEVER).pipe(
      tellHooks({
        hooks,
        debts: { owedAtStart: new Set(), pay: () => undefined },
        debounceMs: 0,
        maxWaitMs: 0,
        hold: holdInitial({ scopes: [scope], maxWaitMs: 1_000 }),
      }),
      tap((said) => {
        log.push(said.type === 'hook-output' ? `${said.target} prints ${said.line}` : `${said.target} ${said.op}`);
      }),
      takeWhile(({ target }) => target !== 'request'),
      toArray(),
    ),
  );
  return log;
}

describe('script, then signal, then request', () => {
  const rest = ['signal comes', 'signal told', 'request comes', 'request told'];

  it('where all is well', async () => {
    expect(await run('sleep 0.05; echo done', 20_000)).toEqual(['script prints done', 'script told', ...rest]);
  });

  it('where the script fails, its first try alone is waited for', async () => {
    expect(await run('exit 1', 20_000)).toEqual(['script failed', ...rest]);
  });

  it('where the script hangs, for its timeout', async () => {
    expect(await run('trap "" TERM; while :; do sleep 60; done', 300)).toEqual(['script failed', ...rest]);
  });
});
