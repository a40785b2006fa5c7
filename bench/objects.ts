import { createHash } from 'node:crypto';
import type { KubeClient } from '../test/kube/client.js';

/** The label that the measured programs select by. */
export const label = 'collect';

/** A namespace with ConfigMaps of one key each, and what the keys hold. */
export class Objects {
  readonly namespace: string;
  readonly contents = new Map<string, string>();
  readonly #client: KubeClient;
  #version = 0;

  private constructor(client: KubeClient, namespace: string) {
    this.#client = client;
    this.namespace = namespace;
  }

  static async create(client: KubeClient, namespace: string, count: number): Promise<Objects> {
    const objects = new Objects(client, namespace);
    const keys = Array.from({ length: count }, (_, n) => `object-${String(n).padStart(5, '0')}.json`);
    await Promise.all(keys.map((key) => objects.#put('POST', '', key)));
    return objects;
  }

  /** Gives the n-th object, counted round and round, a new content; done when the API server has answered. */
  async update(n: number): Promise<void> {
    const { key } = this.at(n);
    await this.#put('PUT', `/${key}`, key);
  }

  /** One new version of each, as fast as sixteen connections take them. */
  async updateAll(): Promise<void> {
    await Promise.all(Array.from(this.contents.keys(), (_, n) => this.update(n)));
  }

  at(n: number): { readonly key: string; readonly text: string } {
    const key = [...this.contents.keys()][n % this.contents.size] ?? '';
    return { key, text: this.contents.get(key) ?? '' };
  }

  async #put(method: string, path: string, key: string): Promise<void> {
    const text = contentOf(key, this.#version++);
    this.contents.set(key, text);
    const metadata = { name: key, labels: { [label]: '1' } };
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { [key]: text } };
    await this.#client.ask(method, `/api/v1/namespaces/${this.namespace}/configmaps${path}`, object);
  }
}

/** 5,000 bytes of text that compression shrinks little, another one for each name and version. */
function contentOf(name: string, version: number): string {
  return createHash('shake256', { outputLength: 3_750 }).update(`${name} ${version}`).digest('base64');
}
