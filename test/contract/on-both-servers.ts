import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe } from 'vitest';
import { ApiClient } from './api-client.js';
import { type ServerKind, type StartedServer, servers } from './servers.js';

/** What a case starts from: a namespace of its own. */
export interface Given {
  readonly api: ApiClient;
  readonly namespace: string;
  /** Path of the namespace's ConfigMaps. */
  readonly configmaps: string;
  /** Path of the namespace's Secrets. */
  readonly secrets: string;
  readonly server: StartedServer;
}

export type GivenApi = () => Promise<Given>;

/**
 * The same cases on the real API server and on the embedded one. What the real one says is the truth: an expectation
 * that it fails is wrong, and one that only the embedded one fails is a fault of the embedded one.
 */
export function onBothServers(
  subject: string,
  cases: (given: GivenApi) => void,
  kinds: readonly ServerKind[] = servers,
): void {
  for (const { name, missing, start } of kinds)
    describe.skipIf(missing)(`${subject}, by ${name}`, () => {
      let server: StartedServer | undefined;
      let api: ApiClient | undefined;

      beforeAll(async () => {
        server = await start();
        api = new ApiClient(server.address);
      });
      afterAll(async () => {
        api?.close();
        await server?.stop();
      });

      cases(async () => {
        if (!api || !server) throw new Error('Expected the server to be started by now.');
        const namespace = await newNamespace(api);
        const root = `/api/v1/namespaces/${namespace}`;
        return { api, server, namespace, configmaps: `${root}/configmaps`, secrets: `${root}/secrets` };
      });
    });
}

/** Its name. On the real server it is never removed: no controller would finish it. */
export async function newNamespace(api: ApiClient): Promise<string> {
  const name = `contract-${randomBytes(5).toString('hex')}`;
  await api.create('/api/v1/namespaces', { metadata: { name } });
  return name;
}
