import { expect, test } from 'vitest';
import { type ApiRequest, pathOf } from '../../../src/kubernetes/api.js';
import { forbiddenMessage } from '../../../src/kubernetes/forbidden-message.js';
import { statusError } from '../../../src/kubernetes/status-error.js';
import { retryAfterMs } from '../../../src/retry-after.js';

const list: ApiRequest = { verb: 'list', kind: 'configmap', namespace: 'b' };

test.each([
  [400, 'rejected'],
  [401, 'unauthorized'],
  [403, 'forbidden'],
  [404, 'rejected'],
  [410, 'expired'],
  [422, 'rejected'],
  [429, 'throttled'],
  [500, 'server'],
  [503, 'server'],
  [302, 'rejected'],
] as const)('%i is %s', (status, code) => {
  expect(statusError(status, undefined, list)).toMatchObject({ name: 'SourceError', code, status });
});

test('of the body only the reason is said, and that only if it is an identifier', () => {
  const body = { reason: 'Invalid', message: 'the value "s3cret" is wrong' };
  expect(statusError(422, body, list, { server: 'https://k' }).message).toBe(
    'https://k does not understand our list of configmaps (422 Invalid).',
  );
  expect(statusError(500, { reason: 'x "s3cret"' }, list).message).toBe(
    'The Kubernetes API failed at our list of configmaps (500).',
  );
});

test('a wish to wait comes from the header, else from the body', () => {
  const body = { details: { retryAfterSeconds: 3 } };
  expect(statusError(429, body, list).retryAfterMs).toBe(3000);
  expect(statusError(429, body, list, { retryAfterMs: 5000 }).retryAfterMs).toBe(5000);
  expect(statusError(429, { details: { retryAfterSeconds: 'x' } }, list).retryAfterMs).toBeUndefined();
  expect(statusError(429, { details: { retryAfterSeconds: 0 } }, list).retryAfterMs).toBeUndefined();
});

test('a resourceVersion that is too large is as useless as one that is too old', () => {
  const body = {
    reason: 'Timeout',
    details: { causes: [{ reason: 'ResourceVersionTooLarge' }], retryAfterSeconds: 1 },
  };
  expect(statusError(504, body, list)).toMatchObject({ code: 'expired', status: 504, retryAfterMs: 1000 });
  expect(statusError(504, { details: { causes: [null] } }, list).code).toBe('server');
});

test('a 403 says who may not do what, and the rule to add', () => {
  const said = 'configmaps is forbidden: User "system:serviceaccount:a:b" cannot list resource "configmaps"';
  expect(statusError(403, { message: said }, list).message).toBe(
    'system:serviceaccount:a:b may not list configmaps in namespace "b": add a Role there with apiGroups [""], ' +
      'resources ["configmaps"], verbs ["get","list","watch"], and a RoleBinding for system:serviceaccount:a:b.',
  );
  expect(forbiddenMessage({ verb: 'watch', kind: 'secret', namespace: undefined }, undefined)).toBe(
    'This user may not watch secrets in all namespaces: add a ClusterRole with apiGroups [""], resources ["secrets"], ' +
      'verbs ["get","list","watch"], and a ClusterRoleBinding for it.',
  );
  expect(forbiddenMessage({ verb: 'list', kind: 'namespace', namespace: undefined }, undefined)).toBe(
    'This user may not list namespaces: add a ClusterRole with apiGroups [""], resources ["namespaces"], ' +
      'verbs ["get","list","watch"], and a ClusterRoleBinding for it.',
  );
});

test.each([
  ['7', 7000],
  [' 7 ', 7000],
  ['Thu, 01 Jan 1970 00:01:00 GMT', 50_000],
  ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('Retry-After %j is %j ms', (header, expected) => {
  expect(retryAfterMs(header, 10_000)).toBe(expected);
});

test.each([
  [list, '/api/v1/namespaces/b/configmaps'],
  [{ ...list, namespace: undefined, kind: 'secret' }, '/api/v1/secrets'],
  [{ ...list, namespace: undefined, kind: 'namespace' }, '/api/v1/namespaces'],
  [{ ...list, verb: 'get', name: 'x' }, '/api/v1/namespaces/b/configmaps/x'],
  [
    { ...list, query: { labelSelector: 'a in (b,c)', limit: 5, continue: undefined, watch: true } },
    '/api/v1/namespaces/b/configmaps?labelSelector=a+in+%28b%2Cc%29&limit=5&watch=true',
  ],
  [{ ...list, namespace: '../x', name: 'a/b' }, '/api/v1/namespaces/..%2Fx/configmaps/a%2Fb'],
] as [ApiRequest, string][])('the path of %j', (request, path) => {
  expect(pathOf(request)).toBe(path);
});
