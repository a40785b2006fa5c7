import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { chartConfig } from '../unit/observe/log-config/config-files.js';
import { given } from './sidecar-under-test.js';

function logFolder(config: (file: string) => string) {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-sidecar-log-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'file.log');
  const LOG_CONFIG = join(folder, 'auto-reload-config.yaml');
  writeFileSync(LOG_CONFIG, config(file));
  const lines = () => {
    const names = readdirSync(folder).filter((name) => name.startsWith('file.log'));
    const text = names
      .sort()
      .reverse()
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    return text.join('').split('\n').slice(0, -1);
  };
  return { file, LOG_CONFIG, lines };
}

describe.skipIf(kubeMissing)('LOG_CONFIG of the Jenkins chart', () => {
  async function world() {
    const world = await given();
    await world.client.create('secrets', world.namespace, {
      metadata: { name: 's', labels: { collect: 'yes' } },
      data: { password: Buffer.from('top-secret-content').toString('base64') },
    });
    return world;
  }

  it('has the same records on the console and in the file, also after a restart', async () => {
    const { LOG_CONFIG, lines } = logFolder((file) => chartConfig({ file, level: 'DEBUG' }).replace('1024', '100000'));
    const { start } = await world();
    const env = { LOG_CONFIG, METHOD: 'LIST', RESOURCE: 'both', LOG_LEVEL: 'ERROR' };
    const first = start(env);
    expect((await first.exited).code).toBe(0);
    expect(lines().map((line) => JSON.parse(line))).toEqual(first.logs);
    expect(first.logs.some(({ level }) => level === 'DEBUG')).toBe(true);
    const second = start(env);
    await second.exited;
    expect(lines().map((line) => JSON.parse(line))).toEqual([...first.logs, ...second.logs]);
    expect(lines().join()).not.toContain('top-secret-content');
  });

  it('writes to the file alone, in LOGFMT, where that is what it says', async () => {
    const config = { console: false, formatter: 'LOGFMT', level: 'INFO' };
    const { LOG_CONFIG, lines } = logFolder((file) => chartConfig({ file, ...config }));
    const { start } = await world();
    const sidecar = start({ LOG_CONFIG, METHOD: 'LIST', RESOURCE: 'both' });
    expect((await sidecar.exited).code).toBe(0);
    expect(sidecar.output()).toBe('');
    expect(lines().some((line) => /^time=\S+ level=INFO msg="k8s-sidecar .* started"/.test(line))).toBe(true);
  });

  it('that is broken, or names a file that cannot be written, is a warning, and the work is done', async () => {
    const { LOG_CONFIG } = logFolder(() => chartConfig({ console: false, file: '/nonexistent/file.log' }));
    const broken = logFolder(() => 'root: [').LOG_CONFIG;
    const { start } = await world();
    for (const path of [LOG_CONFIG, broken]) {
      const sidecar = start({ LOG_CONFIG: path, METHOD: 'LIST', RESOURCE: 'both' });
      expect((await sidecar.exited).code).toBe(0);
      expect(sidecar.logs[0]?.msg).toMatch(/^the log file \/nonexistent\/file.log cannot be written|is not YAML/);
      expect(sidecar.logs.some(({ msg }) => msg === 'the initial sync is done')).toBe(true);
    }
  });
});
