import type { GrafanaRequest } from './grafana-views.js';

const MAX_REQUESTS = 100_000;
/** Forgotten together, so that a full log does not move at each request. */
const SURPLUS = 10_000;

/** A request in the log, that is still to be answered. */
export interface LoggedRequest extends GrafanaRequest {
  status: number | undefined;
  endTime: number | undefined;
}

export interface GrafanaLog {
  add(request: Pick<GrafanaRequest, 'time' | 'method' | 'path' | 'credential'>): LoggedRequest;
  /** The last ones, the oldest first, as they are now. */
  readonly requests: readonly GrafanaRequest[];
}

export function createGrafanaLog(): GrafanaLog {
  const log: LoggedRequest[] = [];
  return {
    add({ time, method, path, credential }) {
      const entry: LoggedRequest = { time, endTime: undefined, method, path, status: undefined, credential };
      log.push(entry);
      if (log.length >= MAX_REQUESTS + SURPLUS) log.splice(0, log.length - MAX_REQUESTS);
      return entry;
    },
    get requests() {
      return log.slice(-MAX_REQUESTS).map((entry) => ({ ...entry }));
    },
  };
}
