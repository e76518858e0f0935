import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DialectName } from '../../migrations/columns.js';
import { openStats, type CourseId, type Stats, type UserId } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { runCalls, type Call } from '../support/jobs.js';
import { assertRollups } from '../support/rollups.js';
import { rowsOf } from '../support/user-tables.js';

const CONCURRENCY = 64;
const ROUNDS = 4;
/** The numbers of handles. Each handle has its own connection pool; SQLite allows one writer anyway. */
const HANDLES: Readonly<Record<DialectName, readonly number[]>> = { sqlite: [1], postgres: [1, 4] };
const timeout = 60_000;

const EXPECTED: ReadonlySet<string> = new Set([
  'recorded',
  'replayed',
  'replaced',
  'deleted',
  'erased',
  'session-conflict',
  'session-not-found',
]);

async function addCourses({ stats, courseId }: Fixture): Promise<CourseId[]> {
  const others = Array.from({ length: 3 }, async (_, index) =>
    stats.addCourse({ course: { name: `Course ${index}` } }),
  );
  return [courseId, ...(await Promise.all(others)).map((course) => course.courseId)];
}

/** Returns calls that record, replace and delete a few sessions, and erase the user in between. */
function mixture(userId: UserId, courseIds: readonly CourseId[], sessionIds: readonly string[]): Call[] {
  return Array.from({ length: CONCURRENCY }, (_, index) => {
    const courseId = courseIds[index % courseIds.length];
    const sessionId = sessionIds[index % sessionIds.length];
    const moduleIds = [`m${index % 3}`, `m${index % 5}`];
    const session = sessionContent({ timeStudied: index, moduleIds });
    switch (index % 8) {
      case 0:
        return { name: 'eraseUser', arguments: { userId } };
      case 1:
      case 2:
        return { name: 'putSession', arguments: { userId, courseId, sessionId, session } };
      case 3:
        return { name: 'deleteSession', arguments: { userId, courseId, sessionId } };
      default:
        return { name: 'recordSession', arguments: { userId, courseId, session } };
    }
  });
}

for (const dialect of DIALECTS) {
  for (const pools of HANDLES[dialect]) {
    describe(
      `erasing a learner from ${pools} ${pools === 1 ? 'handle' : 'handles'} on ${dialect}`,
      { timeout },
      () => {
        test('Erasing a learner during other writes keeps or removes each session completely', async () => {
          await using fixture = await createFixture(dialect);
          const { stats, database } = fixture;
          await using stack = new AsyncDisposableStack();
          const handles: Stats[] = [];
          for (let count = 0; count < pools; count += 1) {
            handles.push(stack.use(await openStats({ database: database.url })));
          }
          const courseIds = await addCourses(fixture);
          const bystander = newUserId();
          for (const courseId of courseIds) {
            await stats.recordSession({
              userId: bystander,
              courseId,
              session: sessionContent({ moduleIds: ['a'] }),
            });
          }
          const untouched = await rowsOf(dialect, database.url, bystander);

          // One round may miss a race.
          for (let round = 0; round < ROUNDS; round += 1) {
            const userId = newUserId();
            const sessionIds = Array.from({ length: 7 }, () => newSessionId());
            // The user has not studied the other half of the courses.
            for (const courseId of courseIds.slice(0, 2)) {
              for (const sessionId of sessionIds) {
                await stats.putSession({ userId, courseId, sessionId, session: sessionContent() });
              }
            }
            const calls = mixture(userId, courseIds, sessionIds);

            const outcomes = (
              await Promise.all(handles.map(async (handle) => runCalls(handle, calls)))
            ).flat();

            assert.deepEqual(
              outcomes.filter((outcome) => !EXPECTED.has(outcome)),
              [],
            );
            await assertRollups(database.url);
            const { items } = await stats.listStudiedCourses({ userId });
            const left = items.reduce((sum, { sessionCount }) => sum + sessionCount, 0);
            assert.deepEqual(await stats.eraseUser({ userId }), { sessionsDeleted: left });
            for (const [table, rows] of await rowsOf(dialect, database.url, userId)) {
              assert.deepEqual(rows, [], table);
            }
          }
          assert.deepEqual(await rowsOf(dialect, database.url, bystander), untouched);
          await assertRollups(database.url);
        });

        test('Erasing a learner during recordings counts each session once', async () => {
          await using fixture = await createFixture(dialect);
          const { stats, database } = fixture;
          await using stack = new AsyncDisposableStack();
          const handles: Stats[] = [];
          for (let count = 0; count < pools; count += 1) {
            handles.push(stack.use(await openStats({ database: database.url })));
          }
          const courseIds = await addCourses(fixture);
          const userId = newUserId();
          let erased = 0;

          await Promise.all(
            Array.from({ length: CONCURRENCY }, async (_, index) => {
              const handle = handles[index % handles.length];
              const courseId = courseIds[index % courseIds.length];
              assert.ok(handle && courseId);
              await handle.recordSession({
                userId,
                courseId,
                session: sessionContent({ moduleIds: ['a', 'b'] }),
              });
              if (index % 8 !== 0) return;
              const { sessionsDeleted } = await handle.eraseUser({ userId });
              erased += sessionsDeleted;
            }),
          );

          await assertRollups(database.url);
          const { items } = await stats.listStudiedCourses({ userId });
          const left = items.reduce((sum, { sessionCount }) => sum + sessionCount, 0);
          assert.equal(erased + left, CONCURRENCY);
          assert.deepEqual(await stats.eraseUser({ userId }), { sessionsDeleted: left });
        });
      },
    );
  }
}
