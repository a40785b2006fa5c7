import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/read-config.js';
import { type DevOwn, devEnvironment } from '../../../src/dev/dev-environment.js';
import { readDev } from '../../../src/dev/read-dev.js';

const own: DevOwn = { folder: '/home/files', kubeconfig: '/home/kubeconfig', plain: true };

describe('the environment of the sidecar', () => {
  test('has all that a start needs', () => {
    const env = devEnvironment({}, { ...own, reloadUrl: 'http://127.0.0.1:1/' });
    expect(readConfig({ env, argv: [] })).toMatchObject({
      ok: {
        label: 'collect',
        resource: 'both',
        namespace: ['default'],
        folder: '/home/files',
        kubeconfig: '/home/kubeconfig',
        reqUrl: 'http://127.0.0.1:1/',
        reqMethod: 'POST',
        healthPort: 0,
        healthHost: '127.0.0.1',
        notifyDebounce: 1,
      },
    });
  });

  test('leaves what the user says as it is', () => {
    const given = {
      LABEL: 'mine',
      RESOURCE: 'secret',
      NAMESPACE: 'ALL',
      FOLDER: '/mine',
      HEALTH_PORT: '8080',
      HEALTH_HOST: '::',
      LOG_LEVEL: 'ERROR',
      REQ_URL: 'http://mine/',
      REQ_METHOD: 'PUT',
      PATH: '/bin',
    };
    expect(devEnvironment(given, { ...own, reloadUrl: 'http://127.0.0.1:1/' })).toMatchObject(given);
  });

  test('takes an empty text for nothing said', () => {
    expect(devEnvironment({ LABEL: '', FOLDER: '' }, own)).toMatchObject({ LABEL: 'collect', FOLDER: '/home/files' });
  });

  test('never has the kubeconfig of the machine', () => {
    expect(devEnvironment({ KUBECONFIG: '/root/.kube/config' }, own)).toMatchObject({ KUBECONFIG: '/home/kubeconfig' });
  });

  test('sends no reload of ours through a proxy of the machine', () => {
    const given = { http_proxy: 'http://proxy:3128', no_proxy: 'intranet' };
    expect(devEnvironment(given, { ...own, reloadUrl: 'http://127.0.0.1:1/' })['no_proxy']).toBe('127.0.0.1');
  });

  test("leaves the user's own application alone", () => {
    const env = devEnvironment({ no_proxy: 'intranet' }, own);
    expect(env).toMatchObject({ no_proxy: 'intranet' });
    expect(env).not.toHaveProperty('REQ_METHOD');
    expect(env).not.toHaveProperty('REQ_URL');
  });

  test("has the log in full only where it is ours to read, else at the user's level", () => {
    expect(devEnvironment({}, own)).toHaveProperty('LOG_LEVEL', 'DEBUG');
    expect(devEnvironment({}, { ...own, plain: false })).not.toHaveProperty('LOG_LEVEL');
  });
});

describe('what dev is asked for', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ks-dev-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('is the manifests and the flags, which go on to the sidecar as they are', () => {
    const argv = ['dev', folder, '--label', 'a', '--req-skip-init', '--req-payload=a=b\n--c', '--label=x'];
    expect(readDev({ argv, env: {} })).toMatchObject({
      manifests: folder,
      argv: ['--label=x', '--req-skip-init=true', '--req-payload=a=b\n--c'],
      folder: undefined,
      plain: true,
      config: { label: 'x', reqSkipInit: true, reqPayload: 'a=b\n--c' },
    });
  });

  test.each([
    ['a variable', [], { FOLDER: 'mine' }, 'mine'],
    ['a flag', ['--folder=mine'], {}, 'mine'],
    ['a flag before a variable', ['--folder=mine'], { FOLDER: 'other' }, 'mine'],
    ['an empty flag, so the variable', ['--folder='], { FOLDER: 'mine' }, 'mine'],
    ['nothing, if that is empty', [], { FOLDER: '' }, undefined],
  ])('is the folder of %s', (_, flags, env, wanted) => {
    expect(readDev({ argv: ['dev', folder, ...flags], env })).toMatchObject({ folder: wanted });
  });

  test.each([
    [['--log-level=info'], {}],
    [['--log-format=json'], {}],
    [[], { LOG_LEVEL: 'INFO' }],
    [[], { LOG_FORMAT: 'LOGFMT' }],
  ])('is the log as it is, with %j or %j', (flags, env) => {
    expect(readDev({ argv: ['dev', folder, ...flags], env })).toMatchObject({ plain: false });
  });

  const errorsOf = (argv: readonly string[], env = {}) => {
    const result = readDev({ argv, env });
    return 'errors' in result ? result.errors : [];
  };

  test('is an error where there are no manifests, and says what to do', () => {
    const missing = join(folder, 'missing');
    expect(errorsOf(['dev', missing])).toEqual([
      `Expected ${missing} to be a folder or a file of manifests, got nothing there: create it, or name another.`,
    ]);
  });

  test('is the folder `examples` where none is named', () => {
    const before = process.cwd();
    process.chdir(folder);
    try {
      expect(errorsOf(['dev'])).toEqual([
        'Expected examples to be a folder or a file of manifests, got nothing there: name yours, as in `k8s-sidecar dev MANIFESTS`.',
      ]);
    } finally {
      process.chdir(before);
    }
  });

  test('is all that is wrong at once, as the sidecar itself would say it', () => {
    const errors = errorsOf(['dev', join(folder, 'x'), '--lable=a', '--health-port=x'], { SCRIPT: 'x' });
    expect(errors).toEqual([
      'Expected a known flag, got "--lable": did you mean `--label`?',
      expect.stringContaining('got nothing there'),
      expect.stringContaining('Expected `SCRIPT` to be an absolute path'),
      expect.stringContaining('Expected `--health-port` to be'),
    ]);
  });

  test("is not another cluster: a flag that names one is refused, the machine's variable is nothing to us", () => {
    expect(errorsOf(['dev', folder, '--kubeconfig=/x'])).toEqual([expect.stringContaining('`--kubeconfig`')]);
    expect(errorsOf(['dev', folder], { KUBECONFIG: '/x' })).toEqual([]);
  });
});
