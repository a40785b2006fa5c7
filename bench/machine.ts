import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { VERSION } from '../src/version.js';
import { env } from './image-settings.mjs';
import { asInTheImage } from './programs.js';
import type { World } from './world.js';

/** What the figures depend on, one line each, as a Markdown list. Taken before the first measurement, for the load. */
export async function machineOf({ cluster, measured }: World): Promise<string> {
  const model = cpus()[0]?.model.trim() ?? 'unknown';
  const load = loadavg()[0]?.toFixed(1);
  const settings = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), ...measured.nodeFlags];
  return [
    `- ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    `- ${cpus().length} × ${model}, ${(totalmem() / 1e9).toFixed(0)} GB, Linux ${release()} ${process.arch}, load before ${load}`,
    `- k8s-sidecar ${VERSION}${commit()}, ${bundle(measured.program)}, Node ${process.version}, \`${settings.join(' ')}\``,
    `- kube-apiserver ${await cluster.version()} on loopback, its CPU is the same ${cpus().length} cores; floors: ${goVersion()}`,
    `- found ${cluster.inPod ? 'as in a pod (service account)' : 'by a kubeconfig: this machine allows no mount namespace'}; target folder in memory`,
  ].join('\n');
}

function bundle(program: string): string {
  const size = `bundle of ${(statSync(program).size / 1e3).toFixed(0)} KB`;
  return program === asInTheImage.program ? size : `${size} (${program})`;
}

function commit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    const changed = git('status', '--porcelain', '--', '../src', '../scripts') !== '';
    return ` (${git('rev-parse', '--short', 'HEAD')}${changed ? ' and changes' : ''})`;
  } catch {
    // A tarball: the version says enough.
    return '';
  }
}

function goVersion(): string {
  return execFileSync('go', ['version'], { encoding: 'utf8' }).trim().replace('go version ', '');
}
