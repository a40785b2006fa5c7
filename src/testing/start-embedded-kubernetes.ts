import { Subject } from 'rxjs';
import type { ApiContext } from './api-call.js';
import { makeCertificate } from './certificate.js';
import { type CheckedOptions, checkedOptions } from './checked-options.js';
import type { Connections } from './connections.js';
import { removeNamespace } from './delete-object.js';
import type { EmbeddedKubernetes, EmbeddedKubernetesOptions } from './embedded-kubernetes.js';
import { createFaults } from './faults.js';
import { kubeconfig } from './kubeconfig.js';
import { listen } from './listen.js';
import { putManifest } from './put-manifest.js';
import { receiveRequest } from './receive-request.js';
import { createRequestLog } from './request-log.js';
import { createStore, type Store } from './store.js';
import { asStoredObject } from './stored-entry.js';

/** What the API server makes for itself. */
const SYSTEM_NAMESPACES = ['default', 'kube-node-lease', 'kube-public', 'kube-system'];

/**
 * Starts a Kubernetes API in this process. Rejects with a `RangeError` for options that cannot be, with a `StatusError` for
 * an object that the API would refuse, and with Node's error where the port is taken.
 *
 * @example
 * await using api = await startEmbeddedKubernetes({ objects: [configMap] });
 * await writeFile(path, api.kubeconfig());
 */
export async function startEmbeddedKubernetes(options: EmbeddedKubernetesOptions = {}): Promise<EmbeddedKubernetes> {
  const checked = checkedOptions(options);
  const { host, port, token, now, tls } = checked;
  const store = filledStore(checked);
  const bookmarks$ = new Subject<void>();
  const ended$ = new Subject<void>();
  const { bookmarkIntervalMs } = checked;
  const openWatches = { count: 0 };
  const context: ApiContext = { store, now, bookmarkIntervalMs, bookmarks$, ended$, openWatches };
  const faults = createFaults();
  const log = createRequestLog();
  const certificate = tls === true ? await makeCertificate(host) : tls || undefined;

  let connections: Connections | undefined;
  const server = await listen({ host, port, certificate }, (found) => {
    connections = found;
    const reception = { context, faults, log, connections: found, token: certificate && token };
    return (request, response) => void receiveRequest(reception, request, response);
  });
  const { url } = server;
  const ca = certificate?.ca;
  let closing: Promise<void> | undefined;
  const close = (): Promise<void> => {
    ended$.next();
    closing ??= server.close();
    return closing;
  };

  return {
    url,
    port: server.port,
    token,
    ca,
    kubeconfig: ({ namespace = 'default' } = {}) => kubeconfig({ url, token, ca, namespace }),
    apply: (manifest) => asStoredObject(putManifest(store, now, manifest)),
    get(resource, namespace, name) {
      const entry = store.get(resource, namespace ?? '', name);
      return entry && asStoredObject(entry);
    },
    list: (resource, namespace) =>
      store
        .entries(resource)
        .from('')
        .filter((entry) => namespace === undefined || entry.namespace === namespace)
        .map(asStoredObject),
    remove(resource, namespace, name) {
      const entry = store.get(resource, namespace ?? '', name);
      if (entry && resource === 'namespaces') removeNamespace(store, entry);
      else if (entry) store.remove(entry);
      return entry !== undefined;
    },
    compact: () => store.compact(),
    sendBookmarks: () => bookmarks$.next(),
    fail: (match, fault, faultOptions) => faults.add(match, fault, faultOptions),
    cutConnections: () => connections?.resetAll(),
    get requests() {
      return log.requests;
    },
    get openWatches() {
      return openWatches.count;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

function filledStore({ historyLength, objects, now }: CheckedOptions): Store {
  const store = createStore(historyLength);
  for (const name of SYSTEM_NAMESPACES) {
    putManifest(store, now, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
  for (const object of objects) putManifest(store, now, object);
  store.endBirth();
  return store;
}
