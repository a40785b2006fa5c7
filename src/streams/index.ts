/** Sources: each a function that gives an Observable of `ResourceEvent`. The public surface of `k8s-sidecar/streams`. */

export type { ApiRequest, ApiResponsePart, KubernetesApi, Verb } from '../kubernetes/api.js';
export type { ApiCall, KubernetesWriter } from '../kubernetes/api-call.js';
export { ClusterConfigError } from '../kubernetes/cluster-config-error.js';
export { type ConnectClusterOptions, type ConnectedCluster, connectCluster } from '../kubernetes/connect-cluster.js';
export type { CredentialSource, Credentials, TlsIdentity } from '../kubernetes/credential-source.js';
export { type Cluster, type LoadClusterOptions, loadCluster } from '../kubernetes/load-cluster.js';
export type { ElectionFailed, Leadership, Leading, Standing, Term } from '../leadership.js';
export {
  type ObjectKey,
  objectKey,
  type ResourceEvent,
  type ResourceKind,
  type Scope,
  type ScopeMark,
  SourceError,
  type SourceErrorCode,
  type SourceStatus,
  type WatchedKind,
  type WatchedObject,
} from '../model.js';
export { type ElectLeaderOptions, electLeader } from './elect-leader.js';
export { type FetchOptions, fetchObject } from './fetch-object.js';
export { type FollowNamespacesOptions, followNamespaces } from './follow-namespaces.js';
export { leaseIdentity } from './lease-calls.js';
export { listObjects } from './list-objects.js';
export { type PollOptions, pollObjects } from './poll-objects.js';
export { type ManifestOptions, readManifests } from './read-manifests.js';
export type { SourceOptions } from './source-options.js';
export { watchObjects } from './watch-objects.js';
export type { WatchOptions } from './watch-options.js';
