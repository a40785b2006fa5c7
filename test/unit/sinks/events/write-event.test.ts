import { lastValueFrom, type Observable, of, throwError } from 'rxjs';
import { expect, test } from 'vitest';
import type { ApiCall, KubernetesWriter } from '../../../../src/kubernetes/api-call.js';
import { SourceError } from '../../../../src/model.js';
import { eventObject } from '../../../../src/sinks/events/event-object.js';
import { writeEvent } from '../../../../src/sinks/events/write-event.js';
import { notice, watched } from './facts.js';

const event = eventObject(watched(), { notice: notice(), combined: false }, { instance: 'grafana-0', nowMs: 0 });
const { name } = event.metadata;

/** An API that answers in this order. */
function answering(...answers: readonly unknown[]) {
  const calls: ApiCall[] = [];
  const api: KubernetesWriter = {
    send: (call): Observable<unknown> => {
      const answer = answers[calls.push(call) - 1];
      return typeof answer === 'number'
        ? throwError(() => new SourceError('rejected', 'no', { status: answer }))
        : of(answer);
    },
  };
  return { api, calls, write: () => lastValueFrom(writeEvent(api, event)) };
}

const create: ApiCall = {
  method: 'POST',
  path: '/api/v1/namespaces/team/events',
  body: event,
  access: { verb: 'create', group: '', resource: 'events', namespace: 'team', verbs: ['create', 'patch'] },
};

function patch(body: unknown): ApiCall {
  return {
    method: 'PATCH',
    path: `/api/v1/namespaces/team/events/${name}`,
    body,
    contentType: 'application/merge-patch+json',
    access: { ...create.access, verb: 'patch' },
  };
}

const again = patch({
  message: event.message,
  lastTimestamp: event.lastTimestamp,
  reportingInstance: event.reportingInstance,
});

test('what is new is created', async () => {
  const { calls, write } = answering({});
  await write();
  expect(calls).toEqual([create]);
});

test('what was said in an earlier life is repeated: the time, the words, and one more', async () => {
  const { calls, write } = answering(409, { count: 4 }, {});
  await write();
  expect(calls).toEqual([create, again, patch({ count: 5 })]);
});

test.each([
  undefined,
  {},
  { count: null },
  { count: 'x' },
  { count: 0 },
  { count: 1.5 },
])('where the number before cannot be known from %j, it was said once', async (known) => {
  const { calls, write } = answering(409, known, {});
  await write();
  expect(calls[2]).toEqual(patch({ count: 2 }));
});

test('what has expired between is created', async () => {
  const { calls, write } = answering(409, 404, {});
  await write();
  expect(calls).toEqual([create, again, create]);
});

test.each([
  ['creating', [422], 422],
  ['repeating', [409, 422], 422],
  ['counting', [409, {}, 409], 409],
  ['creating what has just expired', [409, 404, 409], 409],
])('an error of %s is passed on', async (_, answers, status) => {
  const { calls, write } = answering(...answers);
  await expect(write()).rejects.toMatchObject({ status });
  expect(calls).toHaveLength(answers.length);
});
