import { type AnswerRule, hasStatus, lacks, says } from './answer-error.js';
import { type GrafanaAnswer, messageOf } from './grafana-answer.js';

/** Sentences of pkg/services/dashboards/errors.go about the document, in our words: what else Grafana says may quote it. */
const FAULTS: readonly (readonly [RegExp, string])[] = [
  [/title cannot be empty|missing required title/i, 'it has no title'],
  [/title cannot contain more/i, 'its title has more than 5000 characters'],
  [/message too long/i, 'the message has more than 500 characters'],
  [/uid contains illegal/i, 'its uid has other characters than letters, digits, - and _'],
  [/uid too long/i, 'its uid has more than 40 characters'],
  [/refresh interval is too low/i, 'it refreshes more often than Grafana allows (min_refresh_interval)'],
  [/name cannot be the same as folder/i, 'a folder has its title; before 11.3 no dashboard may'],
  [/v2 schema|k8s style|API version in the data/i, 'its apiVersion, kind and spec do not fit together'],
];

/** What Grafana says to a save, of either family (facts/grafana.md, 4). */
const SAVE: readonly AnswerRule[] = [
  {
    status: 202,
    when: hasStatus('pending'),
    code: 'pending',
    why: 'Grafana took it and did not apply it (202): something else, as a repository, decides about its dashboards',
  },
  { status: [400, 404], when: lacks('folder'), code: 'folder-missing', why: 'its folder does not exist' },
  {
    status: 400,
    when: says(/cannot save provisioned/i),
    code: 'provisioned',
    why: 'a file or another tool has provisioned the dashboard, and it is changed there alone',
  },
  {
    status: 412,
    when: hasStatus('plugin-dashboard'),
    code: 'provisioned',
    why: 'the dashboard belongs to a plugin, and is changed by it alone',
  },
  {
    status: 412,
    when: hasStatus('name-exists'),
    code: 'exists',
    why: 'another dashboard of its folder has its title; before 11.3 titles are unique in a folder',
  },
  {
    status: 400,
    when: says(/same uid already exists|cannot be changed to a folder/i),
    code: 'exists',
    why: 'something else has its uid, a folder perhaps',
  },
  { status: 413, code: 'rejected', why: 'it is too large (413) for Grafana, or for a proxy before it' },
  { status: [400, 415, 422], code: 'rejected', why: rejected },
];

/** Of what must not exist yet. */
export const CREATE_RULES: readonly AnswerRule[] = [
  ...SAVE,
  { status: [409, 412], code: 'exists', why: 'there is a dashboard of this uid already' },
];

/** Of what was read before. */
export const UPDATE_RULES: readonly AnswerRule[] = [
  ...SAVE,
  { status: 404, when: lacks('dashboard'), code: 'conflict', why: 'the dashboard is gone since it was read' },
  {
    status: [409, 412],
    code: 'conflict',
    why: (answer) =>
      `the dashboard has changed since it was read (${answer.status}); if this never ends, Grafana's database is at fault (issue 130334 of grafana/grafana)`,
  },
];

function rejected(answer: GrafanaAnswer): string {
  const message = messageOf(answer);
  const known = FAULTS.find(([pattern]) => pattern.test(message));
  return `${known?.[1] ?? 'Grafana refuses the document'} (${answer.status})`;
}
