import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openStats, type LearnerKey, type Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { assertNoDeadlocks } from '../support/deadlocks.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

/** Fits one batch: a session with two modules costs 1.5, and a batch has a cost of 500. */
const CONCURRENCY = 330;
/** One round may miss a race. */
const ROUNDS = 6;
const timeout = 60_000;

/** Planner settings to disable: plans change with table sizes and Postgres releases. */
const PLANNERS: readonly (readonly string[])[] = [
  [],
  ['enable_hashjoin'],
  ['enable_hashjoin', 'enable_mergejoin'],
];

/** Returns a URL that disables kinds of plans in Postgres. */
function planningWithout(url: string, kinds: readonly string[]): string {
  if (url.startsWith('sqlite:')) return url;
  const planned = new URL(url);
  planned.searchParams.set('options', kinds.map((kind) => `-c ${kind}=off`).join(' '));
  return planned.href;
}

const newCall = (learner: LearnerKey) => ({
  ...learner,
  session: { sessionId: newSessionId(), ...sessionContent({ moduleIds: ['a', 'b'] }) },
});
type Call = ReturnType<typeof newCall>;

/** Returns a function that creates keys of learners in two courses. */
async function createLearners({ stats, courseId }: Fixture): Promise<() => LearnerKey[]> {
  const { courseId: logic } = await stats.addCourse({ course: { name: 'Logic' } });
  return () =>
    Array.from({ length: CONCURRENCY }, (_, index) => ({
      userId: newUserId(),
      courseId: index % 2 === 0 ? courseId : logic,
    }));
}

async function record(stats: Stats, calls: readonly Call[]): Promise<string[]> {
  return Promise.all(calls.map(async (call) => (await stats.recordSession(call)).outcome));
}

for (const dialect of DIALECTS) {
  describe(`batches of two servers on ${dialect}`, { timeout }, () => {
    for (const what of ['the same sessions', 'other sessions of the same learners'] as const) {
      test(`Batches of ${what} from two servers never deadlock`, async () => {
        await using fixture = await createFixture(dialect);
        const { url } = fixture.database;
        const newLearners = await createLearners(fixture);
        {
          await using first = await openStats({ database: url });
          await using second = await openStats({ database: planningWithout(url, ['enable_hashjoin']) });
          for (let round = 0; round < ROUNDS; round += 1) {
            const learners = newLearners();
            const calls = learners.map(newCall);
            const others = what === 'the same sessions' ? calls : learners.map(newCall).toReversed();
            const outcomes = (await Promise.all([record(first, calls), record(second, others)])).flat();
            const sessions = new Set([...calls, ...others].map(({ session }) => session.sessionId));
            assert.equal(outcomes.filter((outcome) => outcome === 'recorded').length, sessions.size);
          }
        }
        await assertRollups(url);
        await assertNoDeadlocks(url);
      });
    }
  });
}

for (const kinds of PLANNERS) {
  const planner = kinds.length === 0 ? 'with all kinds of plans' : `without ${kinds.join(' and ')}`;
  test(`Postgres ${planner} writes a batch in the order of its keys`, async () => {
    await using fixture = await createFixture('postgres');
    const { url } = fixture.database;
    const newLearners = await createLearners(fixture);
    await using stats = await openStats({ database: planningWithout(url, kinds) });

    await record(stats, newLearners().map(newCall));

    // In a new table, the physical order of the rows is the order of the writes.
    for (const [table, key] of [
      ['study_sessions', '(user_id, course_id, session_id)'],
      ['course_stats', '(user_id, course_id)'],
      ['studied_modules', '(user_id, course_id, module_id)'],
    ] as const) {
      const rows = `select ${key} as key, lag(${key}) over (order by ctid) as before from ${table}`;
      assert.deepEqual(
        await runSql(url, `select * from (${rows}) as rows where key < before limit 2`),
        [],
        table,
      );
    }
  });
}
