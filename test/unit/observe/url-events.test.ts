import { describe, expect, it } from 'vitest';
import type { SidecarEvent } from '../../../src/model.js';
import { logEvents } from '../../../src/observe/log-events.js';
import { createLogger } from '../../../src/observe/logger.js';
import { createMetrics } from '../../../src/observe/metrics.js';
import { Redactor } from '../../../src/observe/redact.js';

const owner = 'configmap/default/a';
const path = '/f/a.json';
const failed = (status?: number): SidecarEvent => ({
  type: 'url-failed',
  path,
  owner,
  entry: 'a.json.url',
  status,
  message: `The URL could not be fetched: ${status}.`,
  retryInMs: 7_500,
});
const refused: SidecarEvent = { type: 'refused', key: owner, entry: 'a.json.url', reason: 'url', message: 'No.' };
const written: SidecarEvent = { type: 'file', op: 'unchanged', path, owner, sha256: 'ab', size: 1 };
const absent: SidecarEvent = { type: 'file', op: 'absent', path, owner };

function linesOf(events: readonly SidecarEvent[]): string[] {
  const lines: string[] = [];
  const logger = createLogger({
    level: 'INFO',
    format: 'JSON',
    timeZone: 'UTC',
    redactor: new Redactor(),
    write: (line) => void lines.push(line),
  });
  const log = logEvents(logger, { clock: () => 0 });
  for (const event of events) log(event);
  return lines.map((line) => {
    const { level, msg } = JSON.parse(line);
    return `${level} ${msg}`;
  });
}

describe('a URL that fails', () => {
  it('is one line for each status, whatever the number of tries, and one when it comes again', () => {
    expect(linesOf([failed(), failed(), failed(503), failed(503), written, written])).toEqual([
      'WARNING The URL could not be fetched: undefined.',
      'WARNING The URL could not be fetched: 503.',
      'INFO fetched the URL of /f/a.json again',
    ]);
  });

  it('is not said to work again when it is only not wanted any more', () => {
    expect(linesOf([failed(), absent])).toEqual([
      'WARNING The URL could not be fetched: undefined.',
      'INFO the URL of /f/a.json is not wanted any more',
    ]);
  });

  it('is counted, and so is one that is refused; other refusals are not', () => {
    const metrics = createMetrics({
      version: '1',
      runtimeVersion: '1',
      clock: () => 0,
      startedAt: 0,
      memory: () => ({ rss: 1, heapUsed: 1 }),
      ready: () => true,
    });
    for (const event of [failed(), failed(503), refused, { ...refused, reason: 'path' } as const])
      metrics.observe(event);
    const counted = metrics.text().match(/^k8s_sidecar_url_fetches_total.*$/gm);
    expect(counted).toEqual([
      'k8s_sidecar_url_fetches_total{result="failed"} 2',
      'k8s_sidecar_url_fetches_total{result="refused"} 1',
    ]);
  });
});
