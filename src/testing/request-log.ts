import type { ReceivedRequest } from './embedded-kubernetes.js';

const MAX_REQUESTS = 10_000;
/** Forgotten together, so that a full log does not move at each request. */
const SURPLUS = 1_000;

export interface RequestLog {
  add(request: ReceivedRequest): void;
  /** The last ones, the oldest first. */
  readonly requests: readonly ReceivedRequest[];
}

export function createRequestLog(): RequestLog {
  const log: ReceivedRequest[] = [];
  return {
    add({ verb, method, path, resource, namespace, name, userAgent }) {
      log.push({ verb, method, path, resource, namespace, name, userAgent });
      if (log.length >= MAX_REQUESTS + SURPLUS) log.splice(0, log.length - MAX_REQUESTS);
    },
    get requests() {
      return log.slice(-MAX_REQUESTS);
    },
  };
}
