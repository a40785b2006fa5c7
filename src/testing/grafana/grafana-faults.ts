import type { Fault, FaultOptions } from '../embedded-kubernetes.js';
import { createFaults } from '../faults.js';
import type { GrafanaMatch } from './fake-grafana.js';
import type { GrafanaRequest } from './grafana-views.js';

/** The faults that wait for their requests. */
export interface GrafanaFaults {
  /** The result lifts it. */
  add(match: GrafanaMatch, fault: Fault, options?: FaultOptions): () => void;
  /** The newest that means this request, which counts as struck. */
  strike(request: GrafanaRequest): Fault | undefined;
}

export function createGrafanaFaults(): GrafanaFaults {
  const waiting = new Set<{ readonly match: GrafanaMatch; readonly fault: Fault; left: number }>();
  return {
    add(match, fault, options = {}) {
      // Faults are checked where those of the Kubernetes API are.
      createFaults().add({}, fault, options);
      const one = { match: { ...match }, fault, left: options.times ?? Number.POSITIVE_INFINITY };
      waiting.add(one);
      return () => waiting.delete(one);
    },
    strike(request) {
      const found = [...waiting].findLast(({ match }) => isMeant(request, match));
      if (!found) return undefined;
      found.left -= 1;
      if (found.left === 0) waiting.delete(found);
      return found.fault;
    },
  };
}

function isMeant(request: GrafanaRequest, { method, path, credential }: GrafanaMatch): boolean {
  if (method !== undefined && method !== request.method) return false;
  if (credential !== undefined && credential !== request.credential) return false;
  if (path === undefined) return true;
  return typeof path === 'string'
    ? request.path.startsWith(path)
    : new RegExp(path.source, path.flags.replace(/[gy]/g, '')).test(request.path);
}
