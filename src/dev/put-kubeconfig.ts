import { readFileSync, rmSync, writeFileSync } from 'node:fs';

/**
 * Writes a kubeconfig that the user alone may read; the result removes it again, unless another `dev` has put its own there since.
 */
export function putKubeconfig(path: string, text: string): () => void {
  // What a crash has left there may have another mode, or lead elsewhere.
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  return () => {
    if (isOurs(path, text)) {
      rmSync(path, { force: true });
    }
  };
}

function isOurs(path: string, text: string): boolean {
  try {
    return readFileSync(path, 'utf8') === text;
  } catch {
    return false;
  }
}
