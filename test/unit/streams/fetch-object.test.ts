import { EMPTY, lastValueFrom, of, throwError } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { ApiRequest, ApiResponsePart, KubernetesApi } from '../../../src/kubernetes/api.js';
import { SourceError } from '../../../src/model.js';
import { fetchObject } from '../../../src/streams/fetch-object.js';
import { bytes, configMap, page } from './play.js';

const status = (code: number) =>
  throwError(() => new SourceError(code === 403 ? 'forbidden' : 'rejected', `${code}`, { status: code }));

function api(answers: Partial<Record<ApiRequest['verb'], ReturnType<KubernetesApi['request']>>>) {
  const requests: ApiRequest[] = [];
  return {
    requests,
    request: (request: ApiRequest) => {
      requests.push(request);
      return answers[request.verb] ?? EMPTY;
    },
  };
}

const fetch = (answers: Parameters<typeof api>[0]) => lastValueFrom(fetchObject(api(answers), 'configmap/default/a'));

test('gets the one object', async () => {
  const one = api({ get: of<ApiResponsePart[]>({ type: 'head' }, bytes(JSON.stringify(configMap('a', 7)))) });
  expect(await lastValueFrom(fetchObject(one, 'configmap/default/a'))).toMatchObject({
    name: 'a',
    resourceVersion: '7',
  });
  expect(one.requests).toEqual([{ verb: 'get', kind: 'configmap', namespace: 'default', name: 'a' }]);
});

test.each([403, 404])('after a %i a list with a field selector says what there is', async (code) => {
  const both = api({ get: status(code), list: of(page([configMap('a', 7)], 9)) });
  expect(await lastValueFrom(fetchObject(both, 'configmap/default/a'))).toMatchObject({ name: 'a' });
  expect(both.requests[1]).toEqual({
    verb: 'list',
    kind: 'configmap',
    namespace: 'default',
    query: { fieldSelector: 'metadata.name=a' },
  });
});

test('a list without it says that it does not exist', async () => {
  expect(await fetch({ get: status(404), list: of(page([], 9)) })).toBeUndefined();
  // A server that does not know the field selector sends all.
  expect(await fetch({ get: status(404), list: of(page([configMap('b', 7)], 9)) })).toBeUndefined();
});

test('whatever else fails is an error, that of the list too', async () => {
  await expect(fetch({ get: status(500) })).rejects.toMatchObject({ status: 500 });
  await expect(fetch({ get: status(404), list: status(403) })).rejects.toMatchObject({ status: 403 });
  await expect(fetch({ get: of(bytes('{"password": s3cret')) })).rejects.toThrow(/^(?!.*s3cret)/);
});

describe('what must be selected', () => {
  const labelled = {
    ...configMap('a', 7),
    metadata: { ...(configMap('a', 7)['metadata'] as object), labels: { l: '1' } },
  };
  const got = of<ApiResponsePart[]>({ type: 'head' }, bytes(JSON.stringify(labelled)));

  test.each([
    [{ labelSelector: 'l in (1)' }, 'a'],
    [{ labelSelector: '!l' }, undefined],
    [{ fieldSelector: 'metadata.name!=b,metadata.namespace=default' }, 'a'],
    [{ fieldSelector: 'metadata.name!=a' }, undefined],
    [{ fieldSelector: 'metadata.namespace=other' }, undefined],
  ])('by %j is decided here after a GET: %s', async (selectors, name) => {
    const one = api({ get: got });
    expect((await lastValueFrom(fetchObject(one, 'configmap/default/a', selectors)))?.name).toBe(name);
    expect(one.requests).toHaveLength(1);
  });

  test('is sent along with a list, which is not taken at its word where we know better', async () => {
    const both = api({ get: status(403), list: of(page([labelled], 9)) });
    const selectors = { labelSelector: 'l,!x', fieldSelector: 'metadata.name!=b' };
    expect(await lastValueFrom(fetchObject(both, 'configmap/default/a', selectors))).toMatchObject({ name: 'a' });
    expect(both.requests[1]?.query).toEqual({
      labelSelector: 'l,!x',
      fieldSelector: 'metadata.name=a,metadata.name!=b',
    });
    const ignorant = api({ get: status(403), list: of(page([labelled], 9)) });
    expect(await lastValueFrom(fetchObject(ignorant, 'configmap/default/a', { labelSelector: '!l' }))).toBeUndefined();
  });

  test('by the type of a Secret is asked of a list alone', async () => {
    const only = api({ get: got, list: of(page([], 9)) });
    const selectors = { fieldSelector: 'type=Opaque' };
    expect(await lastValueFrom(fetchObject(only, 'configmap/default/a', selectors))).toBeUndefined();
    expect(only.requests.map(({ verb, query }) => [verb, query?.['fieldSelector']])).toEqual([
      ['list', 'metadata.name=a,type=Opaque'],
    ]);
    const refused = api({ list: status(403) });
    await expect(lastValueFrom(fetchObject(refused, 'configmap/default/a', selectors))).rejects.toThrow('403');
    expect(refused.requests).toHaveLength(1);
  });
});
