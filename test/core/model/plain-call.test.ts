import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { callSchemas } from '../../../src/core/model/calls.js';
import { isPlainCall } from '../../../src/core/model/plain-call.js';
import { fromUnits } from '../../../src/core/model/score.js';
import { manyModules } from '../../support/factories.js';

const NOW = '2026-11-22T10:00:00.000Z';
const SCHEMA = callSchemas(() => Date.parse(NOW)).recordSession;

const ID = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
const SESSION = {
  sessionId: ID,
  totalModulesStudied: 6,
  averageScore: 68.4,
  timeStudied: 280_000,
  completedAt: '2026-11-22T09:00:00.000Z',
};

/** Mostly such as pass: a call has many values. */
const mostly = <T>(usual: fc.Arbitrary<T>, ...others: fc.Arbitrary<T>[]) =>
  fc.oneof({ weight: 12, arbitrary: usual }, ...others);

const callWith = (content: object) => ({ userId: ID, courseId: ID, session: { ...SESSION, ...content } });

test('`isPlainCall` accepts usual sessions of a file, up to the bounds of each field', () => {
  const contents = [
    {},
    { totalModulesStudied: 0, averageScore: 0, timeStudied: 0 },
    { totalModulesStudied: 100_000, averageScore: 1_000_000, timeStudied: 2 ** 31 - 1 },
    { averageScore: 99.9999 },
    { completedAt: NOW },
    { completedAt: '1970-01-01T00:00:00.000Z' },
    { moduleIds: [] },
    { moduleIds: ['m1', 'm10', 'm2'] },
    { moduleIds: manyModules() },
  ];
  for (const content of contents) assert.ok(isPlainCall(callWith(content), NOW), JSON.stringify(content));
});

test('The schema accepts every call that `isPlainCall` accepts and leaves it unchanged', () => {
  const edges = fc.constantFrom(-0, -1, 0.5, NaN, Infinity, 100_000, 100_001, 1_000_000.0001, 2 ** 31);
  const integers = mostly(fc.nat({ max: 100_000 }), edges, fc.double());
  const scores = mostly(fc.nat({ max: 10 ** 10 }).map(fromUnits), edges, fc.double());
  const ids = mostly(
    fc.uuid(),
    fc.uuid().map((id) => id.toUpperCase()),
    fc.string(),
  );
  const instants = fc.date({
    min: new Date('1969-01-01'),
    max: new Date('2030-01-01'),
    noInvalidDate: true,
  });
  const times = mostly(
    instants.map((date) => date.toISOString()),
    fc.constantFrom('2026-02-30T00:00:00.000Z', '2025-02-29T00:00:00.000Z', '2026-11-22T09:00:00Z', NOW),
    fc.constantFrom('2026-11-22t09:00:00.000Z', '2026-11-22T09:00:00.0000', '0000-01-01T00:00:00.000Z'),
    fc.constantFrom('2026-11-21T24:00:00.000Z', '2026-11-21T23:59:60.000Z', '2026-00-10T00:00:00.000Z'),
    fc.string({ minLength: 24, maxLength: 24 }),
  );
  const moduleIds = mostly(
    fc.uniqueArray(fc.stringMatching(/^[!-:<-~]{1,3}$/)).map((list) => list.toSorted()),
    fc.array(fc.constantFrom('a', 'b', 'B', 'c;', '', 'm1', 'é')),
  );
  const session = fc.record({
    sessionId: ids,
    totalModulesStudied: integers,
    averageScore: scores,
    timeStudied: integers,
    completedAt: times,
    moduleIds,
  });
  const others = mostly(fc.constant({}), fc.constantFrom({ mood: 3 }, { constructor: 1 }));
  let plain = 0;
  fc.assert(
    fc.property(ids, ids, session, others, others, (userId, courseId, content, more, evenMore) => {
      const call = { userId, courseId, session: { ...content, ...more }, ...evenMore };
      if (!isPlainCall(call, NOW)) return;
      plain += 1;
      assert.deepStrictEqual(SCHEMA.parse(call), call);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(plain > 1_000, `${plain} were`);
});

test('`isPlainCall` leaves a call with one unusual value to the schema', () => {
  const contents = [
    { mood: 3 },
    { sessionId: undefined },
    { sessionId: ID.toUpperCase() },
    { totalModulesStudied: -0 },
    { totalModulesStudied: 1.5 },
    { averageScore: 68.40001 },
    { averageScore: 1_000_000.5 },
    { timeStudied: 2 ** 31 },
    { timeStudied: '1' },
    { completedAt: '2026-11-22T10:00:00.001Z' },
    { completedAt: '2026-11-22T09:00:00Z' },
    { completedAt: '2026-02-29T09:00:00.000Z' },
    { completedAt: '1969-12-31T23:59:59.999Z' },
    { moduleIds: ['b', 'a'] },
    { moduleIds: ['a', 'a'] },
    { moduleIds: ['a;b'] },
    { moduleIds: [''] },
    { moduleIds: [...manyModules(), '~'] },
  ];
  for (const content of contents) assert.ok(!isPlainCall(callWith(content), NOW), JSON.stringify(content));
  assert.ok(!isPlainCall({ ...callWith({}), more: 1 }, NOW));
  assert.ok(!isPlainCall(undefined, NOW));
});
