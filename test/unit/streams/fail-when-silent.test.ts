import { NEVER } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { SourceError } from '../../../src/model.js';
import { failWhenSilent } from '../../../src/streams/fail-when-silent.js';

const run = (callback: Parameters<TestScheduler['run']>[0]) =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(callback);

const silent = (ms: number) => new SourceError('silent', `Nothing came from x for ${ms / 1000} s.`);

test('the diagram of the documentation', () =>
  run(({ hot, expectObservable, expectSubscriptions }) => {
    const source = hot('     -a-b---------');
    const limits = [3, 6, 6];
    const expected = '       -a-b-----#';
    expectObservable(source.pipe(failWhenSilent(() => limits.shift() ?? 6, 'x'))).toBe(expected, undefined, silent(6));
    expectSubscriptions(source.subscriptions).toBe('^--------!');
  }));

test('the limit counts before the first value too', () =>
  run(({ cold, expectObservable }) => {
    expectObservable(cold('-----a').pipe(failWhenSilent(() => 3, 'x'))).toBe('---#', undefined, silent(3));
  }));

test('completes and errors with the source, and leaves no timer', () =>
  run(({ cold, expectObservable, flush }) => {
    expectObservable(cold('-a-|').pipe(failWhenSilent(() => 3, 'x'))).toBe('-a-|');
    expectObservable(cold('-a-#').pipe(failWhenSilent(() => 3, 'x'))).toBe('-a-#');
    expectObservable(NEVER.pipe(failWhenSilent(() => 3, 'x')), '^-!').toBe('---');
    flush();
  }));

test('an unsubscribe during a value arms nothing', () =>
  run(({ cold, flush }) => {
    let asked = 0;
    const subscription = cold('-a----')
      .pipe(failWhenSilent(() => 1000 * ++asked, 'x'))
      .subscribe(() => subscription.unsubscribe());
    flush();
    expect(asked).toBe(1);
  }));
