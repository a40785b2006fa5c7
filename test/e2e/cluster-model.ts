import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { KubeClient, KubeObject } from '../kube/client.js';
import { wholeContent } from '../support/whole-content.mjs';

/** What a ConfigMap of the model is: one key, `<name>.json`, in one folder. */
interface ModelObject {
  readonly version: number;
  /** The annotation, relative to FOLDER; '' is none. */
  readonly folder: string;
  readonly labelled: boolean;
}

const CONTENT_BYTES = 5_000;

/**
 * A namespace's ConfigMaps and what the folder must hold for them. Each method changes the cluster, and the model once
 * the server has agreed, so that at rest the folder equals {@link files}.
 */
export class ClusterModel {
  readonly #client: KubeClient;
  readonly #namespace: string;
  readonly #objects = new Map<string, ModelObject>();

  constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.#namespace = namespace;
  }

  get names(): readonly string[] {
    return [...this.#objects.keys()];
  }

  /** Path below the folder → content. */
  files(): ReadonlyMap<string, string> {
    const files = new Map<string, string>();
    for (const [name, object] of this.#objects) {
      if (object.labelled) files.set(join(object.folder, `${name}.json`), contentOf(name, object.version));
    }
    return files;
  }

  async create(name: string): Promise<void> {
    const object = { version: 0, folder: '', labelled: true };
    await this.#client.create('configmaps', this.#namespace, toKube(name, object));
    this.#objects.set(name, object);
  }

  update(name: string): Promise<void> {
    return this.#replace(name, (object) => ({ ...object, version: object.version + 1 }));
  }

  move(name: string, folder: string): Promise<void> {
    return this.#replace(name, (object) => ({ ...object, folder }));
  }

  label(name: string, labelled: boolean): Promise<void> {
    return this.#replace(name, (object) => ({ ...object, labelled }));
  }

  async delete(name: string): Promise<void> {
    await this.#client.delete('configmaps', this.#namespace, name);
    this.#objects.delete(name);
  }

  async #replace(name: string, change: (object: ModelObject) => ModelObject): Promise<void> {
    const object = change(this.#objects.get(name) ?? { version: 0, folder: '', labelled: true });
    await this.#client.replace('configmaps', this.#namespace, toKube(name, object));
    this.#objects.set(name, object);
  }
}

function toKube(name: string, { version, folder, labelled }: ModelObject): KubeObject {
  return {
    metadata: {
      name,
      labels: labelled ? { collect: 'yes' } : {},
      annotations: folder === '' ? {} : { 'k8s-sidecar-target-directory': folder },
    },
    data: { [`${name}.json`]: contentOf(name, version) },
  };
}

function contentOf(name: string, version: number): string {
  return wholeContent(`${name}-${version}`, CONTENT_BYTES);
}

/** Every file below the folder but our own state, by path relative to it. */
export function filesIn(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const walk = (directory: string) => {
    for (const entry of readdirSync(directory)) {
      const path = join(directory, entry);
      if (entry.startsWith('.ks-')) continue;
      if (statSync(path).isDirectory()) walk(path);
      else files.set(relative(folder, path), readFileSync(path, 'utf8'));
    }
  };
  walk(folder);
  return files;
}

/** Stage files that a crash left, anywhere below the folder. */
export function stageFilesIn(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.tmp'));
}

/** What differs, in a few words, or `undefined` when both are equal. */
export function difference(
  actual: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string | undefined {
  const missing = [...wanted.keys()].filter((path) => !actual.has(path));
  const extra = [...actual.keys()].filter((path) => !wanted.has(path));
  const stale = [...wanted].filter(([path, content]) => actual.has(path) && actual.get(path) !== content);
  if (missing.length + extra.length + stale.length === 0) return undefined;
  const some = (paths: readonly string[]) => `${paths.length} (${paths.slice(0, 3).join(', ')})`;
  return `missing ${some(missing)}, extra ${some(extra)}, stale ${some(stale.map(([path]) => path))}`;
}
