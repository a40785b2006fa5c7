/** The library: the pipeline as a whole, and the nouns. Its parts are in `k8s-sidecar/streams`, `/operators` and `/sinks`. */

export * from './model.js';
export type { Hook } from './operators/tell-hooks.js';
export { runSidecar, type SidecarOptions } from './sidecar.js';
