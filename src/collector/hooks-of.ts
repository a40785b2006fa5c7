import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { resolve } from 'node:path/posix';
import type { Config } from '../config/options.js';
import { scriptEnvironment } from '../config/script-environment.js';
import { secretsOf } from '../config/secrets-of.js';
import type { Hook } from '../operators/tell-hooks.js';
import { networkOf } from '../sinks/http/network-of.js';
import { notifyHttp } from '../sinks/http/notify-http.js';
import { requestOptions } from '../sinks/http/request-options.js';
import { verifyBy } from '../sinks/http/verify-by.js';
import type { CollectorIdentity } from './collector-identity.js';
import type { CollectorWorld } from './collector-world.js';
import type { FolderConfig } from './folder-config.js';

export interface ConfiguredHooks {
  /** In the order in which they are told. */
  readonly hooks: readonly Hook[];
  /** Why one of them cannot work as things are, one sentence each. */
  readonly faults: readonly string[];
}

/** Whom the configuration asks to tell. What is not asked for is not loaded. */
export async function hooksOf(
  config: FolderConfig,
  world: CollectorWorld,
  identity: CollectorIdentity,
): Promise<ConfiguredHooks> {
  const request = requestOptions(config, { ...world, ...identity });
  const { url } = request;
  const script = config.script === undefined ? undefined : await scriptHook(config.script, config, world, identity);
  const hooks = [
    ...(script === undefined ? [] : [script.hook]),
    ...(config.signal === undefined ? [] : [await signalHook(config.signal, config, world, request)]),
    ...(url === undefined
      ? []
      : [{ target: 'request', skipInitial: config.reqSkipInit, notify: notifyHttp({ ...request, url }) }]),
  ];
  return { hooks, faults: script?.fault === undefined ? [] : [script.fault] };
}

async function scriptHook(
  script: string,
  config: FolderConfig,
  { env, kill }: CollectorWorld,
  { instance, life, hash }: CollectorIdentity,
): Promise<{ readonly hook: Hook; readonly fault: string | undefined }> {
  const { notifyScript } = await import('../sinks/script/notify-script.js');
  const { eventFile } = await import('../sinks/script/event-file.js');
  const { scriptFault } = await import('../sinks/script/script-fault.js');
  const folder = resolve(config.folder);
  const directory = config.state.startsWith('/') ? config.state : folder;
  const scriptEnv = scriptEnvironment(env, secretsOf(config));
  const notify = notifyScript({
    script,
    folder,
    env: scriptEnv,
    timeoutMs: config.scriptTimeout * 1_000,
    retryIntervalMs: config.notifyRetryInterval * 1_000,
    instance,
    life,
    kill,
    once: config.method === 'LIST',
    eventFile: eventFile({ fs, directory: () => directory, identity: hash, random }),
  });
  return { hook: { target: 'script', skipInitial: false, notify }, fault: scriptFault(script, scriptEnv) };
}

async function signalHook(
  signal: NonNullable<Config['signal']>,
  config: FolderConfig,
  { env, pid, kill }: CollectorWorld,
  request: ReturnType<typeof requestOptions>,
): Promise<Hook> {
  const { notifySignal } = await import('../sinks/signal/notify-signal.js');
  const { signalProcess: selector, signalVerifyUrl: url } = config;
  if (selector === undefined) throw new TypeError('Expected SIGNAL to come with SIGNAL_PROCESS: readConfig checks it.');
  const notify = notifySignal({
    signal,
    selector,
    all: config.signalAll,
    self: { pid },
    kill,
    verify: url === undefined ? undefined : verifyBy({ url, request, caFile: networkOf(config, env).caFile }),
    verifyWithinMs: config.reqTimeout * 1_000,
    retryIntervalMs: config.notifyRetryInterval * 1_000,
    once: config.method === 'LIST',
  });
  return { target: 'signal', skipInitial: false, notify };
}

/** Sixteen hex digits. */
function random(): string {
  return randomUUID().replaceAll('-', '').slice(16);
}
