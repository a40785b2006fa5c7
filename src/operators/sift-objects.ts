/** Whether these objects may be published on top of what stands. What passed stands from then on. */
export interface Question<K> {
  readonly keys: readonly K[];
  /** About objects that were refused before: asked only while nothing newer waits. */
  readonly spare: boolean;
}

/** `none`: there was no answer about these. `skip`, to a spare question: not now. */
export type Answer = 'yes' | 'no' | 'none' | 'skip';

export interface Sifted<K> {
  /** To each of these the answer was no, on top of all that passed. */
  readonly refused: readonly K[];
  /** There was no answer about each of these, but there was about others. */
  readonly undecided: readonly K[];
  /** There was no answer at all, so nothing is known of anybody. */
  readonly silent: boolean;
  /** Of what was refused before: asked about on top of all that has passed. */
  readonly asked: readonly K[];
}

/** Objects that were refused before are asked about this often in a round, so that many bad ones do not make each change dear. */
const MAX_SPARE_QUESTIONS = 8;

/**
 * Finds out which of some objects are good with few questions, each about several together: a procedure that yields its
 * questions and is given their answers, so that whoever asks decides about processes and time.
 *
 * 1. All that changed, with what was refused before: a change may mend what waits for it, or need it.
 * 2. All that changed. Where the answer is no, the halves, and so on: of n objects with one bad one some log2(n) questions.
 * 3. Bad ones (not those without an answer: each would cost a timeout) once more, together and one by one, as long as others passed since they were asked about: one of them may have
 *    needed what came in a later half. So the order of the halves refuses nobody.
 * 4. The same for what was refused before and is `stale`: something has passed since it was asked about. A few in a round.
 *
 * Objects that are right only together are found by 1, 2 and the first half of 3, where no third one of their half is bad.
 */
export function* siftObjects<K>(
  changed: readonly K[],
  held: readonly K[],
  stale: readonly K[] = [],
): Generator<Question<K>, Sifted<K>, Answer> {
  /** How often something has passed: what an object was asked on top of. */
  let passes = 0;
  let answers = 0;
  let unanswered = 0;
  /** A validator that gives no answer down to a single object gives none at all: each costs its whole timeout. */
  const maxUnanswered = 2 + Math.ceil(Math.log2(changed.length + held.length));
  const open = new Map<K, { readonly answer: Answer; readonly askedAt: number }>();

  function* ask(keys: readonly K[], spare = false): Generator<Question<K>, Answer, Answer> {
    const isHopeless = answers === 0 && unanswered >= maxUnanswered;
    const answer = isHopeless ? 'none' : yield { keys, spare };
    if (answer === 'none') unanswered += 1;
    if (answer === 'yes' || answer === 'no') answers += 1;
    if (answer === 'yes') passes += 1;
    note(keys, answer);
    return answer;
  }

  function note(keys: readonly K[], answer: Answer): void {
    if (answer === 'yes') for (const key of keys) open.delete(key);
    else if (answer !== 'skip' && keys.length === 1) open.set(keys[0] as K, { answer, askedAt: passes });
  }

  /** Whether all passed. `known`: the answer about these on top of just what stands now. */
  function* split(keys: readonly K[], known?: Answer): Generator<Question<K>, boolean, Answer> {
    const answer = known ?? (yield* ask(keys));
    note(keys, answer);
    if (answer === 'yes' || keys.length === 1) return answer === 'yes';
    const half = Math.ceil(keys.length / 2);
    const isFirstGood = yield* split(keys.slice(0, half));
    // With the first half in place the rest makes the same whole as before.
    yield* split(keys.slice(half), isFirstGood ? answer : undefined);
    return false;
  }

  /** What can have changed since each was asked, together and then one by one, until nothing passes any more. */
  function* again(keys: readonly K[], spare: boolean): Generator<Question<K>, void, Answer> {
    for (;;) {
      const due = keys.filter((key) => {
        const asked = open.get(key);
        return asked?.answer === 'no' && asked.askedAt < passes;
      });
      if (due.length === 0) return;
      if (due.length > 1 && (yield* ask(due, spare)) === 'yes') return;
      for (const key of due) if ((yield* ask([key], spare)) === 'skip') return;
    }
  }

  const isAsked = changed.length > 0;
  const isSettled = isAsked && held.length > 0 && (yield* ask([...changed, ...held])) === 'yes'; // 1
  if (isAsked && !isSettled) yield* split(changed); // 2
  const spare = isSettled
    ? held
    : held.filter((key) => passes > 0 || stale.includes(key)).slice(0, MAX_SPARE_QUESTIONS);
  if (!isSettled) for (const key of spare) open.set(key, { answer: 'no', askedAt: -1 });
  for (let before = -1; before < passes; ) {
    before = passes;
    yield* again(changed, false); // 3
    yield* again(spare, true); // 4
  }
  const isAskedNow = (key: K): boolean => {
    const asked = open.get(key);
    return asked === undefined || asked.answer === 'none' || asked.askedAt === passes;
  };
  const answered = (answer: Answer) => changed.filter((key) => open.get(key)?.answer === answer);
  return {
    refused: answered('no'),
    undecided: answered('none'),
    silent: isAsked && answers === 0,
    asked: spare.filter(isAskedNow),
  };
}
