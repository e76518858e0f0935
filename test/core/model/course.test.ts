import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameSchema } from '../../../src/core/model/course.js';

describe('a course name is trimmed text of 1 to 255 characters', () => {
  const cases: readonly [what: string, given: string, stored: string][] = [
    ['one character', 'a', 'a'],
    ['blanks around it', ' \t\n\u00A0\u3000Linear Algebra\u2028 ', 'Linear Algebra'],
    ['blanks within it', 'Linear \t Algebra', 'Linear \t Algebra'],
    ['255 characters', 'é'.repeat(255), 'é'.repeat(255)],
    ['255 characters of two UTF-16 units each', '😀'.repeat(255), '😀'.repeat(255)],
    ['255 characters after trimming', ` ${'a'.repeat(255)} `, 'a'.repeat(255)],
    ['a noncharacter', '\uFFFF', '\uFFFF'],
    ['decomposed letters, which stay so', 'e\u0301', 'e\u0301'],
  ];
  for (const [what, given, stored] of cases) {
    test(what, () => assert.equal(nameSchema.parse(given), stored));
  }
});

describe('any other name is refused', () => {
  const cases: readonly [what: string, given: unknown][] = [
    ['empty', ''],
    ['only blanks', ' \t\n\u00A0 '],
    ['256 characters', 'a'.repeat(256)],
    ['256 characters of two UTF-16 units each', '😀'.repeat(256)],
    ['U+0000, which Postgres cannot store', 'a\0b'],
    ['half a surrogate pair at the end', 'a\uD83D'],
    ['half a surrogate pair at the start', '\uDE00a'],
    ['a swapped surrogate pair', '\uDE00\uD83D'],
    ['a number', 3],
    ['null', null],
  ];
  for (const [what, given] of cases) {
    test(what, () => assert.equal(nameSchema.safeParse(given).success, false));
  }
});
