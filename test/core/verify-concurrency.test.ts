import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CourseId, UserId } from '../../src/core/index.js';
import { runCli } from '../support/cli.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import type { Call } from '../support/jobs.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';
import { startWorkers, type Workers } from '../support/workers.js';

const WORKERS = 3;
const CONCURRENCY = 48;
/** One round may miss a race. */
const ROUNDS = 2;
const timeout = 110_000;

const EXPECTED: ReadonlySet<string> = new Set([
  'recorded',
  'replayed',
  'replaced',
  'deleted',
  'erased',
  'session-conflict',
  'session-not-found',
]);

interface Place {
  readonly userIds: readonly UserId[];
  readonly courseId: CourseId;
  readonly sessionIds: readonly string[];
}

/** Returns the calls of all processes, on a few sessions of the same learners. */
function mixture({ userIds, courseId, sessionIds }: Place): Call[] {
  return Array.from({ length: CONCURRENCY }, (_, index) => {
    const userId = userIds[index % userIds.length];
    const sessionId = sessionIds[index % sessionIds.length];
    const key = { userId, courseId, sessionId };
    const session = sessionContent({ timeStudied: index, moduleIds: [`m${index % 3}`, `m${index % 5}`] });
    switch (index % 12) {
      case 0:
        return { name: 'eraseUser', arguments: { userId } };
      case 1:
      case 2:
      case 3:
        return { name: 'putSession', arguments: { ...key, session } };
      case 4:
      case 5:
        return { name: 'deleteSession', arguments: key };
      default:
        return { name: 'recordSession', arguments: { userId, courseId, session } };
    }
  });
}

/** Returns only recordings: the other calls need the rollups. */
function recordings({ userIds, courseId }: Place): Call[] {
  return Array.from({ length: CONCURRENCY }, (_, index) => {
    const session = sessionContent({ timeStudied: index, moduleIds: [`m${index % 3}`] });
    return {
      name: 'recordSession',
      arguments: { userId: userIds[index % userIds.length], courseId, session },
    };
  });
}

/** Runs the calls in all workers again and again until the work has ended. */
async function during<T>(
  workers: Workers,
  { database, calls }: { readonly database: string; readonly calls: readonly Call[] },
  work: () => Promise<T>,
): Promise<T> {
  const state = { isOver: false };
  const working = work().finally(() => (state.isOver = true));
  do {
    const outcomes = (await workers.run(() => ({ database, calls: [...calls] }))).flat();
    assert.deepEqual(
      outcomes.filter((outcome) => !EXPECTED.has(outcome)),
      [],
    );
  } while (!state.isOver);
  return working;
}

for (const dialect of DIALECTS) {
  describe(`verify during concurrent writes on ${dialect}`, { timeout }, () => {
    let workers: Workers;
    before(async () => {
      workers = await startWorkers(WORKERS);
    });
    after(() => workers[Symbol.asyncDispose]());

    for (const [what, callsOf, statements] of [
      [
        'recorded, replaced, deleted and erased',
        mixture,
        [
          `update course_stats set time_studied = time_studied + 1, first_completed_at = '1999-01-01T00:00:00.000Z'`,
          'update studied_modules set session_count = session_count + 1',
          `insert into studied_modules (user_id, course_id, module_id, session_count, created_at, updated_at)
            select user_id, course_id, 'z', 1, created_at, updated_at from course_stats`,
        ],
      ],
      [
        'recorded, where totals and modules are missing',
        recordings,
        ['delete from course_stats', 'delete from studied_modules'],
      ],
    ] as const) {
      test(`A rebuild loses nothing while sessions are ${what}`, async () => {
        await using fixture = await createFixture(dialect);
        const { courseId, database, stats } = fixture;
        for (let round = 0; round < ROUNDS; round += 1) {
          const place = {
            courseId,
            userIds: Array.from({ length: 4 }, () => newUserId()),
            sessionIds: Array.from({ length: 7 }, () => newSessionId()),
          };
          for (const userId of place.userIds) {
            for (const sessionId of place.sessionIds) {
              const session = sessionContent({ moduleIds: ['m0', 'm4'] });
              await stats.putSession({ userId, courseId, sessionId, session });
            }
          }
          for (const statement of statements) await runSql(database.url, statement);
          const argv = ['verify', '--database', database.url, '--rebuild'];

          const writes = { database: database.url, calls: callsOf(place) };
          const finished = await during(workers, writes, () => Promise.all([runCli(argv), runCli(argv)]));

          for (const { code, stderr } of finished) assert.equal(code, 0, stderr);
          assert.ok(finished.some(({ stdout }) => stdout.includes('Repaired ')));
          await assertRollups(database.url);
        }
      });
    }

    test('Verify reports no difference for sessions that are written during the check', async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, database } = fixture;
      const place = {
        courseId,
        userIds: Array.from({ length: 4 }, () => newUserId()),
        sessionIds: Array.from({ length: 7 }, () => newSessionId()),
      };
      await during(workers, { database: database.url, calls: mixture(place) }, async () => {
        for (let round = 0; round < 20; round += 1) {
          const { code, stdout, stderr } = await runCli(['verify', '--database', database.url]);
          assert.equal(code, 0, stdout + stderr);
        }
      });
      await assertRollups(database.url);
    });
  });
}
