import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compareIdentities } from '../../../src/core/store/batches/copies.js';
import { IDENTITY, LEARNER } from '../../../src/core/store/batches/copy-row.js';
import { PackedCandidates } from '../../../src/core/store/batches/packed-candidates.js';
import { toSessionRow } from '../../../src/core/store/rows.js';
import { toCourseId, toSessionId, toUserId } from '../../../src/core/index.js';
import { manyModules } from '../../support/factories.js';

const NOW = '2026-11-22T10:00:00.123Z';

const candidates = fc
  .record({
    ids: fc.tuple(fc.uuid(), fc.uuid(), fc.uuid()),
    content: fc.record({
      totalModulesStudied: fc.nat({ max: 100_000 }),
      averageScore: fc.nat({ max: 10 ** 10 }).map((units) => units / 10_000),
      timeStudied: fc.nat({ max: 2 ** 31 - 1 }),
      completedAt: fc
        .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      moduleIds: fc.oneof(fc.array(fc.stringMatching(/^[!-:<-~]{1,9}$/)), fc.constant(manyModules())),
    }),
    completionSent: fc.boolean(),
  })
  .map(({ ids: [user, course, session], content, completionSent }) => {
    const key = { userId: toUserId(user), courseId: toCourseId(course), sessionId: toSessionId(session) };
    return { row: toSessionRow(key, content, NOW), completionSent };
  });

test('Packed sessions are unpacked unchanged, across many blocks and again after a clear', () => {
  const packed = new PackedCandidates();
  fc.assert(
    fc.property(fc.array(candidates, { minLength: 1, maxLength: 40 }), (given) => {
      packed.clear();
      const positions = given.map((each) => packed.add(each));
      assert.deepEqual(
        positions.map((position) => packed.at(position)),
        given,
      );
    }),
    { numRuns: 200 },
  );
});

test('Packed sessions compare in the order of their identities', () => {
  fc.assert(
    fc.property(candidates, candidates, fc.nat({ max: 3 }), (a, b, same) => {
      // Those that have more in common are the ones that are easily confused.
      const key = ['user_id', 'course_id', 'session_id'] as const;
      const row = { ...b.row, ...Object.fromEntries(key.slice(0, same).map((name) => [name, a.row[name]])) };
      const packed = new PackedCandidates();
      const [first, second] = [packed.add(a), packed.add({ ...b, row })];
      assert.equal(Math.sign(packed.compare(IDENTITY, first, second)), compareIdentities(a.row, row));
      assert.equal(packed.compare(LEARNER, first, second) === 0, same >= 2);
      assert.ok(
        Math.sign(packed.prefixOf(first) - packed.prefixOf(second)) * compareIdentities(a.row, row) >= 0,
      );
    }),
  );
});

test('Reading a position at which no session was packed throws a RangeError', () => {
  assert.throws(() => new PackedCandidates().at(0), RangeError);
});
