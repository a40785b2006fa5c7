export type * from './embedded-kubernetes.js';
export type * from './grafana/fake-grafana.js';
export type * from './grafana/grafana-options.js';
export type * from './grafana/grafana-views.js';
export { startFakeGrafana } from './grafana/start-fake-grafana.js';
export { startEmbeddedKubernetes } from './start-embedded-kubernetes.js';
