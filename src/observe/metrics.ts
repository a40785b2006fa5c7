import type { FileOutcome, NotificationOutcome, Scope, SidecarEvent } from '../model.js';
import { createExposition, type Exposition } from './exposition.js';

const PREFIX = 'k8s_sidecar_';

export interface MetricsOptions {
  readonly version: string;
  /** Of Node. */
  readonly runtimeVersion: string;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** When the process began: milliseconds since 1970. */
  readonly startedAt: number;
  readonly memory: () => { readonly rss: number; readonly heapUsed: number };
  /** What /readyz answers. */
  readonly ready: () => boolean;
}

export interface Metrics {
  readonly observe: (event: SidecarEvent) => void;
  /** Prometheus' text format: {@link EXPOSITION_TYPE}. */
  readonly text: () => string;
}

/**
 * The metrics, counted from what the pipeline says of itself. Labels have few values: kinds, namespaces that are read now,
 * targets, codes; never a file or an object.
 */
export function createMetrics(options: MetricsOptions): Metrics {
  const { clock } = options;
  const exposition = createExposition();
  exposition
    .gauge(`${PREFIX}build_info`, 'Always 1; the version is in the labels.', ['version', 'runtime'])
    .set({ version: options.version, runtime: options.runtimeVersion }, 1);
  exposition.read(`${PREFIX}ready`, 'Whether /readyz answers 200.', () => Number(options.ready()));
  const sources = observeSources(exposition, clock);
  const files = observeFiles(exposition);
  const refused = exposition.counter(`${PREFIX}refused_total`, 'Refusals of objects or of single keys.', ['reason']);
  const conflicts = exposition.counter(`${PREFIX}file_conflicts_total`, 'Times that two objects wanted one path.');
  conflicts.add({}, 0);
  const validations = exposition.counter(
    `${PREFIX}validations_total`,
    'Runs of VALIDATE: passed, refused, undecided or not-run.',
    ['result'],
  );
  const fetches = exposition.counter(
    `${PREFIX}url_fetches_total`,
    'Fetches of .url keys that gave no content: failed ones, which are tried again soon, and refused ones, once per change of the reason.',
    ['result'],
  );
  const notifications = observeNotifications(exposition, clock);
  observeProcess(exposition, options);

  return {
    observe(event) {
      sources(event);
      if (event.type === 'file') files(event);
      if (event.type === 'refused') refused.add({ reason: event.reason });
      if (event.type === 'conflict') conflicts.add({});
      if (event.type === 'url-failed') fetches.add({ result: 'failed' });
      if (event.type === 'refused' && event.reason === 'url') fetches.add({ result: 'refused' });
      if (event.type === 'validation') validations.add({ result: event.result });
      if (event.type === 'notification') notifications(event);
    },
    text: exposition.text,
  };
}

function observeSources(exposition: Exposition, clock: () => number): (event: SidecarEvent) => void {
  const events = exposition.counter(
    `${PREFIX}watch_events_total`,
    'Signs of life of lists and watches: init and init-done frame a list, alive is an answer, failed a fault; joined and left are namespaces that come and go.',
    ['resource', 'type'],
  );
  const restarts = exposition.counter(`${PREFIX}watch_restarts_total`, 'Lists and watches that failed, by cause.', [
    'resource',
    'reason',
  ]);
  const objects = exposition.gauge(`${PREFIX}objects`, 'Objects that are selected.', ['resource', 'namespace']);
  const counts = new Map<Scope, number>();
  const joined = new Set<Scope>();
  const failing = new Set<Scope>();
  /** Joined, and the server says no (403): it is failing, but nothing waits for it. */
  const refused = new Set<Scope>();
  let lastSync: number | undefined;
  exposition.read(`${PREFIX}scopes_failing`, 'Lists and watches that cannot be read now.', () => failing.size);
  exposition.read(
    `${PREFIX}last_sync_success_timestamp_seconds`,
    'When every scope was last known to be in step with the API server, after the initial sync; those aside that joined and are forbidden.',
    () => lastSync,
  );

  function count(scope: Scope, objectsInScope: number | undefined): void {
    if (objectsInScope === undefined) counts.delete(scope);
    else counts.set(scope, objectsInScope);
    const labels = { resource: scope.kind, namespace: scope.namespace ?? 'ALL' };
    let sum: number | undefined;
    for (const [each, value] of counts) {
      if (each.kind === scope.kind && each.namespace === scope.namespace) sum = (sum ?? 0) + value;
    }
    if (sum === undefined) objects.remove(labels);
    else objects.set(labels, sum);
  }

  function works(scope: Scope): void {
    failing.delete(scope);
    refused.delete(scope);
  }

  return (event) => {
    if (event.type === 'synced' || (event.type === 'alive' && lastSync !== undefined)) {
      if (event.type === 'alive') works(event.scope);
      if (failing.size === refused.size) lastSync = clock() / 1000;
    }
    if (!('scope' in event)) return;
    if (event.type === 'objects') return count(event.scope, event.count);
    events.add({ resource: event.scope.kind, type: event.type });
    if (event.type === 'joined') {
      joined.add(event.scope);
    } else if (event.type === 'left') {
      joined.delete(event.scope);
      works(event.scope);
      count(event.scope, undefined);
    } else if (event.type === 'failed') {
      failing.add(event.scope);
      if (event.error.code === 'forbidden' && joined.has(event.scope)) refused.add(event.scope);
      else refused.delete(event.scope);
      restarts.add({ resource: event.scope.kind, reason: event.error.code });
    } else if (event.type !== 'init') works(event.scope);
  };
}

function observeFiles(exposition: Exposition): (outcome: FileOutcome) => void {
  const paths = new Set<string>();
  exposition.read(`${PREFIX}files`, 'Files that are in place and ours.', () => paths.size);
  const operations = exposition.counter(
    `${PREFIX}file_operations_total`,
    'What became of each file that was to be written or removed.',
    ['op'],
  );
  const errors = exposition.counter(`${PREFIX}write_errors_total`, 'Failed operations on files, by errno.', ['errno']);
  return (outcome) => {
    operations.add({ op: outcome.op });
    if (outcome.op === 'failed') errors.add({ errno: outcome.error.code });
    else if (outcome.op === 'removed' || outcome.op === 'absent') paths.delete(outcome.path);
    else paths.add(outcome.path);
  };
}

function observeNotifications(exposition: Exposition, clock: () => number): (outcome: NotificationOutcome) => void {
  const total = exposition.counter(`${PREFIX}notifications_total`, 'Ends of notifications: told or failed.', [
    'target',
    'result',
  ]);
  const pending = exposition.gauge(`${PREFIX}notification_pending`, 'Whether a target is owed one after a failure.', [
    'target',
  ]);
  const success = exposition.gauge(`${PREFIX}notification_last_success`, 'Whether the last one succeeded.', ['target']);
  const succeededAt = exposition.gauge(
    `${PREFIX}notification_last_success_timestamp_seconds`,
    'When a target was last told.',
    ['target'],
  );
  return (outcome) => {
    const { target, op } = outcome;
    total.add({ target, result: op });
    pending.set({ target }, Number(op === 'failed' && outcome.retryInMs !== undefined));
    success.set({ target }, Number(op === 'told'));
    if (op === 'told') succeededAt.set({ target }, clock() / 1000);
  };
}

/** The names that Prometheus' client libraries share. */
function observeProcess(exposition: Exposition, { memory, startedAt }: MetricsOptions): void {
  exposition.read('process_start_time_seconds', 'When the process began.', () => startedAt / 1000);
  exposition.read('process_resident_memory_bytes', 'Memory of the process.', () => memory().rss);
  exposition.read('nodejs_heap_size_used_bytes', 'Memory in use on the heap of V8.', () => memory().heapUsed);
}
