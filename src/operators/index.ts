/** Operators, each from stream to stream. The public surface of `k8s-sidecar/operators`. */

export type { LabelRequirement, Labels } from '../selectors/label-requirement.js';
export { type LabelSelector, parseLabelSelector } from '../selectors/label-selector.js';
export { SelectorError } from '../selectors/selector-error.js';
export { type BackoffOptions, backoffMs, DEFAULT_BACKOFF } from './backoff.js';
export { type ClaimPathsOptions, type ContentNeeded, claimPaths, type Remembered } from './claim-paths.js';
export { type CoalesceOptions, coalesce } from './coalesce.js';
export { type DebounceByKeyOptions, debounceByKey } from './debounce-by-key.js';
export { type FetchContentsOptions, fetchContents } from './fetch-contents.js';
export { filterByLabel } from './filter-by-label.js';
export { type GroupByObjectOptions, groupByObject } from './group-by-object.js';
export { type HoldInitialOptions, holdInitial } from './hold-initial.js';
export { type LatestByKeyOptions, latestByKey } from './latest-by-key.js';
export { markSynced } from './mark-synced.js';
export { reconcileLists } from './reconcile-lists.js';
export { type RetryFailedFilesOptions, retryFailedFiles } from './retry-failed-files.js';
export { type RetryWithBackoffOptions, retryWithBackoff } from './retry-with-backoff.js';
export { type SettleOptions, settle } from './settle.js';
export { type Debts, type Hook, type TellHooksOptions, tellHooks } from './tell-hooks.js';
export { through } from './through.js';
