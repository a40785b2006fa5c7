import { map, NEVER, Observable, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { type VerifyResult, verifySignal } from '../../../../src/sinks/signal/verify-signal.js';
import { marbles } from '../../operators/marbles.js';

const told: VerifyResult = { op: 'told', status: 200 };
const notYet: VerifyResult = { op: 'failed', message: 'status 503', status: 503 };
const refused: VerifyResult = { op: 'failed', message: 'status 401', status: 401 };
const forbidden: VerifyResult = { op: 'failed', message: 'status 403', status: 403 };
const late = { op: 'failed', message: 'The signal was sent, but SIGNAL_VERIFY_URL gave no answer within 3 s.' };
const values = { o: told, f: notYet, r: refused, d: forbidden, l: late };

/** Answers in turn, the last one for ever; counts the questions. */
function answering(...answers: readonly Observable<VerifyResult>[]) {
  let asked = 0;
  const verify = () => answers[Math.min(asked++, answers.length - 1)] as Observable<VerifyResult>;
  return { verify, asked: () => asked };
}

describe('after a signal', () => {
  it('the application is given half a second before it is asked', () => {
    marbles(({ expectObservable }) => {
      expectObservable(verifySignal(answering(of(told)).verify, 3_000)()).toBe('500ms (o|)', values);
    });
  });

  it('it is asked again, half a second behind each answer, until it says so', () => {
    marbles(({ expectObservable }) => {
      const slow$ = timer(200).pipe(map(() => notYet));
      expectObservable(verifySignal(answering(slow$, of(notYet), of(told)).verify, 3_000)()).toBe(
        '500ms 200ms 1s 1s (o|)',
        values,
      );
    });
  });

  it('its last answer counts when the time is over', () => {
    marbles(({ expectObservable }) => {
      const { verify } = answering(of(notYet));
      expectObservable(verifySignal(verify, 3_000)()).toBe('3s (f|)', values);
    });
  });

  it('no answer at all is a failure when the time is over, and the question ends', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const question$ = cold<VerifyResult>('-');
      expectObservable(verifySignal(() => question$, 3_000)()).toBe('3s (l|)', values);
      expectSubscriptions(question$.subscriptions).toBe('500ms ^ 2499ms !');
    });
  });

  it('a question that errors, or throws, or gives nothing is a failed one, and asked again', () => {
    marbles(({ expectObservable }) => {
      const thrown$ = new Observable<VerifyResult>(() => {
        throw new Error('secret');
      });
      const broken = answering(
        throwError(() => new Error('secret')),
        thrown$,
        of(told),
      );
      expectObservable(verifySignal(broken.verify, 9_000)()).toBe('500ms 1s 1s (o|)', values);
      const error = { op: 'failed', message: 'The signal was sent, but SIGNAL_VERIFY_URL could not be asked.' };
      const always = verifySignal(() => throwError(() => new Error('secret')), 700);
      expectObservable(always()).toBe('700ms (e|)', { e: error });
    });
  });

  it('unsubscribing ends the question', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const question$ = cold<VerifyResult>('-');
      expectObservable(verifySignal(() => question$, 3_000)(), '^ 799ms !').toBe('-');
      expectSubscriptions(question$.subscriptions).toBe('500ms ^ 299ms !');
    });
  });
});

describe('credentials that are refused', () => {
  it.each([['r'], ['d']] as const)('are not tried again for 15 minutes: %s', (name) => {
    marbles(({ expectObservable, flush }) => {
      const { verify, asked } = answering(of(values[name]), of(told));
      const verified = verifySignal(verify, 3_000);
      expectObservable(verified()).toBe(`500ms (${name}|)`, values);
      expectObservable(timer(60_000).pipe(map(() => asked()))).toBe('60s (1|)', { 1: 1 });
      const later$ = new Observable<VerifyResult>((subscriber) => verified().subscribe(subscriber));
      expectObservable(later$, '600s ^').toBe(`600s (${name}|)`, values);
      expectObservable(later$, '901s ^').toBe('901s 500ms (o|)', values);
      flush();
      expect(asked()).toBe(2);
    });
  });
});

it('one that never answers is asked once at a time', () => {
  marbles(({ expectObservable, flush }) => {
    const { verify, asked } = answering(NEVER);
    expectObservable(verifySignal(verify, 3_000)()).toBe('3s (l|)', values);
    flush();
    expect(asked()).toBe(1);
  });
});
