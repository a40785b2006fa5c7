import { firstValueFrom, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { bestVersion } from '../../../../../src/sinks/grafana/client/api-versions.js';
import { discoverServer } from '../../../../../src/sinks/grafana/client/discover-server.js';
import type { GrafanaAnswer } from '../../../../../src/sinks/grafana/client/grafana-answer.js';
import type { GrafanaFamily } from '../../../../../src/sinks/grafana/client/grafana-client-options.js';
import type { GrafanaServer } from '../../../../../src/sinks/grafana/client/grafana-server.js';

type Given = readonly [status: number, json?: unknown];
interface Case {
  readonly health?: Given;
  readonly apis?: Given;
  readonly org?: Given;
  readonly api?: GrafanaFamily;
  readonly orgId?: number;
  readonly known?: GrafanaServer;
}

const HEALTH: Given = [200, { database: 'ok', version: '13.2.3' }];
const group = (name: string, ...versions: string[]) => ({
  name: `${name}.grafana.app`,
  versions: versions.map((version) => ({ groupVersion: `${name}.grafana.app/${version}`, version })),
  preferredVersion: { version: versions[0] },
});
const groups = (...list: object[]): Given => [200, { kind: 'APIGroupList', groups: list }];
const BOTH = groups(group('dashboard', 'v1', 'v2'), group('folder', 'v1'));

async function discover({ health = HEALTH, apis = BOTH, org = [200, { id: 1 }], api = 'auto', orgId, known }: Case) {
  const asked: string[] = [];
  const answers: Readonly<Record<string, Given>> = { '/api/health': health, '/apis': apis, '/api/org': org };
  const target = { api, orgId, base: 'http://grafana' };
  const server$ = discoverServer(
    ({ method, path }) => {
      asked.push(path);
      const [status, json] = answers[path] ?? [500];
      const request = `${method} http://grafana${path}`;
      return of<GrafanaAnswer>({ status, json, isPage: false, retryAfterMs: undefined, request });
    },
    target,
    known,
  );
  const found = await firstValueFrom(server$).catch((error) => error.code as string);
  return { found, asked };
}

const APIS = { namespace: 'default', versions: ['v1', 'v2'], classicVersion: 'v1', folderVersion: 'v1' };
const LEGACY: GrafanaServer = { version: '13.2.3', apis: undefined };

describe('what a Grafana has', () => {
  const cases: readonly (readonly [string, Case, unknown])[] = [
    ['both groups', {}, { version: '13.2.3', apis: APIS }],
    ['dashboards alone', { apis: groups(group('dashboard', 'v1')) }, LEGACY],
    ['folders alone', { apis: groups(group('folder', 'v1')) }, LEGACY],
    [
      'dashboards that may go',
      { apis: groups(group('dashboard', 'v1alpha1', 'v0alpha1'), group('folder', 'v1')) },
      LEGACY,
    ],
    ['folders that may go', { apis: groups(group('dashboard', 'v1'), group('folder', 'v1alpha1')) }, LEGACY],
    ['dashboards in v2 alone', { apis: groups(group('dashboard', 'v2', 'v2beta1'), group('folder', 'v1')) }, LEGACY],
    ['no group', { apis: groups() }, LEGACY],
    ['no /apis', { apis: [404, { message: 'Not found' }] }, LEGACY],
    ['no /apis, said by a page', { apis: [404] }, LEGACY],
    ['an /apis for others', { apis: [403, {}] }, LEGACY],
    [
      'groups of another kind',
      { apis: [200, { groups: [1, { name: 'dashboard.grafana.app', versions: 'v1' }] }] },
      LEGACY,
    ],
    ['no version to tell', { health: [200, { database: 'ok' }] }, { version: undefined, apis: APIS }],
    ['its health hidden', { health: [404] }, { version: undefined, apis: APIS }],
    ['its health hidden by a 403', { health: [403] }, { version: undefined, apis: APIS }],
    ['nothing that Grafana would say', { health: [404], apis: [404] }, 'malformed'],
    ['nothing but success', { health: [200], apis: [200] }, 'malformed'],
    ['wrong credentials', { apis: [401, {}] }, 'unauthorized'],
    ['a login before everything', { health: [401] }, 'unauthorized'],
    ['a database in trouble', { health: [503, { database: 'failing', version: '13.2.3' }] }, 'server'],
    ['trouble with /apis', { apis: [502] }, 'server'],
    ['too much to do', { apis: [429] }, 'throttled'],
  ];
  it.each(cases)('is seen: %s', async (_, given, expected) => {
    expect((await discover(given)).found).toEqual(expected);
  });

  it.each([
    [
      'below /apis in any version',
      { apis: groups(group('dashboard', 'v0alpha1'), group('folder', 'v0alpha1')) },
      'v0alpha1',
    ],
    [
      'the server prefers another schema',
      { apis: groups(group('dashboard', 'v2', 'v1beta1'), group('folder', 'v1')) },
      'v1beta1',
    ],
    [
      'the server prefers one that may go',
      { apis: groups(group('dashboard', 'v0alpha1', 'v1beta1', 'v1'), group('folder', 'v1')) },
      'v1',
    ],
  ] satisfies [string, Case, string][])('is taken where it is asked for: %s', async (_, given, version) => {
    const { found } = await discover({ ...given, api: 'apis' });
    expect(found).toMatchObject({ apis: { classicVersion: version } });
  });

  it('is an error where what is asked for is not there', async () => {
    expect((await discover({ api: 'apis', apis: groups(group('dashboard', 'v1')) })).found).toBe('malformed');
  });

  it('is not asked for where the old family is wanted', async () => {
    expect(await discover({ api: 'legacy' })).toEqual({ found: LEGACY, asked: ['/api/health'] });
  });

  it.each([
    ['its own of a token', { org: [200, { id: 7 }] }, 'org-7'],
    ['the first where it may not be asked', { org: [403, {}] }, 'default'],
    ['the first where it is not told', { org: [200, {}] }, 'default'],
    ['the configured one, unasked', { orgId: 4, org: [500] }, 'org-4'],
    ['the configured first one, unasked', { orgId: 1, org: [500] }, 'default'],
  ] satisfies [string, Case, string][])('has an organisation: %s', async (_, given, namespace) => {
    expect((await discover(given)).found).toMatchObject({ apis: { namespace } });
  });

  it.each([
    [401, 'unauthorized'],
    [503, 'server'],
  ])('is not guessed at where the organisation is answered with %d', async (status, code) => {
    expect((await discover({ org: [status] })).found).toBe(code);
  });
});

describe('what is known of a Grafana', () => {
  const known = { version: '13.2.3', apis: { ...APIS, namespace: 'org-9' } };

  it('holds while its version is the same', async () => {
    expect(await discover({ known })).toEqual({ found: known, asked: ['/api/health'] });
  });

  it('is asked anew where the version is another, or is not told', async () => {
    expect((await discover({ known: { ...known, version: '13.2.2' } })).asked).toContain('/apis');
    const unnamed = { ...known, version: undefined };
    expect((await discover({ known: unnamed, health: [200, { database: 'ok' }] })).asked).toContain('/apis');
  });

  it('is kept against who has no say: a 403 for /apis', async () => {
    const { found } = await discover({ known: { ...known, version: '13.2.2' }, apis: [403, {}] });
    expect(found).toEqual({ version: '13.2.3', apis: known.apis });
  });

  it('is not left for the 404 of a proxy while Grafana restarts', async () => {
    expect((await discover({ known, health: [404], apis: [404] })).found).toBe('malformed');
  });
});

describe('bestVersion', () => {
  it.each([
    [[], undefined],
    [['v1beta1', 'v1'], 'v1beta1'],
    [['v0alpha1', 'v1alpha1'], 'v1alpha1'],
    [['v1alpha2', 'v1alpha10'], 'v1alpha10'],
    [['v0alpha1', 'v1beta1', 'v1beta2'], 'v1beta2'],
    [['v0alpha1', 'v1beta1', 'v0', 'v1'], 'v1'],
    [['x', 'v0alpha1'], 'x'],
  ])('of %j is %s', (versions, expected) => {
    expect(bestVersion(versions)).toBe(expected);
  });
});
