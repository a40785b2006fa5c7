import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/read-config.js';

/** What the charts set, as rendered with their defaults and with every option that they have. */
const grafanaBase = {
  METHOD: 'WATCH',
  LABEL: 'grafana_dashboard',
  FOLDER: '/tmp/dashboards',
  RESOURCE: 'both',
  REQ_USERNAME: 'admin',
  REQ_PASSWORD: 'prom-operator',
  REQ_URL: 'http://localhost:3000/api/admin/provisioning/dashboards/reload',
  REQ_METHOD: 'POST',
};
const grafanaAll = {
  ...grafanaBase,
  IGNORE_ALREADY_PROCESSED: 'true',
  LABEL_VALUE: '1',
  LOG_LEVEL: 'WARN',
  FOLDER_ANNOTATION: 'grafana_folder',
  RESOURCE_NAME: 'default/configmap/a,secret/b,c',
  UNIQUE_FILENAMES: 'true',
  NAMESPACE: 'ALL',
  SKIP_TLS_VERIFY: 'true',
  WATCH_SERVER_TIMEOUT: '3600',
  WATCH_CLIENT_TIMEOUT: '3660',
  REQ_RETRY_TOTAL: '10',
  REQ_RETRY_CONNECT: '5',
  REQ_RETRY_READ: '0',
};
const loki = {
  METHOD: 'WATCH',
  LABEL: 'loki_rule',
  FOLDER: '/rules',
  RESOURCE: 'both',
  WATCH_SERVER_TIMEOUT: '60',
  WATCH_CLIENT_TIMEOUT: '60',
  LOG_LEVEL: 'INFO',
  HEALTH_PORT: '8080',
};
const cortex = {
  METHOD: '',
  LABEL: 'cortex_rules',
  FOLDER: '/data/rules',
  RESOURCE: 'both',
  UNIQUE_FILENAMES: 'false',
  FOLDER_ANNOTATION: 'k8s-sidecar-target-directory',
  HEALTH_PORT: '8081',
};
const jenkins = {
  POD_NAME: 'jenkins-0',
  LABEL: 'jenkins-jenkins-config',
  HEALTH_PORT: '8060',
  FOLDER: '/var/jenkins_home/casc_configs',
  NAMESPACE: 'jenkins',
  REQ_URL: 'http://localhost:8080/reload-configuration-as-code/?casc-reload-token=jenkins-0',
  REQ_METHOD: 'POST',
  REQ_RETRY_CONNECT: '10',
};

describe('the environment of a chart is taken as it is', () => {
  test.each<[chart: string, env: Record<string, string>, config: object]>([
    ['Grafana, defaults', grafanaBase, { method: 'WATCH', resource: 'both', reqMethod: 'POST', healthPort: 8080 }],
    [
      'Grafana, every option',
      grafanaAll,
      {
        namespace: 'ALL',
        watchClientTimeout: 3660,
        logLevel: 'WARNING',
        uniqueFilenames: true,
        reqRetryRead: 0,
        resourceName: [
          { kind: 'configmap', namespace: 'default', name: 'a' },
          { kind: 'secret', namespace: undefined, name: 'b' },
          { kind: undefined, namespace: undefined, name: 'c' },
        ],
      },
    ],
    ['Grafana, alerts', { ...grafanaBase, LABEL: 'grafana_alert', LABEL_VALUE: '' }, { labelValue: undefined }],
    ['Grafana, data sources', { ...grafanaBase, LABEL: 'grafana_datasource' }, { label: 'grafana_datasource' }],
    [
      'Grafana, notifiers',
      { ...grafanaBase, LABEL: 'grafana_notifier', UNIQUE_FILENAMES: 'false' },
      { uniqueFilenames: false },
    ],
    ['Grafana, plugins', { ...grafanaBase, LABEL: 'grafana_plugin' }, { label: 'grafana_plugin' }],
    [
      'Grafana, init',
      { ...grafanaBase, METHOD: 'LIST', REQ_SKIP_INIT: 'true', HEALTH_PORT: '8084' },
      { method: 'LIST', reqSkipInit: true, healthPort: 8084 },
    ],
    ['Grafana, several namespaces', { ...grafanaBase, NAMESPACE: 'a,b' }, { namespace: ['a', 'b'] }],
    ['Loki', loki, { watchServerTimeout: 60, watchClientTimeout: 60 }],
    [
      'Loki, X.509',
      { ...loki, DISABLE_X509_STRICT_VERIFICATION: 'true', SKIP_TLS_VERIFY: 'true' },
      { skipTlsVerify: true },
    ],
    ['Cortex', cortex, { method: 'WATCH', healthPort: 8081, uniqueFilenames: false }],
    [
      'Cortex, empty values',
      { ...cortex, NAMESPACE: '', LABEL_VALUE: '', SKIP_TLS_VERIFY: '' },
      { namespace: undefined },
    ],
    ['Jenkins, init', { ...jenkins, METHOD: 'LIST' }, { method: 'LIST' }],
    ['Jenkins, sidecar', { ...jenkins, METHOD: 'SLEEP', SLEEP_TIME: '30' }, { method: 'SLEEP', sleepTime: 30 }],
    ['Jenkins, watch', { ...jenkins, REQ_SKIP_TLS_VERIFY: 'true' }, { method: 'WATCH', reqRetryConnect: 10 }],
  ])('%s', (_, env, config) => {
    const result = readConfig({ env: { PATH: '/bin', KUBERNETES_SERVICE_HOST: '10.0.0.1', ...env }, argv: [] });
    expect(result).toMatchObject({ ok: config });
  });
});

test('a script and a logging configuration are taken from whatever chart', () => {
  const result = readConfig({ env: { ...jenkins, SCRIPT: '/run.sh', LOG_CONFIG: '/logging.yaml' }, argv: [] });
  expect(result).toMatchObject({ ok: { script: '/run.sh', logConfig: '/logging.yaml' } });
});
