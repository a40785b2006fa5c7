import { expect, test } from 'vitest';
import { bare } from './answers.js';
import { onBothServers } from './on-both-servers.js';

onBothServers('a Secret', (given) => {
  test('stores stringData as data, over what data says, and never shows it', async () => {
    const { api, secrets, namespace } = await given();
    const made = await api.create(secrets, {
      metadata: { name: 's' },
      stringData: { a: 'plain', c: 'ü' },
      data: { a: 'eQ==', b: 'eg==' },
    });
    expect(bare(made)).toEqual({
      kind: 'Secret',
      apiVersion: 'v1',
      metadata: { name: 's', namespace },
      data: { a: 'cGxhaW4=', b: 'eg==', c: 'w7w=' },
      type: 'Opaque',
    });
    expect((await api.get(`${secrets}/s`)).body).toEqual(made);
  });

  test('is Opaque unless it says otherwise', async () => {
    const { api, secrets } = await given();
    expect((await api.create(secrets, { metadata: { name: 'a' } })).type).toBe('Opaque');
    expect((await api.create(secrets, { metadata: { name: 'b' }, type: 'example.com/mine' })).type).toBe(
      'example.com/mine',
    );
  });

  test('takes stringData in a patch too', async () => {
    const { api, secrets } = await given();
    await api.create(secrets, { metadata: { name: 's' }, stringData: { a: '1' } });
    expect((await api.patch(`${secrets}/s`, { stringData: { b: '2' } })).body.data).toEqual({ a: 'MQ==', b: 'Mg==' });
  });

  test('keeps bytes that are no text, and empty values', async () => {
    const { api, secrets } = await given();
    const data = { bytes: 'AP/+', nothing: '' };
    expect((await api.create(secrets, { metadata: { name: 's' }, data })).data).toEqual(data);
  });
});

onBothServers('a ConfigMap', (given) => {
  test('keeps text and bytes apart, and shows its keys in order', async () => {
    const { api, configmaps, namespace } = await given();
    const made = await api.create(configmaps, {
      metadata: { name: 'c' },
      data: { z: 'ü\n', a: '' },
      binaryData: { bytes: 'AP/+' },
    });
    expect(bare(made)).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'c', namespace },
      data: { a: '', z: 'ü\n' },
      binaryData: { bytes: 'AP/+' },
    });
    expect(Object.keys(made.data ?? {})).toEqual(['a', 'z']);
  });
});
