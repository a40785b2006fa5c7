import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterEach } from 'vitest';
import { type FakeGrafana, type FakeGrafanaOptions, startFakeGrafana } from '../../../../src/testing/index.js';

export interface AskOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A token, `login:password`, or `null` for none. @default 'editor' */
  readonly as?: string | null;
}

// biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at field by field.
type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly json: Json;
}

/** One of each line of versions whose rules differ. */
export const EVERY_VERSION = ['9.5', '10.0', '10.4', '11.2', '11.6', '12.0', '12.x', '13.0', '13.2'];

const opened: FakeGrafana[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((grafana) => grafana.close()));
});

/** Closed after the test. Its tokens are `editor`, `viewer`, and `other` in organisation 2. */
export async function start(version: string, options: FakeGrafanaOptions = {}): Promise<FakeGrafana> {
  const tokens = [
    { name: 'editor', token: 'editor' },
    { name: 'viewer', token: 'viewer', role: 'Viewer' as const },
    { name: 'other', token: 'other', orgId: 2 },
  ];
  const grafana = await startFakeGrafana({ version, tokens, orgs: [2], ...options });
  opened.push(grafana);
  return grafana;
}

/** One request, to the end of its answer. Rejects with the socket's error. */
export function ask(grafana: FakeGrafana, path: string, options: AskOptions = {}): Promise<Answer> {
  const { body, as = 'editor' } = options;
  const payload = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const method = options.method ?? (payload === undefined ? 'GET' : 'POST');
  const scheme = as?.includes(':') ? `Basic ${Buffer.from(as).toString('base64')}` : `Bearer ${as}`;
  const headers = {
    ...(as !== null && { authorization: scheme }),
    ...(payload !== undefined && {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(payload)),
    }),
    ...options.headers,
  };
  const send = grafana.url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = send(`${grafana.url}${path}`, { method, headers, agent: false, ca: grafana.ca }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, json: JSON.parse(text) });
      });
    });
    asked.on('error', reject);
    asked.end(payload);
  });
}

/** POST /api/dashboards/db */
export function save(
  grafana: FakeGrafana,
  dashboard: unknown,
  more: Readonly<Record<string, unknown>> = {},
  options: AskOptions = {},
): Promise<Answer> {
  return ask(grafana, '/api/dashboards/db', { ...options, body: { dashboard, ...more } });
}

export const dashboardsPath = (version: string, namespace = 'default') =>
  `/apis/dashboard.grafana.app/${version}/namespaces/${namespace}/dashboards`;
export const foldersPath = (version: string, namespace = 'default') =>
  `/apis/folder.grafana.app/${version}/namespaces/${namespace}/folders`;

/** A dashboard as /apis takes it. */
export function resource(version: string, name: string, metadata: object = {}, spec: object = { title: name }) {
  return { apiVersion: `dashboard.grafana.app/${version}`, kind: 'Dashboard', metadata: { name, ...metadata }, spec };
}

export function folderResource(version: string, name: string, metadata: object = {}, spec: object = { title: name }) {
  return { apiVersion: `folder.grafana.app/${version}`, kind: 'Folder', metadata: { name, ...metadata }, spec };
}
