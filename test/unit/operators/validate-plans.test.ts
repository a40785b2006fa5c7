import fc from 'fast-check';
import { map, type Observable, Subject, tap } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { Listed, ObjectKey, Synced, WritePlan } from '../../../src/model.js';
import { validatePlans } from '../../../src/operators/validate-plans.js';
import type { Verdict } from '../../../src/operators/validation-round.js';
import { marbles } from './marbles.js';
import { none, notRun, planOf, shownEvent, strict, ValidatedStore, yes } from './validated-store.js';

type Event = WritePlan | Listed | Synced;

const listed: Listed = { type: 'listed' };
/** Stands for whatever else passes. */
const other: Synced = { type: 'synced' };

/**
 * Plays `source` (each letter an event of `events`, `L` listed, `s` something else) and gives what came out as `frame: event`.
 * `stands`: what is on disk before.
 */
function play(
  source: string,
  events: Readonly<Record<string, WritePlan>>,
  more: { decide?: (candidate: string) => Verdict; stands?: WritePlan; unsub?: string; runMs?: number } = {},
) {
  const store = new ValidatedStore();
  if (more.stands !== undefined) store.publish(more.stands);
  const out: string[] = [];
  const scheduler = new TestScheduler(() => undefined);
  scheduler.run(({ hot, cold, flush }) => {
    const result$ = hot<Event>(source, { ...events, L: listed, s: other }).pipe(
      validatePlans<Event>(store.options(more.decide ?? strict, more.runMs)),
      tap((event) => event.type === 'plan' && store.publish(event)),
    );
    const subscription = result$.subscribe({
      next: (event) => out.push(`${scheduler.now()}: ${shownEvent(event)}`),
      error: (error) => out.push(`${scheduler.now()}: error ${error}`),
      complete: () => out.push(`${scheduler.now()}: |`),
    });
    if (more.unsub !== undefined) cold(more.unsub).subscribe({ complete: () => subscription.unsubscribe() });
    flush();
  });
  return { out, store };
}

it('the diagram of the docs', () => {
  marbles(({ cold, expectObservable }) => {
    const store = new ValidatedStore();
    const plans$ = cold<Event>('               -a--b--L------|', {
      a: planOf('a:/x=1'),
      b: planOf('b:/y=!'),
      L: listed,
    });
    const kind = { validation: 'v', plan: 'a', refused: 'r', listed: 'L' } as Record<string, string>;
    const result$ = plans$.pipe(
      validatePlans<Event>(store.options(strict)),
      tap((event) => event.type === 'plan' && store.publish(event)),
      map(({ type }) => kind[type]),
    );
    expectObservable(result$).toBe('           -----(va)(vrL)|');
  });
});

describe('a plan', () => {
  it('passes when the validator says yes to what would stand', () => {
    const { out, store } = play('-a', { a: planOf('a:/x=1', 'a:-/old') }, { stands: planOf('a:/old=0', 'b:/y=2') });
    expect(store.asked).toEqual(['/x=1 /y=2']);
    expect(store.shown).toBe('/x=1 /y=2');
    expect(out).toEqual(['5: passed 1', '5: a:/x=1 a:-/old']);
  });

  it('that is refused leaves all files of its object as they were, and is said once', () => {
    const stands = planOf('a:/x=1', 'a:/old=0');
    const { out, store } = play('-a--------a', { a: planOf('a:/x=1', 'a:/y=!', 'a:-/old') }, { stands });
    expect(store.shown).toBe('/old=0 /x=1');
    expect(out).toEqual(['5: refused 1', '5: refused a']);
    expect(store.asked).toHaveLength(1);
  });

  it('is refused with a sentence that names the object, the reason, and what to do', () => {
    const messages: string[] = [];
    marbles(({ hot, flush }) => {
      hot<Event>('-a', { a: planOf('a:/x=!') })
        .pipe(validatePlans<Event>(new ValidatedStore().options(strict)))
        .subscribe((event) => event.type === 'refused' && messages.push(event.message));
      flush();
    });
    expect(messages).toEqual([
      'VALIDATE said no to it: configmap/default/a keeps the files that it has (/v exited with 1): correct it.',
    ]);
  });

  it('that would change nothing passes at once, without a run', () => {
    const stands = planOf('a:/x=1');
    const { out, store } = play('-a-b', { a: planOf('a:/x=1'), b: planOf('b:-/gone') }, { stands });
    expect(out).toEqual(['1: a:/x=1', '3: b:-/gone']);
    expect(store.asked).toEqual([]);
  });

  it('without anything passes at once: with it the store does what waits there', () => {
    expect(play('-ab', { a: planOf('a:/x=1'), b: planOf() }).out[0]).toBe('2: ');
  });
});

describe('what comes close together', () => {
  it('is asked about together, until nothing has come for the quiet time', () => {
    const { store } = play('(ab)', { a: planOf('a:/x=1'), b: planOf('b:/y=2') });
    expect(store.asked).toEqual(['/x=1 /y=2']);
  });

  it('is asked about after a while, however fast more comes', () => {
    const many = Object.fromEntries([...'abcdefghi'].map((name) => [name, planOf(`${name}:/${name}=1`)]));
    const { out } = play('(ab)(cd)(ef)', many);
    expect(out[0]).toMatch(/^\d+: passed/);
    const store = new ValidatedStore();
    marbles(({ hot, flush }) => {
      // Each in the frame in which the quiet time of the one before would end.
      const options = { ...store.options(strict), quietMs: 2, maxWaitMs: 5 };
      hot<Event>('abcdefghi', many).pipe(validatePlans<Event>(options)).subscribe();
      flush();
    });
    expect(store.asked[0]?.split(' ')).toHaveLength(6);
  });

  it('meanwhile is joined, the newest for each path, and asked about next', () => {
    const events = { a: planOf('a:/x=1'), b: planOf('a:/x=2', 'b:/y=1'), c: planOf('a:/x=3') };
    const { out, store } = play('a--b-c', events);
    expect(store.asked).toEqual(['/x=1', '/x=3 /y=1']);
    expect(out).toEqual(['4: passed 1', '4: a:/x=1', '9: passed 2', '9: b:/y=1 a:/x=3']);
  });

  it('is never asked about by two runs at a time', () => {
    const many = Object.fromEntries(
      [...'abcdefghi'].map((name) => [name, planOf(`${name}:/${name}=${'!'.repeat(name.charCodeAt(0) % 2)}`)]),
    );
    const store = new ValidatedStore();
    let most = 0;
    marbles(({ hot, flush }) => {
      hot<Event>('a-bc---d-efg--h-i', many)
        .pipe(
          validatePlans<Event>(
            store.options((candidate) => {
              most = Math.max(most, store.running);
              return strict(candidate);
            }),
          ),
        )
        .subscribe((event) => event.type === 'plan' && store.publish(event));
      flush();
    });
    expect(most).toBe(1);
    expect(store.shown).toBe('/b= /d= /f= /h=');
  });
});

describe('one bad object', () => {
  const events = {
    a: planOf('a:/a=1', 'b:/b=1', 'c:/c=!', 'd:/d=1'),
    c: planOf('c:/c=2'),
    e: planOf('e:/e=1'),
    m: planOf('m:/m=1'),
  };

  it('holds up none of the good ones', () => {
    const { out, store } = play('a', events);
    expect(store.shown).toBe('/a=1 /b=1 /d=1');
    expect(out.filter((line) => line.includes('refused c'))).toHaveLength(1);
  });

  it('is asked about again with later changes of others, without a further refusal', () => {
    const { out, store } = play('a 50ms e', events);
    expect(store.asked.filter((candidate) => candidate.includes('!') && candidate.includes('/e=1'))).toHaveLength(2);
    expect(out.filter((line) => line.endsWith('refused c'))).toHaveLength(1);
    expect(store.shown).toBe('/a=1 /b=1 /d=1 /e=1');
  });

  it('passes when another change mends it', () => {
    const decide = (candidate: string) => (candidate.includes('/m=') ? yes : strict(candidate));
    expect(play('a 50ms m', events, { decide }).store.shown).toBe('/a=1 /b=1 /c=! /d=1 /m=1');
  });

  it('passes when it is corrected', () => {
    expect(play('a 50ms c', events).store.shown).toBe('/a=1 /b=1 /c=2 /d=1');
  });

  it('is said again when it changes to something else that is bad', () => {
    const { out } = play('a 50ms c', { a: planOf('a:/a=!'), c: planOf('a:/a=!!') });
    expect(out.filter((line) => line.endsWith('refused a'))).toHaveLength(2);
  });

  it('that was corrected while it was asked about is not said', () => {
    const { out, store } = play('a--c', { a: planOf('a:/a=!'), c: planOf('a:/a=2') });
    expect(out).toEqual(['4: refused 1', '8: passed 1', '8: a:/a=2']);
    expect(store.shown).toBe('/a=2');
  });

  it('that goes back to what stands is forgotten', () => {
    const { out, store } = play('a 50ms c', { a: planOf('a:/a=!'), c: planOf('a:/a=1') }, { stands: planOf('a:/a=1') });
    expect(out.at(-1)).toBe('51: a:/a=1');
    expect(store.asked).toHaveLength(1);
  });

  it('keeps what an earlier change wanted of other paths', () => {
    const { store } = play(
      'a 50ms c',
      { a: planOf('a:/new=!', 'a:-/old'), c: planOf('a:/new=1') },
      { stands: planOf('a:/old=0') },
    );
    expect(store.shown).toBe('/new=1');
  });
});

describe('what was refused and may have been mended', () => {
  const many = Array.from({ length: 12 }, (_, at) => `o${at}:/o${at}=!`);
  const mended = (candidate: string) =>
    candidate.includes('/m=') && !candidate.includes('/o3=') ? yes : strict(candidate);

  it('is asked about a few at a time, until it has been for all', () => {
    const decide = (candidate: string) => (candidate.includes('/o3=') ? strict(candidate) : mended(candidate));
    const { out, store } = play('a 200ms m', { a: planOf(...many), m: planOf('m:/m=1') }, { decide });
    expect([...store.files.keys()].sort()).toEqual(
      ['/m', ...many.map((want) => want.split(/[:=]/)[1] as string)].filter((path) => path !== '/o3').sort(),
    );
    expect(out.filter((line) => line.includes('refused o'))).toHaveLength(12);
  });

  it('is asked about again where the validator could not be run meanwhile', () => {
    let broken = 0;
    // Good alone, with `b`; together with it the validator breaks once.
    const decide = (candidate: string) => {
      if (candidate.includes('/a=n') && !candidate.includes('/b=')) return strict('!');
      if (candidate === '/a=n /b=1 /c=!' || broken > 0 || !candidate.includes('/a=n')) return strict(candidate);
      broken += 1;
      return notRun;
    };
    const { store } = play('a 50ms b', { a: planOf('a:/a=n', 'c:/c=!'), b: planOf('b:/b=1') }, { decide });
    expect(broken).toBe(1);
    expect(store.shown).toBe('/a=n /b=1');
  });

  it('waits for what is newer', () => {
    // Runs of 3 ms: all with `b`, then `b` alone; `c` comes then, and goes before what was refused without it.
    const events = { a: planOf('a:/a=!', 'z:/z=!'), b: planOf('b:/b=1'), c: planOf('c:/c=1') };
    const { store } = play('a 50ms b-----c', events);
    const asked = store.asked.slice(store.asked.findIndex((candidate) => candidate.includes('/b=1')));
    expect(asked.slice(0, 4)).toEqual(['/a=! /b=1 /z=!', '/b=1', '/a=! /b=1 /c=1 /z=!', '/b=1 /c=1']);
  });

  it('is the last word before `listed`, without the wait', () => {
    const decide = (candidate: string) => (candidate.includes('/o3=') ? strict(candidate) : mended(candidate));
    const { out } = play('a 200ms m L', { a: planOf(...many), m: planOf('m:/m=1') }, { decide, runMs: 0 });
    expect(out.at(-1)).toMatch(/: listed$/);
  });
});

describe('a path that passes to another object', () => {
  it('is the other one’s at once, so that a later remove by it finds the file', () => {
    const events = { b: planOf('b:/x=!'), r: planOf('b:-/x') };
    const { out, store } = play('b 50ms r', events, { stands: planOf('a:/x=1') });
    expect(out[0]).toBe('0: b:~/x');
    expect(store.shown).toBe('');
  });

  it('is no longer written for the one that was refused', () => {
    const events = { a: planOf('a:/x=!', 'a:/y=1'), b: planOf('b:/x=2') };
    expect(play('a 50ms b', events).store.shown).toBe('/x=2 /y=1');
  });

  it('while it is asked about for the first is claimed when it stands', () => {
    const { out, store } = play('a--b', { a: planOf('a:/x=1'), b: planOf('b:/x=!') });
    expect(out).toEqual(['4: passed 1', '4: a:/x=1', '4: b:~/x', '8: refused 1', '8: refused b']);
    expect(store.files.get('/x')).toEqual({ owner: 'configmap/default/b', content: '1' });
  });

  it('and stands already goes over by a plan that changes nothing', () => {
    const { out, store } = play('b', { b: planOf('b:/x=1') }, { stands: planOf('a:/x=1') });
    expect(out).toEqual(['0: b:~/x', '0: b:/x=1']);
    expect(store.files.get('/x')?.owner).toBe('configmap/default/b');
  });
});

describe('content that is still to come', () => {
  it('is told at once', () => {
    const { out } = play('a', { a: planOf('a:/x=1', 'a:~/u') });
    expect(out).toEqual(['0: a:~/u', '4: passed 1', '4: a:/x=1']);
  });

  it('makes what waited for its path outdated', () => {
    const { store } = play('(ab)', { a: planOf('a:/x=1', 'a:/u=old'), b: planOf('a:~/u') });
    expect(store.asked).toEqual(['/x=1']);
  });
});

describe('`listed`', () => {
  it('passes at once where nothing is undecided', () => {
    expect(play('L', {}).out).toEqual(['0: listed']);
    expect(play('a 50ms L', { a: planOf('a:/x=!') }).out.at(-1)).toBe('51: listed');
  });

  it('begins the round at once and waits until all before it is decided, refusals included', () => {
    const { out } = play('(aL)', { a: planOf('a:/x=!', 'b:/y=1') });
    expect(out.map((line) => line.replace(/^\d+: /, ''))).toEqual([
      'refused 2',
      'refused 1',
      'passed 1',
      'b:/y=1',
      'refused 1',
      'refused a',
      'listed',
    ]);
    expect(out[0]).toBe('3: refused 2');
  });

  it('that comes while they are asked about waits for this round, not for what comes later', () => {
    const { out } = play('a--Lb', { a: planOf('a:/x=1'), b: planOf('b:/y=1') });
    expect(out).toEqual(['4: passed 1', '4: a:/x=1', '4: listed', '8: passed 1', '8: b:/y=1']);
  });

  it('that comes behind a plan which waits for the next round waits for that', () => {
    const { out } = play('a--bL', { a: planOf('a:/x=1'), b: planOf('b:/y=1') });
    expect(out.map((line) => line.replace(/^\d+: /, ''))).toEqual([
      'passed 1',
      'a:/x=1',
      'passed 1',
      'b:/y=1',
      'listed',
    ]);
  });

  it('is given once', () => {
    const { out } = play('(aL) 50ms b', { a: planOf('a:/x=1'), b: planOf('b:/y=1') });
    expect(out.filter((line) => line.endsWith('listed'))).toHaveLength(1);
  });

  it('waits as long as there is no answer', () => {
    let runs = 0;
    const { out } = play('(aL)', { a: planOf('a:/x=1') }, { decide: () => (++runs < 3 ? notRun : yes) });
    expect(out).toEqual(['3: not-run 1 10', '17: not-run 1 20', '41: passed 1', '41: a:/x=1', '41: listed']);
  });

  it('does not hold up anything else', () => {
    expect(play('(aLs)', { a: planOf('a:/x=1') }).out[0]).toBe('0: synced');
  });
});

describe('what waits and then has nothing to change', () => {
  it('is not asked about, and `listed` comes', () => {
    const { out, store } = play('ab', { a: planOf('a:/x=1'), b: planOf('a:-/x') });
    expect(store.asked).toEqual([]);
    expect(out).toEqual(['1: a:-/x']);
    const events = { a: planOf('a:/x=1'), b: planOf('a:-/x') };
    expect(play('(aL) 4ms b', events, { decide: () => notRun }).out.slice(1)).toEqual(['8: a:-/x', '8: listed']);
  });
});

describe('without an answer', () => {
  it('the files wait, and are asked about again with backoff', () => {
    let runs = 0;
    const { out } = play('a', { a: planOf('a:/x=1') }, { decide: () => (++runs < 5 ? notRun : yes) });
    const lines = out.filter((line) => line.includes('not-run')).map((line) => line.replace(/^\d+: /, ''));
    expect(lines).toEqual(['not-run 1 10', 'not-run 1 20', 'not-run 1 40', 'not-run 1 40']);
    expect(out.at(-1)).toMatch(/a:\/x=1$/);
  });

  it('the wait begins anew once there was one', () => {
    let runs = 0;
    const { out } = play(
      'a 90ms b',
      { a: planOf('a:/x=1'), b: planOf('b:/y=1') },
      { decide: () => ([1, 2, 4].includes(++runs) ? notRun : yes) },
    );
    expect(out.filter((line) => line.includes('not-run')).map((line) => line.replace(/^\d+: /, ''))).toEqual([
      'not-run 1 10',
      'not-run 1 20',
      'not-run 1 10',
    ]);
  });

  it('newer files end the wait', () => {
    let runs = 0;
    const { out } = play(
      'a------b',
      { a: planOf('a:/x=1'), b: planOf('b:/y=1') },
      { decide: () => (++runs < 2 ? notRun : yes) },
    );
    expect(out).toEqual(['4: not-run 1 10', '11: passed 2', '11: a:/x=1 b:/y=1']);
  });

  it('in the midst of telling them apart, what has passed stands, and the rest waits', () => {
    let runs = 0;
    const decide = (candidate: string) => (++runs === 3 ? notRun : strict(candidate));
    const { out, store } = play('a', { a: planOf('a:/a=1', 'b:/b=1', 'c:/c=!', 'd:/d=1') }, { decide });
    expect(out.slice(0, 4).map((line) => line.replace(/^\d+: /, ''))).toEqual([
      'refused 4',
      'passed 2',
      'a:/a=1 b:/b=1',
      'not-run 4 10',
    ]);
    expect(store.shown).toBe('/a=1 /b=1 /d=1');
  });

  it('what it was not run for says why', () => {
    const messages: (string | undefined)[] = [];
    marbles(({ hot, flush }) => {
      hot<Event>('a', { a: planOf('a:/x=1') })
        .pipe(
          validatePlans<Event>(
            new ValidatedStore().options((candidate) =>
              messages.length > 0 ? yes : notRun && (candidate ? notRun : yes),
            ),
          ),
        )
        .subscribe((event) => event.type === 'validation' && messages.push(event.message));
      flush();
    });
    expect(messages).toEqual(['/v could not be run (ENOENT)', undefined]);
  });
});

describe('an object that brings the validator to no end', () => {
  it('waits like all, as long as there is no answer about anything', () => {
    let runs = 0;
    const { out } = play('a', { a: planOf('a:/x=1') }, { decide: () => (++runs < 2 ? none : yes) });
    expect(out.map((line) => line.replace(/^\d+: /, ''))).toEqual([
      'undecided 1',
      'not-run 1 10',
      'passed 1',
      'a:/x=1',
    ]);
  });

  it('is refused where there was one about others, which pass', () => {
    const { out, store } = play('(aL) 50ms -', { a: planOf('a:/a=?', 'b:/b=1', 'c:/c=1') }, { unsub: '60ms |' });
    expect(store.shown).toBe('/b=1 /c=1');
    expect(out.map((line) => line.replace(/^\d+: /, '')).slice(-2)).toEqual(['refused a', 'listed']);
  });

  it('does not delay later changes of others by its time', () => {
    const { store } = play('a 50ms d', { a: planOf('a:/a=?', 'b:/b=1'), d: planOf('d:/d=1') }, { unsub: '90ms |' });
    expect(store.asked.at(-1)).toBe('/b=1 /d=1');
  });

  it('is asked about again later, alone, and not said again', () => {
    const { out, store } = play('a', { a: planOf('a:/a=?', 'b:/b=1') }, { unsub: '700ms |' });
    // 100 ms after the round, then 200, 400 …
    expect(store.asked.filter((candidate) => candidate === '/a=? /b=1').length).toBeGreaterThanOrEqual(3);
    expect(out.filter((line) => line.endsWith('refused a'))).toHaveLength(1);
    expect(out.filter((line) => line.includes('not-run'))).toEqual([]);
  });

  it('passes when it comes to an end then', () => {
    let runs = 0;
    const decide = (candidate: string) => (candidate.includes('?') && ++runs > 2 ? yes : strict(candidate));
    expect(play('a', { a: planOf('a:/a=?', 'b:/b=1') }, { decide, unsub: '300ms |' }).store.shown).toBe('/a=? /b=1');
  });
});

describe('the end', () => {
  it('of the source waits until all is decided, without the quiet time', () => {
    expect(play('(a|)', { a: planOf('a:/x=1', 'b:/y=!') }).out.at(-1)).toMatch(/: \|$/);
    expect(play('(a|)', { a: planOf('a:/x=1') }).out).toEqual(['3: passed 1', '3: a:/x=1', '3: |']);
    expect(play('|', {}).out).toEqual(['0: |']);
  });

  it('of the source does not wait for an object without an answer', () => {
    const { out } = play('a 50ms |', { a: planOf('a:/a=?', 'b:/b=1') });
    expect(out.at(-1)).toBe('51: |');
  });

  it('of the source waits for a validator that cannot be run', () => {
    let runs = 0;
    const { out } = play('(a|)', { a: planOf('a:/x=1') }, { decide: () => (++runs < 2 ? notRun : yes) });
    expect(out.at(-1)).toBe('16: |');
  });

  it('with an error comes at once', () => {
    expect(play('(a#)', { a: planOf('a:/x=1') }).out).toEqual(['0: error error']);
  });

  it('by unsubscribing ends the run and discards what is staged, in whatever state', () => {
    const events = { a: planOf('a:/a*!', 'b:/b*1'), c: planOf('c:/c*1'), d: planOf('d:/d*1') };
    const { store } = play('a 30ms c--d', events, { unsub: '35ms |' });
    expect(store.running).toBe(0);
    expect([...store.discarded].sort()).toEqual(['/a=!', '/c=1', '/d=1']);
  });
});

describe('a staged file', () => {
  it.each<[string, string, Record<string, WritePlan>, readonly string[]]>([
    ['that was replaced while it waited is discarded', '(ab)', { a: planOf('a:/x*1'), b: planOf('a:/x*2') }, ['/x=1']],
    [
      'that was replaced while it was asked about and refused is discarded',
      'a--b',
      { a: planOf('a:/x*!'), b: planOf('a:/x*2') },
      ['/x=!'],
    ],
    [
      'that was refused and then replaced is discarded',
      'a 30ms b',
      { a: planOf('a:/x*!'), b: planOf('a:/x=2') },
      ['/x=!'],
    ],
    ['that nobody wants any more is discarded', 'a 30ms b', { a: planOf('a:/x*!'), b: planOf('a:-/x') }, ['/x=!']],
    [
      'that is as the refused one is discarded',
      'a 30ms b 30ms |',
      { a: planOf('a:/x*!'), b: planOf('a:/x*!') },
      ['/x=!', '/x=!'],
    ],
    [
      'whose path has newer content to come is discarded',
      '(ab)',
      { a: planOf('a:/x*1'), b: planOf('a:~/x') },
      ['/x=1'],
    ],
    ['that is published is not', 'a 30ms |', { a: planOf('a:/x*1') }, []],
  ])('%s', (_, source, events, discarded) => {
    expect(play(source, events).store.discarded).toEqual(discarded);
  });
});

it('two subscribers share nothing', () => {
  marbles(({ cold, expectObservable }) => {
    const shown = (source$: Observable<Event>) =>
      source$.pipe(validatePlans<Event>({ ...new ValidatedStore().options(strict), quietMs: 1 }), map(shownEvent));
    const result$ = shown(cold<Event>('a-------|', { a: planOf('a:/x=1') }));
    const values = { p: 'passed 1', a: 'a:/x=1' };
    expectObservable(result$).toBe('----(pa)|', values);
    expectObservable(result$, '---^').toBe('-------(pa)|', values);
  });
});

it('a plan that is fed back while another is given is taken', () => {
  const source$ = new Subject<Event>();
  const store = new ValidatedStore();
  new TestScheduler(() => undefined).run(({ flush }) => {
    source$.pipe(validatePlans<Event>(store.options(strict))).subscribe((event) => {
      if (event.type !== 'plan') return;
      store.publish(event);
      if (store.shown === '/x=1') source$.next(planOf('b:/y=1'));
    });
    source$.next(planOf('a:/x=1'));
    flush();
  });
  expect(store.shown).toBe('/x=1 /y=1');
});

describe('whatever changes', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  /** Each object has two paths of its own. `!` is bad, and `n` needs that somebody else has an `m`. */
  const change = fc.record({
    name: fc.constantFrom(...names),
    contents: fc.array(fc.constantFrom('1', '2', '!', 'm', 'n'), { minLength: 0, maxLength: 2 }),
    staged: fc.boolean(),
    afterMs: fc.nat(12),
  });
  const decide = (candidate: string): Verdict =>
    candidate.includes('!') || (candidate.includes('=n') && !candidate.includes('=m'))
      ? { type: 'verdict', says: 'no', message: 'no' }
      : yes;

  it('nothing bad ever stands, and in the end what stands is what nobody could add to', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 25 }), fc.array(fc.nat(9), { maxLength: 8 }), (changes, outages) => {
        const store = new ValidatedStore();
        const wanted = new Map<string, readonly string[]>();
        const broken = new Set(outages);
        let runs = 0;
        const flaky = (candidate: string): Verdict => (broken.has(runs++) ? notRun : decide(candidate));
        const refusals: string[] = [];
        let isComplete = false;
        const scheduler = new TestScheduler(() => undefined);
        scheduler.run(({ hot, flush }) => {
          const events: Record<string, WritePlan> = {};
          const source = changes.map(({ name, contents, staged, afterMs }, index) => {
            const before = wanted.get(name) ?? [];
            wanted.set(name, contents);
            const writes = contents.map((content, at) => `${name}:/${name}${at}${staged ? '*' : '='}${content}`);
            const removes = before.slice(contents.length).map((_, at) => `${name}:-/${name}${contents.length + at}`);
            events[String.fromCharCode(0x4e00 + index)] = planOf(...writes, ...removes);
            return `${String.fromCharCode(0x4e00 + index)} ${afterMs}ms `;
          });
          hot<Event>(`${source.join('')}L|`, { ...events, L: listed })
            .pipe(validatePlans<Event>(store.options(flaky)))
            .subscribe({
              next: (event) => {
                if (event.type === 'refused') refusals.push(event.key);
                if (event.type !== 'plan') return;
                store.publish(event);
                expect(decide(store.shown)).toBe(yes);
              },
              complete: () => {
                isComplete = true;
              },
            });
          flush();
        });
        expect(isComplete).toBe(true);
        // No object that is not as wanted could be on its own.
        const final = new Map([...store.files].map(([path, { content }]) => [path, content]));
        for (const [name, contents] of wanted) {
          const others = [...final].filter(([path]) => !path.startsWith(`/${name}`));
          const own: [string, string][] = contents.map((content, at) => [`/${name}${at}`, content]);
          const shown = [...others, ...own]
            .map(([path, content]) => `${path}=${content}`)
            .sort()
            .join(' ');
          if (shown !== store.shown) {
            expect(decide(shown)).not.toBe(yes);
            expect(refusals).toContain(`configmap/default/${name}` satisfies ObjectKey);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});
