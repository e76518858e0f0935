import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { bulkOf, type Bulk } from '../../../src/core/bulk/bulk.js';
import { openStats, StatsError, type CourseId, type Stats } from '../../../src/core/index.js';
import { DIALECTS } from '../../support/databases.js';
import { assertNoDeadlocks } from '../../support/deadlocks.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../../support/factories.js';
import { createFixture } from '../../support/fixture.js';
import { assertRollups } from '../../support/rollups.js';
import { runSql } from '../../support/sql.js';

/** After so many transactions of nothing but new sessions, the next is taken to be no other. */
const MANY = 6;
const ROUNDS = 5;

function bulkOn(stats: Stats): Bulk {
  return bulkOf(stats) ?? assert.fail('it is a database');
}

function newCall(courseId: CourseId, userId: string = newUserId()) {
  const session = { ...sessionContent({ moduleIds: ['m1', 'm2'] }), sessionId: newSessionId() };
  return { userId, courseId, session };
}

type Call = ReturnType<typeof newCall>;

async function record(bulk: Bulk, calls: readonly Call[]): Promise<string[]> {
  const outcomes = await bulk.record(calls.map((call) => bulk.add(call)));
  return outcomes.map((outcome) => {
    if (outcome.outcome !== 'failed') return outcome.outcome;
    return outcome.error instanceof StatsError ? outcome.error.code : String(outcome.error);
  });
}

async function recordNew(bulk: Bulk, courseId: CourseId): Promise<void> {
  for (let time = 0; time < MANY; time++) {
    assert.deepEqual(await record(bulk, [newCall(courseId), newCall(courseId)]), ['recorded', 'recorded']);
  }
}

for (const dialect of DIALECTS) {
  describe(`bulk recording after many new sessions on ${dialect}`, () => {
    test('A bulk session that is not new gets its own outcome after many new ones', async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, database, stats } = fixture;
      const bulk = bulkOn(stats);
      const known = newCall(courseId);
      const copied = newCall(courseId);
      const full = newCall(courseId);
      assert.deepEqual(await record(bulk, [known, full]), ['recorded', 'recorded']);
      const setTime = (time: number) =>
        runSql(
          database.url,
          `update course_stats set time_studied = ${time} where user_id = '${full.userId}'`,
        );
      await setTime(Number.MAX_SAFE_INTEGER);
      const others: [Call[], string[]][] = [
        [[known], ['replayed']],
        [[{ ...known, session: { ...known.session, timeStudied: 1 } }], ['conflict']],
        [
          [copied, copied],
          ['recorded', 'replayed'],
        ],
        [[newCall(newCourseId())], ['course-not-found']],
        [[newCall(courseId, full.userId)], ['total-out-of-range']],
      ];
      for (const [calls, outcomes] of others) {
        await recordNew(bulk, courseId);
        assert.deepEqual(await record(bulk, [newCall(courseId), ...calls]), ['recorded', ...outcomes]);
      }
      await setTime(full.session.timeStudied);
      await assertRollups(database.url);
    });

    test('A session that two bulk writers record concurrently is recorded once', async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, database } = fixture;
      {
        await using first = await openStats({ database: database.url });
        await using second = await openStats({ database: database.url });
        const userIds = Array.from({ length: 10 }, newUserId);
        for (let round = 0; round < ROUNDS; round++) {
          await Promise.all([first, second].map((stats) => recordNew(bulkOn(stats), courseId)));
          const calls = Array.from({ length: 200 }, (_, index) =>
            newCall(courseId, userIds[index % userIds.length]),
          );
          const [ours, theirs] = await Promise.all([
            record(bulkOn(first), calls.slice(0, 150)),
            record(bulkOn(second), calls.slice(50).toReversed()),
          ]);
          const outcomes = calls.map((_, index) => [ours[index], theirs.toReversed()[index - 50]]);
          for (const outcome of outcomes) {
            const told = outcome.filter((each) => each !== undefined).toSorted();
            assert.deepEqual(told, told.length === 1 ? ['recorded'] : ['recorded', 'replayed']);
          }
        }
      }
      await assertRollups(database.url);
      await assertNoDeadlocks(database.url);
    });
  });
}

test('Bulk recording into Postgres uses COPY after many new sessions, until one is not new', async () => {
  await using fixture = await createFixture('postgres');
  const { courseId, database, stats } = fixture;
  const bulk = bulkOn(stats);
  await runSql(
    database.url,
    `create table seen (statement text);
     create function see() returns trigger language plpgsql as
       'begin insert into seen values (current_query()); return null; end';
     create trigger see after insert on study_sessions for each statement execute function see()`,
  );
  const statements = async () => {
    const rows = z
      .array(z.object({ statement: z.string() }))
      .parse(await runSql(database.url, 'delete from seen returning statement'));
    return rows.map(({ statement }) => (statement.includes('copy') ? 'copy' : 'insert'));
  };
  const known = newCall(courseId);
  await record(bulk, [known]);
  await recordNew(bulk, courseId);
  assert.deepEqual(new Set((await statements()).slice(-2)), new Set(['copy']));
  await record(bulk, [newCall(courseId), known]);
  assert.deepEqual(await statements(), ['insert']);
  await record(bulk, [newCall(courseId)]);
  assert.deepEqual(await statements(), ['insert']);
});
