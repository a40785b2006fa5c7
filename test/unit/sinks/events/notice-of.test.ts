import { expect, test } from 'vitest';
import type { RefusalReason, SidecarEvent } from '../../../../src/model.js';
import { noticeOf } from '../../../../src/sinks/events/notice-of.js';
import { notWritten, refused, rules } from './facts.js';

test.each<[RefusalReason, string]>([
  ['path', 'PathRefused'],
  ['name-too-long', 'NameTooLong'],
  ['base64', 'InvalidBase64'],
  ['gzip', 'InvalidGzip'],
  ['reserved-name', 'NameReserved'],
  ['duplicate-path', 'DuplicatePath'],
  ['url', 'UrlRefused'],
  ['validation', 'ValidationFailed'],
  ['dashboard', 'InvalidDashboard'],
])('a refusal for %s is a %s of its entry', (reason, expected) => {
  expect(noticeOf(refused('text', { reason }))).toEqual({
    object: rules,
    about: 'entry a.yaml',
    reason: expected,
    message: 'text',
  });
});

test('a refusal of the whole object is about no entry', () => {
  expect(noticeOf(refused('text', { entry: undefined }))).toMatchObject({ about: 'entry ', message: 'text' });
});

test('a conflict is the loser’s matter', () => {
  expect(noticeOf({ type: 'conflict', path: '/f/a', winner: 'configmap/x/old', loser: rules })).toEqual({
    object: rules,
    about: 'path /f/a',
    reason: 'PathConflict',
    message: `two objects want /f/a: configmap/x/old has it, ${rules} waits`,
  });
});

test('a file that cannot stand where its object wants it is the object’s matter, a fault of the disk is not', () => {
  expect(noticeOf(notWritten('object'))).toEqual({
    object: rules,
    about: 'path /f/a',
    reason: 'FileNotWritten',
    message: 'a directory is in the way',
  });
  expect(noticeOf(notWritten('disk'))).toBeUndefined();
});

test.each<SidecarEvent>([
  { type: 'file', op: 'created', path: '/f/a', owner: rules, sha256: 'a', size: 1 },
  { type: 'synced' },
  { type: 'folder', state: 'replaced' },
])('$type is worth none', (event) => {
  expect(noticeOf(event)).toBeUndefined();
});
