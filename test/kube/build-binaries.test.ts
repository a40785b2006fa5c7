import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildKubeBinaries, GoMissingError } from './build-binaries.js';
import { withHeartbeatLock } from './heartbeat-lock.js';

let folder: string;
let toolsDir: string;
let env: Record<string, string>;
const said: string[] = [];
const build = () => buildKubeBinaries(toolsDir, env, (line) => said.push(line));

beforeEach(async () => {
  said.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'build-'));
  toolsDir = join(folder, 'tools');
  await mkdir(toolsDir);
  await writeFile(join(toolsDir, 'go.mod'), 'require (\n\tk8s.io/kubernetes v1.37.2 // indirect\n)\n');
  await writeFile(join(toolsDir, 'go.sum'), 'sums\n');
  env = { PATH: `${folder}:/usr/bin:/bin`, XDG_CACHE_HOME: join(folder, 'cache') };
});
afterEach(() => rm(folder, { recursive: true }));

/** A `go` that writes down how it is called and does what the real one would. */
async function fakeGo(install: string): Promise<void> {
  const script = `#!/bin/sh
case $1 in
  env) echo '{"GOOS":"linux","GOARCH":"amd64"}' ;;
  install) echo "$GOFLAGS $CGO_ENABLED $*" >> ${folder}/calls; ${install} ;;
esac`;
  await writeFile(join(folder, 'go'), script);
  await chmod(join(folder, 'go'), 0o755);
}
const builds = 'sleep 0.2; touch $GOBIN/server $GOBIN/kube-apiserver $GOBIN/kubectl';
const calls = async () => (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');

describe('building the API server', () => {
  test('calls go once for all, with the version stamped in, and finds them the next time', async () => {
    await fakeGo(builds);
    const first = await build();
    expect(await build()).toEqual(first);
    expect(first.etcd).toMatch(/cache\/k8s-sidecar\/kube-[0-9a-f]{16}\/etcd$/);
    expect(await readdir(join(first.etcd, '..'))).toEqual(['etcd', 'kube-apiserver', 'kubectl']);
    expect(await calls()).toEqual([
      '-mod=readonly -buildvcs=false 0 install -ldflags=-s -w -X k8s.io/component-base/version.gitVersion=v1.37.2 ' +
        '-X k8s.io/component-base/version.gitMajor=1 -X k8s.io/component-base/version.gitMinor=37 ' +
        '-X k8s.io/component-base/version.gitTreeState=clean go.etcd.io/etcd/server/v3 ' +
        'k8s.io/kubernetes/cmd/kube-apiserver k8s.io/kubernetes/cmd/kubectl',
    ]);
    expect(said).toHaveLength(1);
  });

  test('happens once for two runs at the same time', async () => {
    await fakeGo(builds);
    const [one, two] = await Promise.all([build(), build()]);
    expect(one).toEqual(two);
    expect(await calls()).toHaveLength(1);
  });

  test('happens anew when the pinned modules change', async () => {
    await fakeGo(builds);
    const before = await build();
    await writeFile(join(toolsDir, 'go.sum'), 'other sums\n');
    expect((await build()).etcd).not.toBe(before.etcd);
    expect(await calls()).toHaveLength(2);
  });

  test('that fails says why, leaves no cache and no lock, and can be tried again', async () => {
    await fakeGo('touch $GOBIN/server; echo no such module >&2; exit 1');
    await expect(build()).rejects.toThrow(/go install .* ended with 1:\nno such module/);
    expect(await readdir(join(folder, 'cache', 'k8s-sidecar'))).toEqual([]);
    await fakeGo(builds);
    await build();
  });

  test('is left to KUBEBUILDER_ASSETS, which must hold all', async () => {
    env['KUBEBUILDER_ASSETS'] = folder;
    await writeFile(join(folder, 'etcd'), '');
    await expect(build()).rejects.toThrow(`Expected ${folder} to hold kube-apiserver`);
    await writeFile(join(folder, 'kube-apiserver'), '');
    await expect(build()).rejects.toThrow(`Expected ${folder} to hold kubectl`);
    await writeFile(join(folder, 'kubectl'), '');
    expect(await build()).toEqual({
      etcd: join(folder, 'etcd'),
      apiServer: join(folder, 'kube-apiserver'),
      kubectl: join(folder, 'kubectl'),
    });
  });

  test('without Go is an error of its own', async () => {
    env['PATH'] = folder;
    await expect(build()).rejects.toBeInstanceOf(GoMissingError);
  });

  test('without a pinned version is an error', async () => {
    await fakeGo(builds);
    await writeFile(join(toolsDir, 'go.mod'), '');
    await expect(build()).rejects.toThrow('Expected test/tools/go.mod to require k8s.io/kubernetes');
  });
});

describe('a heartbeat lock', () => {
  test('lets one at a time in, and the next one after a failure too', async () => {
    const lock = join(folder, 'lock');
    let inside = 0;
    const work = async () => {
      inside++;
      expect(inside).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside--;
      throw new Error('failed');
    };
    const results = await Promise.allSettled([1, 2, 3].map(() => withHeartbeatLock(lock, work)));
    expect(results.map((result) => result.status === 'rejected' && String(result.reason))).toEqual(
      Array(3).fill('Error: failed'),
    );
  });

  test('is taken over from a holder that no longer beats, not from one that does', async () => {
    const lock = join(folder, 'lock');
    await mkdir(lock);
    let taken = false;
    const taking = withHeartbeatLock(lock, async () => {
      taken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(taken).toBe(false);
    const longAgo = new Date(Date.now() - 60_000);
    await utimes(lock, longAgo, longAgo);
    await taking;
    expect(taken).toBe(true);
  });
});
