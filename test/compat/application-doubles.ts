import { createServer, type IncomingMessage } from 'node:http';
import { closed, listening } from './loopback-server.js';

export interface ApplicationDouble {
  /** `http://localhost:PORT`, as the charts write it. */
  readonly url: string;
  /** `dashboards 200`, `401`: what was asked to reload and how that went, in order. */
  readonly reloads: readonly string[];
  /** Listens; before, connections are refused, as while the application starts. */
  listen(): Promise<void>;
  close(): Promise<void>;
}

type Verdict = { readonly status: number; readonly name: string; readonly body: string };

async function double(judge: (request: IncomingMessage) => Verdict): Promise<ApplicationDouble> {
  const reloads: string[] = [];
  const server = createServer((request, response) => {
    const { status, name, body } = judge(request);
    reloads.push(`${name} ${status}`.trim());
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(body);
  });
  const port = await listening(server);
  await closed(server);
  return {
    url: `http://localhost:${port}`,
    reloads,
    listen: async () => void (await listening(server, port)),
    close: async () => void (server.listening && (await closed(server))),
  };
}

/**
 * Grafana's endpoints that reload provisioned files, as of 10 and earlier, which had notifiers: a POST by the administrator gets 200,
 * wrong credentials 401, everything else 404.
 */
export function grafanaDouble(user: string, password: string): Promise<ApplicationDouble> {
  const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const path = /^\/api\/admin\/provisioning\/(alerting|dashboards|datasources|notifications|plugins)\/reload$/;
  return double(({ method, url = '', headers }) => {
    const name = path.exec(url)?.[1];
    if (method !== 'POST' || name === undefined) return { status: 404, name: url, body: '{"message":"Not found"}' };
    if (headers.authorization !== authorization) {
      return { status: 401, name, body: '{"message":"Invalid username or password"}' };
    }
    return { status: 200, name, body: `{"message":"${name} config reloaded"}` };
  });
}

/** Jenkins' configuration as code: a POST whose query has the token gets 200, any other 401. */
export function jenkinsDouble(token: string): Promise<ApplicationDouble> {
  return double(({ method, url }) => {
    const allowed = method === 'POST' && url === `/reload-configuration-as-code/?casc-reload-token=${token}`;
    return { status: allowed ? 200 : 401, name: '', body: '' };
  });
}
