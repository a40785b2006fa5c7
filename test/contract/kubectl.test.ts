import { afterEach, expect, test } from 'vitest';
import { kubeBinariesOfThisRun, kubeMissing } from '../kube/kube-of-this-run.js';
import { bare } from './answers.js';
import type { Body } from './api-body.js';
import { Kubectl } from './kubectl.js';
import { onBothServers } from './on-both-servers.js';
import { servers } from './servers.js';

/** The cells of what kubectl prints, without the last column: an age. */
const table = (lines: readonly string[]) =>
  lines.filter((line) => line !== '').map((line) => line.split(/\s+/).slice(0, -1).join(' '));
const printed = (text: string) => table(text.split('\n'));
const parsed = (text: string) => JSON.parse(text) as Body;
const failed = (stderr: string, code = 1) => ({ code, stdout: '', stderr });
const manifest = (data: object, labels?: object) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', labels }, data });

onBothServers(
  'kubectl',
  (given) => {
    let kubectl: Kubectl | undefined;
    afterEach(() => kubectl?.stop());

    /** kubectl in a namespace of its own. */
    async function started() {
      const all = await given();
      kubectl = await Kubectl.start(kubeBinariesOfThisRun().kubectl, all.server.kubeconfig(all.namespace));
      return { ...all, kubectl };
    }

    test('creates a ConfigMap, a Secret and a namespace from the command line', async () => {
      const { kubectl, api, configmaps, secrets, namespace } = await started();
      expect(await kubectl.ok('create', 'configmap', 'c', '--from-literal=k=v', '--from-literal=q=r')).toBe(
        'configmap/c created\n',
      );
      expect(await kubectl.ok('create', 'secret', 'generic', 's', '--from-literal=p=q')).toBe('secret/s created\n');
      expect(await kubectl.ok('create', 'namespace', `${namespace}-x`)).toBe(`namespace/${namespace}-x created\n`);
      expect((await api.get(`${configmaps}/c`)).body.data).toEqual({ k: 'v', q: 'r' });
      expect((await api.get(`${secrets}/s`)).body).toMatchObject({ data: { p: 'cQ==' }, type: 'Opaque' });
      expect((await api.get(`/api/v1/namespaces/${namespace}-x`)).status).toBe(200);
    });

    test('creates from a file once, and is told when it is there already', async () => {
      const { kubectl } = await started();
      await kubectl.file('m.json', manifest({ k: '1' }));
      expect(await kubectl.ok('create', '-f', 'm.json', '--validate=false')).toBe('configmap/m created\n');
      expect(await kubectl.run('create', '-f', 'm.json', '--validate=false')).toEqual(
        failed('Error from server (AlreadyExists): error when creating "m.json": configmaps "m" already exists\n'),
      );
    });

    test('gets a table, of one kind and of several', async () => {
      const { kubectl } = await started();
      await kubectl.ok('create', 'configmap', 'c', '--from-literal=k=v');
      await kubectl.ok('create', 'secret', 'generic', 's', '--from-literal=p=q');
      expect(printed(await kubectl.ok('get', 'configmaps'))).toEqual(['NAME DATA', 'c 1']);
      expect(printed(await kubectl.ok('get', 'cm,secret'))).toEqual([
        'NAME DATA',
        'configmap/c 1',
        'NAME TYPE DATA',
        'secret/s Opaque 1',
      ]);
      expect(printed(await kubectl.ok('get', 'cm', 'c', '--no-headers'))).toEqual(['c 1']);
    });

    test('gets names, JSON and YAML', async () => {
      const { kubectl, api, configmaps, namespace } = await started();
      const made = await api.create(configmaps, { metadata: { name: 'c', labels: { l: '1' } }, data: { k: 'v' } });
      expect(await kubectl.ok('get', 'cm', '-o', 'name')).toBe('configmap/c\n');
      const object = {
        kind: 'ConfigMap',
        apiVersion: 'v1',
        metadata: { name: 'c', namespace, labels: { l: '1' } },
        data: { k: 'v' },
      };
      expect(bare(parsed(await kubectl.ok('get', 'cm', 'c', '-o', 'json')))).toEqual(object);
      const list = parsed(await kubectl.ok('get', 'cm', '-o', 'json'));
      expect(list.kind).toBe('List');
      expect(list.items?.map(bare)).toEqual([object]);
      expect(await kubectl.ok('get', 'cm', 'c', '-o', 'jsonpath={.metadata.uid}')).toBe(made.metadata.uid);
      expect(await kubectl.ok('get', 'cm', 'c', '-o', 'yaml')).toContain('data:\n  k: v\nkind: ConfigMap\n');
    });

    test('gets by selectors, over all namespaces, and says when there is nothing', async () => {
      const { kubectl, api, configmaps, namespace } = await started();
      for (const name of ['a', 'b'])
        await api.create(configmaps, { metadata: { name, labels: { [name]: namespace } } });
      expect(await kubectl.ok('get', 'cm', '-l', `a=${namespace}`, '-o', 'name')).toBe('configmap/a\n');
      expect(await kubectl.ok('get', 'cm', '--field-selector', 'metadata.name=b', '-o', 'name')).toBe('configmap/b\n');
      expect(printed(await kubectl.ok('get', 'cm', '-A', '-l', `b=${namespace}`, '--no-headers'))).toEqual([
        `${namespace} b 0`,
      ]);
      expect(await kubectl.run('get', 'secrets')).toEqual({
        code: 0,
        stdout: '',
        stderr: `No resources found in ${namespace} namespace.\n`,
      });
    });

    test('is told what is not there', async () => {
      const { kubectl } = await started();
      expect(await kubectl.run('get', 'cm', 'none')).toEqual(
        failed('Error from server (NotFound): configmaps "none" not found\n'),
      );
      expect(await kubectl.run('get', 'nothings')).toEqual(
        failed('error: the server doesn\'t have a resource type "nothings"\n'),
      );
    });

    test('watches: what is there, then each change', async () => {
      const { kubectl, api, configmaps } = await started();
      await api.create(configmaps, { metadata: { name: 'a' } });
      const lines = await kubectl.until(
        ['get', 'cm', '-w'],
        (seen) => seen.length === 5,
        async () => {
          await api.create(configmaps, { metadata: { name: 'b' }, data: { k: '1' } });
          await api.patch(`${configmaps}/a`, { data: { k: '1', q: '2' } });
          await api.delete(`${configmaps}/b`);
        },
      );
      expect(table(lines)).toEqual(['NAME DATA', 'a 0', 'b 1', 'a 2', 'b 1']);
    });

    test('watches one object, with the kinds of events, and only what changes', async () => {
      const { kubectl, api, configmaps } = await started();
      await api.create(configmaps, { metadata: { name: 'a' } });
      const [, ...events] = await kubectl.until(
        ['get', 'cm', 'a', '-w', '--output-watch-events'],
        (seen) => seen.length === 4,
        async () => {
          await api.patch(`${configmaps}/a`, { data: { k: '1' } });
          await api.create(configmaps, { metadata: { name: 'b' } });
          await api.delete(`${configmaps}/a`);
        },
      );
      expect(table(events)).toEqual(['ADDED a 0', 'MODIFIED a 1', 'DELETED a 1']);
    });

    test('waits for a value and for a deletion', async () => {
      const { kubectl, api, configmaps } = await started();
      await api.create(configmaps, { metadata: { name: 'a' } });
      const value = kubectl.ok('wait', 'cm/a', '--for=jsonpath={.data.k}=go', '--timeout=20s');
      await api.patch(`${configmaps}/a`, { data: { k: 'go' } });
      expect(await value).toBe('configmap/a condition met\n');
      const deletion = kubectl.ok('wait', 'cm/a', '--for=delete', '--timeout=20s');
      await api.delete(`${configmaps}/a`);
      await deletion;
    });

    test('applies: creates, leaves unchanged, configures, removes what the file no longer has', async () => {
      const { kubectl, api, configmaps } = await started();
      const apply = async (data: object) => {
        await kubectl.file('m.json', manifest(data));
        return kubectl.run('apply', '-f', 'm.json', '--validate=false');
      };
      const said = (what: string) => ({ code: 0, stdout: `configmap/m ${what}\n`, stderr: '' });
      expect(await apply({ k: '1', gone: '1' })).toEqual(said('created'));
      expect(await apply({ k: '1', gone: '1' })).toEqual(said('unchanged'));
      await api.patch(`${configmaps}/m`, { data: { foreign: '1' } });
      expect(await apply({ k: '2' })).toEqual(said('configured'));
      expect((await api.get(`${configmaps}/m`)).body.data).toEqual({ k: '2', foreign: '1' });
    });

    test('applies several objects of a YAML file', async () => {
      const { kubectl } = await started();
      const document = (kind: string, rest: string) =>
        `apiVersion: v1\nkind: ${kind}\nmetadata: {name: ${kind.toLowerCase()}}\n${rest}\n`;
      await kubectl.file(
        'all.yaml',
        [document('ConfigMap', 'data: {k: v}'), document('Secret', 'stringData: {p: q}')].join('---\n'),
      );
      expect(await kubectl.ok('apply', '-f', 'all.yaml', '--validate=false')).toBe(
        'configmap/configmap created\nsecret/secret created\n',
      );
      expect(await kubectl.ok('delete', '-f', 'all.yaml')).toMatch(
        /^configmap "configmap" deleted.*\nsecret "secret" deleted.*\n$/,
      );
    });

    test('edits with an editor, and does nothing where that changes nothing', async () => {
      const { kubectl, api, configmaps } = await started();
      await api.create(configmaps, { metadata: { name: 'a' }, data: { k: 'before' } });
      await kubectl.editor('sed "s/k: before/k: after/" "$1" > "$1.new" && mv "$1.new" "$1"');
      expect(await kubectl.ok('edit', 'cm', 'a', '--validate=false')).toBe('configmap/a edited\n');
      expect((await api.get(`${configmaps}/a`)).body.data).toEqual({ k: 'after' });
      await kubectl.editor('exit 0');
      expect(await kubectl.run('edit', 'cm', 'a', '--validate=false')).toEqual({
        code: 0,
        stdout: '',
        stderr: 'Edit cancelled, no changes made.\n',
      });
    });

    test.each([
      ['label', 'labels', 'labeled', 'unlabeled', "error: 'x' already has a value (1), and --overwrite is false\n"],
      [
        'annotate',
        'annotations',
        'annotated',
        'annotated',
        "error: --overwrite is false but found the following declared annotation(s): 'x' already has a value (1)\n",
      ],
    ] as const)('%ss: adds, refuses to overwrite unless it is told to, removes', async (verb, field, done, undone, refused) => {
      const { kubectl, api, configmaps } = await started();
      await api.create(configmaps, { metadata: { name: 'a', [field]: { keep: '1' } } });
      const values = async () => (await api.get(`${configmaps}/a`)).body.metadata[field];
      expect(await kubectl.ok(verb, 'cm', 'a', 'x=1')).toBe(`configmap/a ${done}\n`);
      expect(await values()).toEqual({ keep: '1', x: '1' });
      expect(await kubectl.run(verb, 'cm', 'a', 'x=2')).toEqual(failed(refused));
      expect(await kubectl.ok(verb, 'cm', 'a', 'x=2', '--overwrite')).toBe(`configmap/a ${done}\n`);
      expect(await values()).toEqual({ keep: '1', x: '2' });
      expect(await kubectl.ok(verb, 'cm', 'a', 'x-')).toBe(`configmap/a ${undone}\n`);
      expect(await values()).toEqual({ keep: '1' });
    });

    test('labels all that a selector finds', async () => {
      const { kubectl, api, configmaps } = await started();
      for (const name of ['a', 'b']) await api.create(configmaps, { metadata: { name, labels: { l: name } } });
      expect(await kubectl.ok('label', 'cm', '--all', 'x=1')).toBe('configmap/a labeled\nconfigmap/b labeled\n');
      expect(await kubectl.ok('label', 'cm', '-l', 'l=a', 'x-')).toBe('configmap/a unlabeled\n');
      expect(await kubectl.ok('get', 'cm', '-l', 'x=1', '-o', 'name')).toBe('configmap/b\n');
    });

    test('patches by each of the three kinds, and says when nothing changes', async () => {
      const { kubectl, api, configmaps } = await started();
      await api.create(configmaps, { metadata: { name: 'a' }, data: { k: '1' } });
      const patch = (type: string, body: unknown) =>
        kubectl.ok('patch', 'cm', 'a', `--type=${type}`, '-p', JSON.stringify(body));
      expect(await patch('strategic', { data: { s: '1' } })).toBe('configmap/a patched\n');
      expect(await patch('merge', { data: { k: null } })).toBe('configmap/a patched\n');
      expect(await patch('json', [{ op: 'add', path: '/data/j', value: '1' }])).toBe('configmap/a patched\n');
      expect(await patch('merge', { data: { j: '1' } })).toBe('configmap/a patched (no change)\n');
      expect((await api.get(`${configmaps}/a`)).body.data).toEqual({ s: '1', j: '1' });
    });

    test('replaces from a file', async () => {
      const { kubectl, api, configmaps } = await started();
      await api.create(configmaps, { metadata: { name: 'm', labels: { l: '1' } }, data: { old: '1' } });
      await kubectl.file('m.json', manifest({ k: '1' }));
      expect(await kubectl.ok('replace', '-f', 'm.json', '--validate=false')).toBe('configmap/m replaced\n');
      const { data, metadata } = (await api.get(`${configmaps}/m`)).body;
      expect([data, metadata.labels]).toEqual([{ k: '1' }, undefined]);
    });

    test('deletes by name, by label, and all', async () => {
      const { kubectl, api, configmaps, namespace } = await started();
      for (const name of ['a', 'b', 'c', 'd'])
        await api.create(configmaps, { metadata: { name, labels: { l: name } } });
      const gone = (name: string) => `configmap "${name}" deleted from ${namespace} namespace\n`;
      expect(await kubectl.ok('delete', 'cm', 'a')).toBe(gone('a'));
      expect(await kubectl.ok('delete', 'cm', '-l', 'l in (b,x)')).toBe(gone('b'));
      expect(await kubectl.ok('delete', 'cm', '--all')).toBe(gone('c') + gone('d'));
      expect(await kubectl.run('delete', 'cm', 'a')).toEqual(
        failed('Error from server (NotFound): configmaps "a" not found\n'),
      );
      expect(await kubectl.ok('delete', 'cm', 'a', '--ignore-not-found')).toBe('');
    });

    test('shows and deletes a namespace', async () => {
      const { kubectl, namespace } = await started();
      expect(printed(await kubectl.ok('get', 'ns', namespace))).toEqual(['NAME STATUS', `${namespace} Active`]);
      expect(await kubectl.ok('delete', 'ns', namespace, '--wait=false')).toBe(`namespace "${namespace}" deleted\n`);
    });

    test('rehearses on the server', async () => {
      const { kubectl, api, configmaps } = await started();
      expect(await kubectl.ok('create', 'cm', 'a', '--dry-run=server')).toBe('configmap/a created (server dry run)\n');
      expect((await api.get(`${configmaps}/a`)).status).toBe(404);
    });

    test('knows the kinds, their short names and verbs', async () => {
      const { kubectl } = await started();
      const lines = (await kubectl.ok('api-resources', '--api-group=', '--no-headers'))
        .split('\n')
        .map((line) => line.split(/\s+/).join(' '));
      expect(lines).toEqual(
        expect.arrayContaining([
          'configmaps cm v1 true ConfigMap',
          'namespaces ns v1 false Namespace',
          'secrets v1 true Secret',
        ]),
      );
    });
  },
  servers.map((kind) => ({ ...kind, missing: kubeMissing })),
);
