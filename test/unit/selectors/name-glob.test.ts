import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesGlob } from '../../../src/selectors/name-glob.js';

it.each([
  ['team-*', 'team-a', true],
  ['team-*', 'team-', true],
  ['team-*', 'team', false],
  ['*', '', true],
  ['', '', true],
  ['', 'a', false],
  ['a?c', 'abc', true],
  ['a?c', 'ac', false],
  ['?', '', false],
  ['*-prod', 'a-prod-prod', true],
  ['*-prod', 'a-prod-x', false],
  ['a*b*c', 'abbbc', true],
  ['a**c', 'ac', true],
  ['a.c', 'abc', false],
])('%j and %j: %s', (glob, name, matches) => {
  expect(matchesGlob(glob, name)).toBe(matches);
});

it('means what the regular expression means', () => {
  const unit = fc.constantFrom('a', 'b', '-');
  const glob = fc.string({ unit: fc.oneof(unit, fc.constantFrom('*', '?')), maxLength: 8 });
  fc.assert(
    fc.property(glob, fc.string({ unit, maxLength: 10 }), (pattern, name) => {
      const wanted = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(name);
      expect(matchesGlob(pattern, name)).toBe(wanted);
    }),
    { numRuns: 2_000 },
  );
});

it('a glob of many stars takes no time', () => {
  expect(matchesGlob(`${'a*'.repeat(500)}b`, 'a'.repeat(63))).toBe(false);
  expect(matchesGlob(`${'*a'.repeat(30)}*b`, 'a'.repeat(63))).toBe(false);
});
