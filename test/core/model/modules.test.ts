import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callSchemas } from '../../../src/core/model/calls.js';
import { parseCall } from '../../../src/core/model/validation.js';
import { moduleIdsSchema, toProgress } from '../../../src/core/model/modules.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../../support/factories.js';
import { faultOf } from '../../support/faults.js';

const ID_RULE = 'must be 1 to 128 visible ASCII characters without ;';
const LIST_RULE = 'must be a list of at most 1,000 module ids';

const VISIBLE_ASCII = Array.from({ length: 0x7e - 0x20 }, (_, index) => String.fromCharCode(0x21 + index));
const numbered = (amount: number) => Array.from({ length: amount }, (_, index) => `m${index}`);

/** Returns the pointer and the message of each validation error of a list. */
function faultsOf(given: unknown): readonly (readonly [place: string, message: string])[] {
  const { error } = moduleIdsSchema.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => [path.join('/'), message] as const);
}

describe('valid lists of module ids', () => {
  const cases: readonly [what: string, given: readonly string[], kept: readonly string[]][] = [
    ['no module ids is accepted', [], []],
    ['one module id of one character is accepted', ['a'], ['a']],
    ['one module id of 128 characters is accepted', ['~'.repeat(128)], ['~'.repeat(128)]],
    ['repeated module ids drops the repeats', ['b', 'a', 'b', 'a'], ['a', 'b']],
    ['module ids that differ in case keeps them all', ['b', 'B', 'a', 'A'], ['A', 'B', 'a', 'b']],
    ['numeric module ids is sorted as text', ['10', '9', '1'], ['1', '10', '9']],
    ['module ids such as __proto__ keeps them', ['__proto__', 'constructor'], ['__proto__', 'constructor']],
    ['1,000 module ids is accepted and sorted', numbered(1_000).toReversed(), numbered(1_000).toSorted()],
    [
      'module ids of every visible ASCII character but ; is accepted and sorted',
      VISIBLE_ASCII.filter((character) => character !== ';').toReversed(),
      VISIBLE_ASCII.filter((character) => character !== ';'),
    ],
  ];
  for (const [what, given, kept] of cases) {
    test(`A list of ${what}`, () => assert.deepEqual(moduleIdsSchema.parse(given), kept));
  }

  test('Reading a list of module ids does not change the list that was passed', () => {
    const given = Object.freeze(['b', 'a', 'b']);
    moduleIdsSchema.parse(given);
    assert.deepEqual(given, ['b', 'a', 'b']);
  });
});

describe('invalid module ids', () => {
  const cases: readonly [what: string, id: unknown][] = [
    ['An empty module id', ''],
    ['A module id of 129 characters', 'a'.repeat(129)],
    ['A module id with the separator of files', 'a;b'],
    ['A module id of only the separator', ';'],
    ['A module id with a blank', 'a b'],
    ['A module id with a blank at the end', 'a '],
    ['A module id with a line break at the end', 'a\n'],
    ['A module id with U+0000', 'a\0'],
    ['A module id with DEL', 'a\x7f'],
    ['A module id with a letter beyond ASCII', 'é'],
    ['A module id with an emoji', '😀'],
    ['A module id with half a surrogate pair', '\uD83D'],
    ['A number as a module id', 3],
    ['`null` as a module id', null],
    ['A list as a module id', ['a']],
  ];
  for (const [what, id] of cases) {
    test(`${what} is rejected`, () =>
      assert.deepEqual(faultsOf(['a', 'b', 'c', id]), [['3', faultOf(id, ID_RULE)]]));
  }
});

describe('invalid lists of module ids', () => {
  const cases: readonly [what: string, given: unknown][] = [
    ['A list of 1,001 module ids', numbered(1_001)],
    ['A list of 1,001 copies of one module id', Array.from({ length: 1_001 }, () => 'a')],
    ['A text instead of a list of module ids', 'a;b'],
    ['An object instead of a list of module ids', { 0: 'a', length: 1 }],
    ['`null` instead of a list of module ids', null],
  ];
  for (const [what, given] of cases) {
    test(`${what} is rejected as a whole`, () =>
      assert.deepEqual(faultsOf(given), [['', faultOf(given, LIST_RULE)]]));
  }
});

describe('pointers of invalid module ids', () => {
  const moduleIds = ['a', 'b;', 'c', ''];
  const calls = callSchemas(Date.now);
  const key = { userId: newUserId(), courseId: newCourseId() };
  const session = { ...sessionContent(), moduleIds };
  const course = { name: 'Algebra', moduleIds };

  for (const [name, parse] of [
    ['recordSession', () => parseCall(calls.recordSession, { ...key, session })],
    ['putSession', () => parseCall(calls.putSession, { ...key, sessionId: newSessionId(), session })],
    ['addCourse', () => parseCall(calls.addCourse, { course })],
    ['setCourse', () => parseCall(calls.setCourse, { courseId: key.courseId, course })],
  ] as const) {
    test(`\`${name}\` reports each invalid module id with its pointer`, () => {
      assert.throws(parse, {
        code: 'invalid-request',
        faults: [
          { pointer: '/moduleIds/1', detail: faultOf('b;', ID_RULE) },
          { pointer: '/moduleIds/3', detail: faultOf('', ID_RULE) },
        ],
      });
    });
  }
});

describe('progress', () => {
  test('Progress is the share of the declared modules that the learner has studied', () => {
    assert.deepEqual(toProgress({ studied: 5, declared: 3, studiedOfDeclared: 1 }), {
      distinctModulesStudied: 5,
      moduleCount: 3,
      progress: 1 / 3,
    });
  });

  test('Progress is 0 if no declared module was studied and 1 if all of them were', () => {
    assert.equal(toProgress({ studied: 5, declared: 3, studiedOfDeclared: 0 }).progress, 0);
    assert.equal(toProgress({ studied: 5, declared: 3, studiedOfDeclared: 3 }).progress, 1);
  });

  test('Progress is null if the course declares no modules', () => {
    assert.deepEqual(toProgress({ studied: 5, declared: 0, studiedOfDeclared: 0 }), {
      distinctModulesStudied: 5,
      moduleCount: null,
      progress: null,
    });
  });
});
