import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Answer, type Sifted, siftObjects } from '../../../src/operators/sift-objects.js';

interface Played extends Omit<Sifted<string>, 'asked'> {
  /** The questions in order, `?` behind a spare one. */
  readonly asked: readonly string[];
  readonly passed: readonly string[];
  /** Of those refused before: asked about on top of what passed. */
  readonly again: readonly string[];
}

/** Asks a validator that is told everything that would stand. Each object is a letter. */
function play(
  changed: string,
  held: string,
  validate: (standing: string) => Answer,
  isHurried: () => boolean = () => false,
): Played {
  const questions = siftObjects([...changed], [...held]);
  const asked: string[] = [];
  let standing: string[] = [];
  let next = questions.next();
  while (next.done !== true) {
    const { keys, spare } = next.value;
    const answer = spare && isHurried() ? 'skip' : validate([...standing, ...keys].sort().join(''));
    asked.push(keys.join('') + (spare ? '?' : '') + (answer === 'skip' ? ' skipped' : ''));
    if (answer === 'yes') standing = [...standing, ...keys];
    next = questions.next(answer);
  }
  return { ...next.value, again: next.value.asked, asked, passed: standing.sort() };
}

/** Capital letters are bad, whatever else stands. */
const noCapitals = (standing: string): Answer => (/[A-Z]/.test(standing) ? 'no' : 'yes');
/** Digits bring it to no end. */
const stuckAtDigits = (standing: string): Answer => (/\d/.test(standing) ? 'none' : noCapitals(standing));

describe('questions', () => {
  it.each<[string, string, string, readonly string[]]>([
    ['one, where all are good', 'abcdefgh', '', ['abcdefgh']],
    ['one, about a single bad object', 'A', '', ['A']],
    ['some log2(n), where one of n is bad', 'abcdefgH', '', ['abcdefgH', 'abcd', 'ef', 'g']],
    ['none about what is known: a good first half leaves the whole', 'abcD', '', ['abcD', 'ab', 'c']],
    [
      'the same wherever it is, but for one about what may have needed others',
      'Abcd',
      '',
      ['Abcd', 'Ab', 'A', 'b', 'cd', 'A'],
    ],
    [
      'one about all with those refused before, then about those that changed',
      'ab',
      'CD',
      ['abCD', 'ab', 'CD?', 'C?', 'D?'],
    ],
    ['one, where a change mends what was refused', 'ab', 'cd', ['abcd']],
    ['no further one about what was refused before, where nothing has changed for it', 'A', 'B', ['AB', 'A']],
  ])('%s', (_, changed, held, asked) => {
    expect(play(changed, held, noCapitals).asked).toEqual(asked);
  });

  it('about those refused before are few, whatever their number', () => {
    const { asked } = play('a', 'BCDEFGHIJKLMNOPQRSTUVWXYZ', noCapitals);
    expect(asked).toHaveLength(2 + 1 + 8);
  });

  it('about those refused before end when something newer waits', () => {
    const { asked, passed } = play('a', 'BcD', noCapitals, () => true);
    expect(asked).toEqual(['aBcD', 'a', 'BcD? skipped', 'B? skipped']);
    expect(passed).toEqual(['a']);
  });
});

describe('an object that needs another one', () => {
  const needs = (standing: string): Answer =>
    noCapitals(standing) === 'yes' && (!standing.includes('a') || standing.includes('z')) ? 'yes' : 'no';

  it('passes, although it was asked about before the other, in another half', () => {
    expect(play('abczX', '', needs)).toMatchObject({ passed: ['a', 'b', 'c', 'z'], refused: ['X'], undecided: [] });
  });

  it('that comes later passes with it', () => {
    expect(play('z', 'a', needs)).toMatchObject({ passed: ['a', 'z'], refused: [] });
    expect(play('z', 'aX', needs)).toMatchObject({ passed: ['a', 'z'], refused: [] });
  });

  it('and that needs it too passes with it', () => {
    const eachOther = (standing: string): Answer => (standing.includes('a') === standing.includes('z') ? 'yes' : 'no');
    expect(play('z', 'a', eachOther)).toMatchObject({ passed: ['a', 'z'] });
    expect(play('bcza', '', (s) => (noCapitals(s) === 'yes' ? eachOther(s) : 'no'))).toMatchObject({ refused: [] });
    expect(play('azX', '', (s) => (noCapitals(s) === 'yes' ? eachOther(s) : 'no'))).toMatchObject({ refused: ['X'] });
  });
});

describe('without an answer', () => {
  it('about one object, the others are told apart from it', () => {
    expect(play('ab1dE', '', stuckAtDigits)).toMatchObject({
      passed: ['a', 'b', 'd'],
      undecided: ['1'],
      refused: ['E'],
      silent: false,
    });
  });

  it('an object is not asked about again in the same round, which would cost its time again', () => {
    expect(play('1bcd', '', stuckAtDigits).asked).toEqual(['1bcd', '1b', '1', 'b', 'cd']);
  });

  it('about anything, it is given up at about the depth of a single object', () => {
    const { asked, silent, passed, undecided } = play('abcdefghijklmnop', '', () => 'none');
    expect(asked).toHaveLength(2 + 4);
    expect({ silent, passed, undecided: undecided.length }).toEqual({ silent: true, passed: [], undecided: 16 });
  });

  it('about a single object, nothing is known', () => {
    expect(play('1', '', stuckAtDigits)).toMatchObject({ silent: true, undecided: ['1'], asked: ['1'] });
  });
});

describe('whatever the objects', () => {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const objects = fc.uniqueArray(fc.constantFrom(...letters, ...letters.toUpperCase(), ...'0123456789'), {
    minLength: 1,
    maxLength: 30,
  });

  it('exactly the good ones pass, the bad ones are refused, and those without an answer are undecided', () => {
    fc.assert(
      fc.property(objects, fc.nat(), (keys, at) => {
        const [changed, held] = [keys.slice(0, 1 + (at % keys.length)), keys.slice(1 + (at % keys.length))];
        const heldBad = held.filter((key) => /[A-Z]/.test(key));
        const { passed, refused, undecided, silent } = play(changed.join(''), heldBad.join(''), stuckAtDigits);
        if (silent) return;
        expect(passed).toEqual(changed.filter((key) => /[a-z]/.test(key)).sort());
        expect([...refused].sort()).toEqual(changed.filter((key) => /[A-Z]/.test(key)).sort());
        expect([...undecided].sort()).toEqual(changed.filter((key) => /\d/.test(key)).sort());
      }),
      { numRuns: 500 },
    );
  });

  it('k bad ones of n cost about k log2(n) questions', () => {
    fc.assert(
      fc.property(fc.nat(60), fc.uniqueArray(fc.nat(60), { maxLength: 3 }), (n, bad) => {
        const isBad = (at: number) => bad.includes(at);
        const keys = Array.from({ length: n + 1 }, (_, at) => at);
        const questions = siftObjects(keys, []);
        let count = 0;
        for (let next = questions.next(); next.done !== true; count++) {
          next = questions.next(next.value.keys.some(isBad) ? 'no' : 'yes');
        }
        const k = keys.filter(isBad).length;
        expect(count).toBeLessThanOrEqual(1 + k * (2 * Math.ceil(Math.log2(n + 1)) + 1) + k + 1);
      }),
    );
  });
});
