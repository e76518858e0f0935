import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { callSchemas } from '../../../src/core/model/calls.js';
import { parseCall } from '../../../src/core/model/faults.js';
import { moduleIdsSchema, toProgress } from '../../../src/core/model/modules.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../../support/factories.js';

const ID_RULE = 'must be 1 to 128 visible ASCII characters without ;';
const LIST_RULE = 'must be a list of at most 1,000 module ids';

const VISIBLE_ASCII = Array.from({ length: 0x7e - 0x20 }, (_, index) => String.fromCharCode(0x21 + index));
const numbered = (amount: number) => Array.from({ length: amount }, (_, index) => `m${index}`);

/** Where and why a list is refused. */
function faultsOf(given: unknown): readonly (readonly [place: string, message: string])[] {
  const { error } = moduleIdsSchema.safeParse(given);
  return (error?.issues ?? []).map(({ path, message }) => [path.join('/'), message] as const);
}

describe('module ids are a set of visible ASCII texts, kept sorted', () => {
  const cases: readonly [what: string, given: readonly string[], kept: readonly string[]][] = [
    ['none', [], []],
    ['one character', ['a'], ['a']],
    ['128 characters', ['~'.repeat(128)], ['~'.repeat(128)]],
    ['repeats', ['b', 'a', 'b', 'a'], ['a', 'b']],
    ['cases differ', ['b', 'B', 'a', 'A'], ['A', 'B', 'a', 'b']],
    ['numbers are text', ['10', '9', '1'], ['1', '10', '9']],
    ['names of an object’s own', ['__proto__', 'constructor'], ['__proto__', 'constructor']],
    ['1,000 of them', numbered(1_000).toReversed(), numbered(1_000).toSorted()],
    [
      'every visible character but ;',
      VISIBLE_ASCII.filter((character) => character !== ';').toReversed(),
      VISIBLE_ASCII.filter((character) => character !== ';'),
    ],
  ];
  for (const [what, given, kept] of cases) {
    test(what, () => assert.deepEqual(moduleIdsSchema.parse(given), kept));
  }

  test('what was given is left as it was', () => {
    const given = Object.freeze(['b', 'a', 'b']);
    moduleIdsSchema.parse(given);
    assert.deepEqual(given, ['b', 'a', 'b']);
  });
});

describe('any other id is refused where it stands', () => {
  const cases: readonly [what: string, id: unknown][] = [
    ['empty', ''],
    ['129 characters', 'a'.repeat(129)],
    ['the separator of files', 'a;b'],
    ['only the separator', ';'],
    ['a blank', 'a b'],
    ['a blank at the end', 'a '],
    ['a line break at the end', 'a\n'],
    ['U+0000', 'a\0'],
    ['DEL', 'a\x7f'],
    ['beyond ASCII', 'é'],
    ['an emoji', '😀'],
    ['half a surrogate pair', '\uD83D'],
    ['a number', 3],
    ['null', null],
    ['a list', ['a']],
  ];
  for (const [what, id] of cases) {
    test(what, () => assert.deepEqual(faultsOf(['a', 'b', 'c', id]), [['3', ID_RULE]]));
  }
});

describe('what is no list of at most 1,000 is refused as a whole', () => {
  const cases: readonly [what: string, given: unknown][] = [
    ['1,001 ids', numbered(1_001)],
    ['1,001 copies of one id', Array.from({ length: 1_001 }, () => 'a')],
    ['a text', 'a;b'],
    ['an object', { 0: 'a', length: 1 }],
    ['null', null],
  ];
  for (const [what, given] of cases) {
    test(what, () => assert.deepEqual(faultsOf(given), [['', LIST_RULE]]));
  }
});

describe('every fault is named by its pointer', () => {
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
    test(name, () => {
      assert.throws(parse, {
        code: 'invalid-request',
        faults: [
          { pointer: '/moduleIds/1', detail: ID_RULE },
          { pointer: '/moduleIds/3', detail: ID_RULE },
        ],
      });
    });
  }
});

describe('progress', () => {
  test('is the studied part of what is declared', () => {
    assert.deepEqual(toProgress({ studied: 5, declared: 3, studiedOfDeclared: 1 }), {
      distinctModulesStudied: 5,
      moduleCount: 3,
      progress: 1 / 3,
    });
  });

  test('is 0 where nothing of it was studied, 1 where all of it was', () => {
    assert.equal(toProgress({ studied: 5, declared: 3, studiedOfDeclared: 0 }).progress, 0);
    assert.equal(toProgress({ studied: 5, declared: 3, studiedOfDeclared: 3 }).progress, 1);
  });

  test('is unknown where nothing is declared', () => {
    assert.deepEqual(toProgress({ studied: 5, declared: 0, studiedOfDeclared: 0 }), {
      distinctModulesStudied: 5,
      moduleCount: null,
      progress: null,
    });
  });
});
