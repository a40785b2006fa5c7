import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The folder that `dev` keeps its kubeconfig and, by default, the files in: `.k8s-sidecar` below the working directory, else a fresh
 * temporary one. For nobody else to read, since Secrets become files in it. Throws where neither can be written.
 */
export function openHome(workingDir: string, tempDir: string): string {
  const home = join(workingDir, '.k8s-sidecar');
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    mkdirSync(filesIn(home), { recursive: true });
    for (const folder of [home, filesIn(home)]) {
      // One that is there already may be somebody else's, or on a disk that is read-only.
      rmdirSync(mkdtempSync(join(folder, '.try-')));
    }
    return home;
  } catch {
    return mkdtempSync(join(tempDir, 'k8s-sidecar-'));
  }
}

export function filesIn(home: string): string {
  return join(home, 'files');
}
