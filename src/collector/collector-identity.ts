import type { Config } from '../config/options.js';
import type { Selection } from '../config/selection.js';
import { identityHash } from '../sinks/files/identity.js';

/** Who a collector is to others. */
export interface CollectorIdentity {
  /** For people: `<own namespace>/<LABEL>[=<LABEL_VALUE>]`, or what else it selects by. */
  readonly instance: string;
  /** In the names of our files: tells them from a sibling's. */
  readonly hash: string;
  /** Other in each life of the process. */
  readonly life: string;
}

export function collectorIdentity(
  config: Config,
  { labelSelector, fieldSelector, identity }: Selection,
  own: { readonly namespace: string; readonly life: string },
): CollectorIdentity {
  const named = config.resourceName?.map(({ name }) => name).join(',');
  return {
    instance: `${own.namespace}/${labelSelector ?? named ?? fieldSelector ?? ''}`,
    hash: identityHash(identity),
    life: own.life,
  };
}
