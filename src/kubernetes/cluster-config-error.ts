/**
 * The configuration of the Kubernetes client cannot be used: a kubeconfig that is missing, unreadable or contradictory.
 * Thrown at the start, before the first request. What fails later (a token file, an exec plugin) is a `SourceError` with
 * the code `credentials`, since it may mend itself.
 */
export class ClusterConfigError extends Error {
  override readonly name = 'ClusterConfigError';
  /**
   * `unreadable` (file missing, no permission) · `malformed` (not YAML, not a kubeconfig) · `incomplete` (a context,
   * cluster or user is not there) · `unsupported` · `not-found` (neither a kubeconfig nor a service account)
   */
  readonly code: 'unreadable' | 'malformed' | 'incomplete' | 'unsupported' | 'not-found';

  constructor(code: ClusterConfigError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
