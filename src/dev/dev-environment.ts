import type { World } from '../program.js';

export interface DevOwn {
  /** Where files go unless the user says otherwise. */
  readonly folder: string;
  readonly kubeconfig: string;
  /** Of the receiver of reloads; `undefined` where the user's own application is told. */
  readonly reloadUrl?: string | undefined;
  /** Whether the log is for us to put into plain words; else it is the user's, as it is. */
  readonly plain: boolean;
}

/**
 * The sidecar's environment in `dev`: the user's, with our defaults where it says nothing. Only `KUBECONFIG` is ours whatever
 * the user's says: the clusters of the machine are none of our business.
 */
export function devEnvironment(given: World['env'], own: DevOwn): World['env'] {
  const defaults = {
    LABEL: 'collect',
    RESOURCE: 'both',
    NAMESPACE: 'default',
    FOLDER: own.folder,
    HEALTH_PORT: '0',
    // No question of the machine's firewall, and nobody else's business.
    HEALTH_HOST: '127.0.0.1',
    // `unchanged` is said at this level alone; what else is, plain words leave out.
    ...(own.plain && { LOG_LEVEL: 'DEBUG' }),
    ...(own.reloadUrl !== undefined && { REQ_URL: own.reloadUrl, REQ_METHOD: 'POST' }),
  };
  const isSet = (name: string) => given[name] !== undefined && given[name] !== '';
  return {
    ...given,
    ...Object.fromEntries(Object.entries(defaults).filter(([name]) => !isSet(name))),
    // A proxy of the machine cannot reach the loopback that we mean. The spelling in small letters wins over the other.
    ...(own.reloadUrl !== undefined && { no_proxy: '127.0.0.1' }),
    KUBECONFIG: own.kubeconfig,
  };
}
