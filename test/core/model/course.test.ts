import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nameSchema } from '../../../src/core/model/course.js';

describe('valid course names', () => {
  const cases: readonly [what: string, given: string, stored: string][] = [
    ['one character is accepted', 'a', 'a'],
    ['blanks around it is trimmed', ' \t\n\u00A0\u3000Linear Algebra\u2028 ', 'Linear Algebra'],
    ['blanks within it keeps them', 'Linear \t Algebra', 'Linear \t Algebra'],
    ['255 characters is accepted', 'é'.repeat(255), 'é'.repeat(255)],
    ['255 characters of two UTF-16 units each is accepted', '😀'.repeat(255), '😀'.repeat(255)],
    ['255 characters after trimming is accepted', ` ${'a'.repeat(255)} `, 'a'.repeat(255)],
    ['a noncharacter is accepted', '\uFFFF', '\uFFFF'],
    ['decomposed letters is not normalized', 'e\u0301', 'e\u0301'],
  ];
  for (const [what, given, stored] of cases) {
    test(`A course name with ${what}`, () => assert.equal(nameSchema.parse(given), stored));
  }
});

describe('invalid course names', () => {
  const cases: readonly [what: string, given: unknown][] = [
    ['An empty text', ''],
    ['A text of only blanks', ' \t\n\u00A0 '],
    ['A text of 256 characters', 'a'.repeat(256)],
    ['A text of 256 characters of two UTF-16 units each', '😀'.repeat(256)],
    ['A text with U+0000, which Postgres cannot store,', 'a\0b'],
    ['A text with half a surrogate pair at the end', 'a\uD83D'],
    ['A text with half a surrogate pair at the start', '\uDE00a'],
    ['A text with a swapped surrogate pair', '\uDE00\uD83D'],
    ['A number', 3],
    ['`null`', null],
  ];
  for (const [what, given] of cases) {
    test(`${what} is an invalid course name`, () => assert.equal(nameSchema.safeParse(given).success, false));
  }
});
