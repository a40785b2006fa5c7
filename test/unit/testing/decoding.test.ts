import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLabelSelector } from '../../../src/selectors/label-selector.js';
import { SelectorError } from '../../../src/selectors/selector-error.js';
import { decodeBase64 } from '../../../src/testing/base64.js';
import { decodeObject } from '../../../src/testing/decode-object.js';
import { parseTime } from '../../../src/testing/go-time.js';
import { humanDuration } from '../../../src/testing/human-duration.js';
import { labelFault } from '../../../src/testing/label-fault.js';
import { negotiate } from '../../../src/testing/negotiate.js';
import { decodeProtobuf } from '../../../src/testing/protobuf.js';
import { CONFIG_MAPS, NAMESPACES, SECRETS } from '../../../src/testing/resources.js';

describe('an object in protobuf', () => {
  // As kubectl 1.32 wrote them: kubectl create configmap | secret generic | namespace.
  test.each([
    [
      'azhzAAoPCgJ2MRIJQ29uZmlnTWFwEigKEwoDY20xEgAaACIAKgAyADgAQgASBgoBYRIBYhoJCgNiaW4SAgD/GgAiAA==',
      CONFIG_MAPS,
      { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'cm1' }, data: { a: 'b' }, binaryData: { bin: 'AP8=' } },
    ],
    [
      'azhzAAoMCgJ2MRIGU2VjcmV0Eh4KEgoCczESABoAIgAqADIAOABCABIGCgFrEgF2GgAaACIA',
      SECRETS,
      { kind: 'Secret', apiVersion: 'v1', metadata: { name: 's1' }, data: { k: 'dg==' }, type: 'Opaque' },
    ],
    [
      'azhzAAoPCgJ2MRIJTmFtZXNwYWNlEhoKEgoCbjESABoAIgAqADIAOABCABIAGgIKABoAIgA=',
      NAMESPACES,
      { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'n1' } },
    ],
  ])('is what kubectl wrote', (base64, spec, object) => {
    expect(decodeObject(decodeProtobuf(Buffer.from(base64, 'base64')), spec).object).toEqual(object);
  });

  test('may say everything that metadata has, and more than is known', () => {
    const meta = message(
      text(1, 'a'),
      number(7, -1n),
      text(8, message(number(1, 1_000_000_000n), number(2, 5n))),
      text(9, ''),
      text(11, message(text(1, 'k'), text(2, 'v'))),
      text(11, message(text(1, 'empty'))),
      text(13, message(text(4, 'u1'), number(6, 1n), number(7, 0n))),
      text(14, 'x/y'),
      text(14, 'y/z'),
      Buffer.from([(99 << 3) | 1, 6].map((byte) => byte & 0xff)).subarray(0, 0),
      Buffer.concat([varint((90n << 3n) | 1n), Buffer.alloc(8)]),
      Buffer.concat([varint((91n << 3n) | 5n), Buffer.alloc(4)]),
    );
    const bytes = envelope('ConfigMap', message(text(1, meta), number(4, 1n)));
    expect(decodeProtobuf(bytes)).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      immutable: true,
      metadata: {
        name: 'a',
        generation: -1,
        creationTimestamp: '2001-09-09T01:46:40.000Z',
        deletionTimestamp: null,
        labels: { k: 'v', empty: '' },
        ownerReferences: [{ uid: 'u1', controller: true, blockOwnerDeletion: false }],
        finalizers: ['x/y', 'y/z'],
      },
    });
  });

  test('may be a Lease, with its times to the microsecond', () => {
    const time = message(number(1, 1_000_000_000n), number(2, 5_006_999n));
    const spec = message(text(1, 'a'), number(2, 10n), text(3, ''), text(4, time), number(5, 0n));
    const bytes = envelope('Lease', message(text(1, text(1, 'l')), text(2, spec)));
    expect(decodeProtobuf(bytes)).toEqual({
      kind: 'Lease',
      apiVersion: 'v1',
      metadata: { name: 'l' },
      spec: {
        holderIdentity: 'a',
        leaseDurationSeconds: 10,
        acquireTime: null,
        renewTime: '2001-09-09T01:46:40.005006Z',
        leaseTransitions: 0,
      },
    });
  });

  test('of another kind says its kind alone', () => {
    expect(decodeProtobuf(envelope('Pod', text(1, 'x')))).toEqual({ kind: 'Pod', apiVersion: 'v1' });
  });

  test('that is torn is a RangeError, and never anything else', () => {
    const whole = envelope(
      'ConfigMap',
      message(text(1, text(1, 'name')), text(2, message(text(1, 'k'), text(2, 'v')))),
    );
    const ofOtherType = [
      envelope('ConfigMap', number(1, 7n)),
      envelope('ConfigMap', text(4, 'true')),
      message(Buffer.from('k8s\0'), number(2, 0n)),
    ];
    for (const torn of [
      ...ofOtherType,
      Buffer.from('{}'),
      whole.subarray(0, -1),
      Buffer.concat([whole.subarray(0, 4), Buffer.from([7])]),
    ]) {
      expect(() => decodeProtobuf(torn)).toThrow(RangeError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        try {
          decodeProtobuf(Buffer.concat([whole.subarray(0, 4), bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
    );
  });
});

describe('base64', () => {
  test('is given as it is written, whatever line ends stand in it', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const base64 = Buffer.from(bytes).toString('base64');
        expect(decodeBase64(base64)).toBe(base64);
        expect(decodeBase64(base64.replace(/(.{3})/g, '$1\r\n'))).toBe(base64);
      }),
    );
  });

  test('may have bits left over', () => expect(decodeBase64('YR==')).toBe('YQ=='));

  test.each([
    ['YQ', 0],
    ['YWJjY*==', 5],
    ['YQ==YQ==', 2],
    ['_-8=', 0],
    ['YWJjZA', 4],
  ])('%s is refused at its byte %i', (text, at) => {
    expect(() => decodeBase64(text)).toThrow(`illegal base64 data at input byte ${at}`);
  });
});

describe('a time', () => {
  test.each([
    ['2030-01-02T03:04:05Z', '2030-01-02T03:04:05Z'],
    ['2030-01-02T03:04:05.999+02:00', '2030-01-02T01:04:05Z'],
  ])('%s is %s', (text, result) => expect(parseTime(text)).toBe(result));

  test.each(['', 'today', '2030-13-02T03:04:05Z', '2030-01-02'])('%j is none', (text) => {
    expect(() => parseTime(text)).toThrow('parsing time');
  });
});

describe('an age', () => {
  const [s, m, h, d] = [1_000, 60_000, 3_600_000, 86_400_000];
  test.each([
    [-5 * s, '<invalid>'],
    [-1.5 * s, '0s'],
    [119 * s, '119s'],
    [2 * m, '2m'],
    [9 * m + 5 * s, '9m5s'],
    [179 * m, '179m'],
    [3 * h, '3h'],
    [7 * h + 59 * m, '7h59m'],
    [47 * h, '47h'],
    [2 * d, '2d'],
    [7 * d + 3 * h, '7d3h'],
    [100 * d, '100d'],
    [2 * 365 * d + d, '2y1d'],
    [9 * 365 * d, '9y'],
  ])('of %i ms is %s', (ms, text) => expect(humanDuration(ms)).toBe(text));
});

describe('a label selector', () => {
  test('is refused exactly where our own parser refuses it', () => {
    const part = fc.constantFrom(
      'a',
      'b/c',
      '-x',
      'in',
      'notin',
      '=',
      '==',
      '!=',
      '!',
      '(',
      ')',
      ',',
      '<',
      '>',
      '7',
      'a/b/c',
      ' ',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const selector = parts.join(' ');
        expect([selector, labelFault(selector) === undefined]).toEqual([selector, isTaken(selector)]);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('an Accept header', () => {
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  test.each([
    [undefined, 'json', 'object'],
    ['*/*', 'json', 'object'],
    [`${table},application/json`, 'json', 'Table'],
    ['application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json', 'json', 'object'],
    ['application/vnd.kubernetes.protobuf,application/json', 'json', 'object'],
    [`application/json;q=0.5,${table};q=0.9`, 'json', 'Table'],
    ['application/json;q=x', 'json', 'object'],
    ['application/yaml', 'yaml', 'object'],
  ])('%s is answered as %s, %s', (accept, format, as) => {
    expect(negotiate(accept, false)).toEqual({ format, as });
  });

  test.each([
    'application/vnd.kubernetes.protobuf',
    'text/html',
    'application/json;as=Picture;v=v1;g=meta.k8s.io',
  ])('%s cannot be answered', (accept) => {
    expect(() => negotiate(accept, false)).toThrow(expect.objectContaining({ httpStatus: 406 }));
  });

  test('of YAML cannot be answered by a watch', () => {
    expect(() => negotiate('application/yaml', true)).toThrow('application/json;stream=watch');
    expect(negotiate('application/yaml,application/json', true)).toEqual({ format: 'json', as: 'object' });
  });
});

function isTaken(selector: string): boolean {
  try {
    parseLabelSelector(selector);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(SelectorError);
    return false;
  }
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Buffer.from(bytes);
}

function number(field: number, value: bigint): Buffer {
  return Buffer.concat([varint(BigInt(field) << 3n), varint(value)]);
}

function text(field: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((BigInt(field) << 3n) | 2n), varint(BigInt(bytes.length)), bytes]);
}

function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

function envelope(kind: string, raw: Buffer): Buffer {
  return message(Buffer.from('k8s\0'), text(1, message(text(1, 'v1'), text(2, kind))), text(2, raw));
}
