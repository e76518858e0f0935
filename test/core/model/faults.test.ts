import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeValue, StatsError, type Fault } from '../../../src/core/index.js';
import { callSchemas } from '../../../src/core/model/calls.js';
import { parseCall } from '../../../src/core/model/validation.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../../support/factories.js';
import { faultOf } from '../../support/faults.js';

const schemas = callSchemas(() => Date.parse('2026-11-22T10:00:00.000Z'));

const UUID = 'must be a UUID: 8-4-4-4-12 hexadecimal digits';
const MODULES = 'must be an integer from 0 to 100,000';
const SCORE = 'must be a number from 0 to 1,000,000, or null';
const TIME = 'must be an integer number of milliseconds from 0 to 1,000,000,000';
const COMPLETED =
  "must be an RFC 3339 time with offset, such as 2026-11-22T10:00:00Z, from 1970 and at most 24 hours ahead of the server's clock";

function refusalOf(name: keyof typeof schemas, call: unknown): StatsError {
  try {
    parseCall<unknown>(schemas[name], call);
  } catch (error) {
    assert.ok(error instanceof StatsError);
    assert.equal(error.code, 'invalid-request');
    return error;
  }
  throw new Error('The call was accepted.');
}

const learner = { userId: newUserId(), courseId: newCourseId() };
const faultsOfRecord = (session: unknown): readonly Fault[] =>
  refusalOf('recordSession', { ...learner, session }).faults;

test('A rejected call reports every validation error at once, each with its place and its rule', () => {
  const error = refusalOf('recordSession', {
    userId: 'ada',
    session: {
      sessionId: 7,
      totalModulesStudied: 3.5,
      averageScore: '3',
      completedAt: 'yesterday',
      averagescore: 3,
    },
    sesion: {},
  });
  assert.deepEqual(
    new Set(error.faults),
    new Set<Fault>([
      { parameter: 'userId', detail: `is "ada"; it ${UUID}` },
      { parameter: 'courseId', detail: `is required and ${UUID}` },
      { pointer: '/sessionId', detail: `is 7; it ${UUID}` },
      { pointer: '/totalModulesStudied', detail: `is 3.5; it ${MODULES}` },
      { pointer: '/averageScore', detail: `is "3"; it ${SCORE}` },
      { pointer: '/timeStudied', detail: `is required and ${TIME}` },
      { pointer: '/completedAt', detail: `is "yesterday"; it ${COMPLETED}` },
      { pointer: '/averagescore', detail: 'is not a known field' },
      { parameter: 'sesion', detail: 'is not a known field' },
    ]),
  );
  assert.equal(error.faults.length, 9);
  assert.equal(error.message, '9 validation errors.');
});

test('A message quotes text, truncates it after 60 characters and omits the content of lists and objects', () => {
  const cases: readonly [value: unknown, description: string][] = [
    ['85%', '"85%"'],
    ['', '""'],
    ['a "b"\n', String.raw`"a \"b\"\n"`],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(1_000_000), `"${'x'.repeat(60)}…"`],
    [-1.5, '-1.5'],
    [NaN, 'NaN'],
    [null, 'null'],
    [true, 'true'],
    [[], 'a list of length 0'],
    [Array.from({ length: 1_001 }), 'a list of length 1,001'],
    [{ password: 'hidden' }, 'an object'],
  ];
  for (const [value, description] of cases) assert.equal(describeValue(value), description);
});

test('A call with a single validation error has that error as its message', () => {
  const error = refusalOf('recordSession', { ...learner, session: sessionContent({ averageScore: -1 }) });
  assert.equal(error.message, `/averageScore is -1; it ${SCORE}.`);
});

describe('values of a wrong type or out of bounds', () => {
  const values: readonly unknown[] = ['3', NaN, Infinity, -Infinity, null, true, [3], { value: 3 }, -1, 3n];
  const fields = [
    ['totalModulesStudied', MODULES, [3.5, 100_001, 2 ** 53, 1e300]],
    ['averageScore', SCORE, [1_000_000.1, 1e300]],
    ['timeStudied', TIME, [0.5, 1_000_000_001, 2 ** 53]],
  ] as const;
  for (const [field, rule, more] of fields) {
    for (const value of [...values, ...more]) {
      if (value === null && field === 'averageScore') continue;
      test(`The ${typeof value} ${String(value)} as ${field} is one validation error`, () => {
        const faults = faultsOfRecord({ ...sessionContent(), [field]: value });
        assert.deepEqual(faults, [{ pointer: `/${field}`, detail: faultOf(value, rule) }]);
      });
    }
  }
});

test('A session with -0 as a number is read with 0', () => {
  const session = { totalModulesStudied: -0, averageScore: -0, timeStudied: -0 };
  assert.deepEqual(parseCall(schemas.recordSession, { ...learner, session }).session, {
    totalModulesStudied: 0,
    averageScore: 0,
    timeStudied: 0,
  });
});

test('A missing required field is reported as required; an optional one may be undefined, not null', () => {
  const { averageScore: _, ...missing } = sessionContent();
  assert.deepEqual(faultsOfRecord(missing), [
    { pointer: '/averageScore', detail: `is required and ${SCORE}` },
  ]);
  assert.deepEqual(faultsOfRecord({ ...sessionContent(), completedAt: null }), [
    { pointer: '/completedAt', detail: `is null; it ${COMPLETED}` },
  ]);
  assert.deepEqual(faultsOfRecord({ ...sessionContent(), sessionId: null }), [
    { pointer: '/sessionId', detail: `is null; it ${UUID}` },
  ]);
  const session = { ...sessionContent(), sessionId: undefined, completedAt: undefined };
  assert.equal(parseCall(schemas.recordSession, { ...learner, session }).session.completedAt, undefined);
});

test('An unknown field is reported with a JSON Pointer in which ~ and / are escaped', () => {
  assert.deepEqual(faultsOfRecord({ ...sessionContent(), 'a/b~c~1': 1, '': 2 }), [
    { pointer: '/a~1b~0c~01', detail: 'is not a known field' },
    { pointer: '/', detail: 'is not a known field' },
  ]);
});

test('`__proto__` in a session is reported as an unknown field', () => {
  const body = JSON.stringify(sessionContent()).replace('{', '{"__proto__":{"averageScore":1},');
  assert.deepEqual(faultsOfRecord(JSON.parse(body)), [
    { pointer: '/__proto__', detail: 'is not a known field' },
  ]);
});

test('A session that is not a JSON object is one validation error of the whole body', () => {
  for (const session of [null, 3, 'x', [sessionContent()]]) {
    assert.deepEqual(faultsOfRecord(session), [
      { pointer: '', detail: faultOf(session, 'must be a JSON object') },
    ]);
  }
  assert.deepEqual(faultsOfRecord(undefined), [
    { pointer: '', detail: 'is required and must be a JSON object' },
  ]);
});

test('A call that is not an object is rejected', () => {
  for (const call of [undefined, null, 3, 'x', []]) {
    assert.equal(refusalOf('recordSession', call).faults.length, 1);
  }
});

test('`putSession` reports its session id as a parameter and the fields of the content as pointers', () => {
  const { faults } = refusalOf('putSession', {
    ...learner,
    sessionId: 'x',
    session: { ...sessionContent(), sessionId: newSessionId() },
  });
  assert.deepEqual(faults, [
    { parameter: 'sessionId', detail: `is "x"; it ${UUID}` },
    { pointer: '/sessionId', detail: 'is not a known field' },
  ]);
});

test('The limit of a page must be an integer from 1 to 1,000 and defaults to 100', () => {
  assert.equal(parseCall(schemas.listCourses, {}).limit, 100);
  assert.equal(parseCall(schemas.listCourses, { limit: 1 }).limit, 1);
  assert.equal(parseCall(schemas.listCourses, { limit: 1_000 }).limit, 1_000);
  for (const limit of [0, 1_001, 1.5, '10', null]) {
    assert.deepEqual(refusalOf('listCourses', { limit }).faults, [
      { parameter: 'limit', detail: faultOf(limit, 'must be an integer from 1 to 1,000') },
    ]);
  }
});
