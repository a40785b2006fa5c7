export type * from './embedded-kubernetes.js';
export { startEmbeddedKubernetes } from './start-embedded-kubernetes.js';
