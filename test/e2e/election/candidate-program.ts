import { appendFileSync, writeSync } from 'node:fs';
import { Subject } from 'rxjs';
import { connectCluster } from '../../../src/kubernetes/connect-cluster.js';
import { loadCluster } from '../../../src/kubernetes/load-cluster.js';
import type { Term } from '../../../src/leadership.js';
import { electLeader } from '../../../src/streams/elect-leader.js';

/** What one candidate is told. */
export interface Job {
  readonly kubeconfig: string;
  readonly namespace: string;
  readonly identity: string;
  /** A line with the identity for each act, of all candidates in one file. */
  readonly acts: string;
  readonly leaseMs: number;
  readonly renewDeadlineMs: number;
  readonly retryMs: number;
}

/** Takes part in an election, says what it hears of it, and acts as often as it may. SIGTERM stops it in order. */
const job = JSON.parse(process.argv[2] ?? '') as Job;
const stop$ = new Subject<void>();
process.on('SIGTERM', () => stop$.next());
const cluster = await loadCluster({
  env: {},
  homeDir: '/nonexistent',
  kubeconfigPaths: [job.kubeconfig],
  skipTlsVerify: false,
  podNamespace: undefined,
  onSecret: () => {},
});
const api = connectCluster(cluster);
let term: Term | undefined;
const acting = setInterval(() => {
  if (term?.mayAct()) appendFileSync(job.acts, `${job.identity}\n`);
}, 5);
electLeader(api, { ...job, lease: 'test', stop$ }).subscribe({
  next: (event) => {
    if (event.state === 'leading') term = event.term;
    writeSync(1, `${JSON.stringify(event)}\n`);
  },
  complete: () => {
    clearInterval(acting);
    api.close();
  },
});
