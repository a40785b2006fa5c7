import { EXPOSITION_TYPE } from './exposition.js';
import type { Health, HealthAnswer } from './health.js';
import type { HealthResponse, HealthServerOptions } from './health-server.js';
import type { Metrics } from './metrics.js';
import type { Redactor } from './redact.js';

export interface HealthRoutesOptions {
  readonly health: Health;
  readonly metrics: Metrics;
  readonly redactor: Redactor;
}

/** The paths of the health port. With `?verbose` the body is JSON that names every reason and every scope. */
export function healthRoutes({ health, metrics, redactor }: HealthRoutesOptions): HealthServerOptions['routes'] {
  const respond = (answer: HealthAnswer, verbose: boolean): HealthResponse => {
    const status = answer.ok ? 200 : 503;
    if (!verbose) return { status, type: 'text/plain', body: answer.ok ? 'OK' : 'NOT READY' };
    const redact = (_: string, value: unknown) => (typeof value === 'string' ? redactor.redact(value) : value);
    const body = JSON.stringify({ ...answer, scopes: health.scopes() }, redact, 2);
    return { status, type: 'application/json', body: `${body}\n` };
  };
  return {
    '/healthz': (verbose) => respond(health.healthz(), verbose),
    '/livez': (verbose) => respond(health.livez(), verbose),
    '/readyz': (verbose) => respond(health.readyz(), verbose),
    '/startupz': (verbose) => respond(health.startupz(), verbose),
    '/metrics': () => ({ status: 200, type: EXPOSITION_TYPE, body: redactor.redact(metrics.text()) }),
  };
}
