import { forbidden, invalidValue, required, tooLong } from './cause.js';
import type { ObjectMeta, OwnerReference } from './kube-object.js';
import { dnsLabelFaults, labelKeyFaults, labelValueFaults, subdomainFaults } from './names.js';
import type { Cause } from './status.js';

/** Of all annotations, keys and values. */
const MAX_ANNOTATION_BYTES = 256 * 1024;
/** They need no prefix. */
const STANDARD_FINALIZERS = ['orphan', 'foregroundDeletion', 'kubernetes'];

/** What is wrong with the `metadata` of an object that is to be created (apimachinery's ValidateObjectMetaAccessor). */
export function metaFaults(metadata: ObjectMeta, kind: string): readonly Cause[] {
  const { name, generateName } = metadata;
  const faultsOf = kind === 'Namespace' ? dnsLabelFaults : subdomainFaults;
  const ofPrefix = generateName === undefined ? [] : faultsOf(withoutTrailingDash(generateName));
  const ofName =
    name === undefined
      ? [required('metadata.name', 'name or generateName is required')]
      : faultsOf(name).map((fault) => invalidValue('metadata.name', name, fault));
  return [
    ...ofPrefix.map((fault) => invalidValue('metadata.generateName', generateName, fault)),
    ...ofName,
    ...labelFaults(metadata.labels ?? {}),
    ...annotationFaults(metadata.annotations ?? {}),
    ...ownerFaults(metadata.ownerReferences ?? []),
    ...finalizerFaults(metadata.finalizers ?? []),
  ];
}

/** What an update may not change (apimachinery's ValidateObjectMetaAccessorUpdate). */
export function metaUpdateFaults(next: ObjectMeta, previous: ObjectMeta): readonly Cause[] {
  const added = (next.finalizers ?? []).filter((one) => !previous.finalizers?.includes(one)).sort();
  const list = added.map((one) => JSON.stringify(one)).join(', ');
  const finalizers =
    previous.deletionTimestamp !== undefined && added.length > 0
      ? [
          forbidden(
            'metadata.finalizers',
            `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`,
          ),
        ]
      : [];
  const fixed = (['uid', 'deletionTimestamp', 'deletionGracePeriodSeconds'] as const)
    .filter((field) => next[field] !== previous[field])
    .map((field) => invalidValue(`metadata.${field}`, next[field] ?? null, 'field is immutable'));
  return [...finalizers, ...fixed];
}

/** A prefix may end in what the generated part goes on from. */
function withoutTrailingDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;
}

function labelFaults(labels: Readonly<Record<string, string>>): readonly Cause[] {
  const field = 'metadata.labels';
  return Object.entries(labels).flatMap(([key, value]) => [
    ...labelKeyFaults(key).map((fault) => invalidValue(field, key, fault)),
    ...labelValueFaults(value).map((fault) => invalidValue(field, value, fault)),
  ]);
}

function annotationFaults(annotations: Readonly<Record<string, string>>): readonly Cause[] {
  const field = 'metadata.annotations';
  const entries = Object.entries(annotations);
  const bytes = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);
  return [
    ...entries.flatMap(([key]) => labelKeyFaults(key.toLowerCase()).map((fault) => invalidValue(field, key, fault))),
    ...(bytes > MAX_ANNOTATION_BYTES ? [tooLong(field, MAX_ANNOTATION_BYTES)] : []),
  ];
}

function ownerFaults(owners: readonly OwnerReference[]): readonly Cause[] {
  const field = 'metadata.ownerReferences';
  const each = owners.flatMap((owner, index) => ownerFaultsOf(owner, `${field}[${index}]`));
  const controllers = owners.filter(({ controller }) => controller).map(({ kind, name }) => `${kind}/${name}`);
  const written = owners.map((owner) => ({ apiVersion: '', kind: '', name: '', uid: '', ...owner }));
  const text = `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and `;
  return [...each, ...controllers.slice(1).map((other) => invalidValue(field, written, `${text}${other}`))];
}

function ownerFaultsOf(owner: OwnerReference, field: string): readonly Cause[] {
  const { apiVersion } = owner;
  const isEvent = owner.kind === 'Event' && (apiVersion === 'v1' || apiVersion === 'events.k8s.io/v1');
  const group = apiVersion?.includes('/') ? apiVersion.split('/')[0] : '';
  return [
    ...(['apiVersion', 'kind', 'name', 'uid'] as const).flatMap((part) => {
      if (owner[part] === undefined) return [required(`${field}.${part}`, 'must not be empty')];
      const isWrong = part === 'apiVersion' && !/^([^/]+\/)?[^/]+$/.test(owner[part]);
      return isWrong ? [invalidValue(`${field}.${part}`, owner[part], 'must be <group>/<version> or <version>')] : [];
    }),
    ...(isEvent ? [invalidValue(field, owner, `${group}/v1, Kind=Event is disallowed from being an owner`)] : []),
  ];
}

function finalizerFaults(finalizers: readonly string[]): readonly Cause[] {
  const field = 'metadata.finalizers';
  const both = finalizers.includes('orphan') && finalizers.includes('foregroundDeletion');
  return [
    ...finalizers.flatMap((one) => labelKeyFaults(one).map((fault) => invalidValue(field, one, fault))),
    ...(both ? [invalidValue(field, finalizers, 'finalizer orphan and foregroundDeletion cannot be both set')] : []),
    ...finalizers.flatMap((one, index) =>
      one.includes('/') || STANDARD_FINALIZERS.includes(one)
        ? []
        : [
            invalidValue(
              `${field}[${index}]`,
              one,
              'name is neither a standard finalizer name nor is it fully qualified',
            ),
          ],
    ),
  ];
}
