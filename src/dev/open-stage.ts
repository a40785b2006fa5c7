import { join } from 'node:path';
import { Subscription } from 'rxjs';
import type { EmbeddedKubernetes } from '../testing/embedded-kubernetes.js';
import { startEmbeddedKubernetes } from '../testing/start-embedded-kubernetes.js';
import { filesIn, openHome } from './open-home.js';
import { putKubeconfig } from './put-kubeconfig.js';
import { type Reload, receiveReloads } from './receive-reloads.js';

export interface StageOptions {
  readonly workingDir: string;
  readonly tempDir: string;
  /** Hears of each reload; `undefined` where the application is the user's own. */
  readonly onReload: ((reload: Reload) => void) | undefined;
}

/** What a sidecar needs around it. */
export interface Stage {
  readonly api: EmbeddedKubernetes;
  readonly kubeconfig: string;
  /** Where files may go. */
  readonly folder: string;
  readonly reloadUrl: string | undefined;
  /** Apart from `close`, since a process that is told to stop twice waits for nothing. */
  readonly removeKubeconfig: () => void;
  /** Ends the rest. */
  readonly close: () => Promise<void>;
}

/** Opens all of it, or nothing: rejects where no port or no folder can be had. */
export async function openStage({ workingDir, tempDir, onReload }: StageOptions): Promise<Stage> {
  const home = openHome(workingDir, tempDir);
  const kubeconfig = join(home, 'kubeconfig');
  const api = await startEmbeddedKubernetes();
  const open = new Subscription();
  const close = async () => {
    open.unsubscribe();
    await api.close();
  };
  try {
    const reloadUrl = onReload && (await listen(onReload, open));
    const removeKubeconfig = putKubeconfig(kubeconfig, api.kubeconfig());
    return { api, kubeconfig, folder: filesIn(home), reloadUrl, removeKubeconfig, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listen(onReload: (reload: Reload) => void, open: Subscription): Promise<string> {
  return new Promise((resolve, reject) => {
    open.add(
      receiveReloads().subscribe({
        next: (status) => (status.type === 'listening' ? resolve(status.url) : onReload(status)),
        error: reject,
      }),
    );
  });
}
