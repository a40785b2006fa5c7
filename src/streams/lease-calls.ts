import { randomUUID } from 'node:crypto';
import type { Access, ApiCall } from '../kubernetes/api-call.js';
import type { LeaseRecord } from './lease-record.js';

/** A Lease by its name. */
export interface LeasePlace {
  readonly namespace: string;
  /** Its name. */
  readonly lease: string;
}

/** Unique also where a pod's container starts again: that is another one, who has to wait for the Lease of the first. */
export function leaseIdentity(podName: string): string {
  return `${podName}_${randomUUID()}`;
}

export function getLease(place: LeasePlace): ApiCall {
  return { method: 'GET', path: pathOf(place), access: access('get', place) };
}

export function createLease(place: LeasePlace, spec: object): ApiCall {
  const body = { ...TYPE, metadata: { name: place.lease, namespace: place.namespace }, spec };
  return { method: 'POST', path: collectionOf(place), body, access: access('create', place) };
}

/** Of this version of this object alone: a 409 where somebody was faster. */
export function updateLease(place: LeasePlace, { metadata }: LeaseRecord, spec: object): ApiCall {
  return { method: 'PUT', path: pathOf(place), body: { ...TYPE, metadata, spec }, access: access('update', place) };
}

const TYPE = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };

function access(verb: string, { namespace }: LeasePlace): Access {
  return { verb, group: 'coordination.k8s.io', resource: 'leases', namespace, verbs: ['get', 'create', 'update'] };
}

function collectionOf({ namespace }: LeasePlace): string {
  return `/apis/coordination.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/leases`;
}

function pathOf(place: LeasePlace): string {
  return `${collectionOf(place)}/${encodeURIComponent(place.lease)}`;
}
