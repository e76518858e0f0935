import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { LearnerKey } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { runCalls, type Call } from '../support/jobs.js';
import { assertRollups } from '../support/rollups.js';
import { startWorkers, type Workers } from '../support/workers.js';

const COPIES = 64;
const PROCESSES = 4;
const timeout = 60_000;

type Run = (fixture: Fixture, workers: Workers, share: () => Call[]) => Promise<string[]>;

/** Both runs make the same calls: one share per process, or all shares in one process. */
const RUNS: readonly [where: string, run: Run][] = [
  [
    'from one process',
    ({ stats }, _, share) => runCalls(stats, Array.from({ length: PROCESSES }, share).flat()),
  ],
  [
    `from ${PROCESSES} processes`,
    async ({ database }, workers, share) =>
      (await workers.run(() => ({ database: database.url, calls: share() }))).flat(),
  ],
];

function records(learner: LearnerKey, sessions: readonly object[]): Call[] {
  return sessions.map((session) => ({ name: 'recordSession', arguments: { ...learner, session } }));
}

const newSessions = (amount: number) =>
  Array.from({ length: amount }, () => ({ sessionId: newSessionId(), ...sessionContent() }));

/** Returns many calls that record, replace and delete a few sessions. */
function mixture(learner: LearnerKey, sessionIds: readonly string[]): Call[] {
  return Array.from({ length: COPIES }, (_, index) => {
    const sessionId = sessionIds[index % sessionIds.length];
    const completedAt = new Date(Date.UTC(2020, 0, 1 + ((index * 7) % 28))).toISOString();
    const content = sessionContent({ totalModulesStudied: index % 5, timeStudied: index, completedAt });
    switch (Math.floor(index / sessionIds.length) % 3) {
      case 0:
        return { name: 'recordSession', arguments: { ...learner, session: { sessionId, ...content } } };
      case 1:
        return { name: 'putSession', arguments: { ...learner, sessionId, session: content } };
      default:
        return { name: 'deleteSession', arguments: { ...learner, sessionId } };
    }
  });
}

const MIXED_OUTCOMES: ReadonlySet<string> = new Set([
  'recorded',
  'replayed',
  'replaced',
  'deleted',
  'session-conflict',
  'session-not-found',
]);

function tally(outcomes: readonly string[]): Record<string, number> {
  const groups = Object.groupBy(outcomes, (outcome) => outcome);
  return Object.fromEntries(Object.entries(groups).map(([outcome, all = []]) => [outcome, all.length]));
}

for (const dialect of DIALECTS) {
  describe(`concurrent writes on ${dialect}`, () => {
    let workers: Workers;
    before(async () => {
      workers = await startWorkers(PROCESSES);
    });
    after(() => workers[Symbol.asyncDispose]());

    for (const [where, run] of RUNS) {
      describe(where, { timeout }, () => {
        test('Concurrent sessions of one learner are each counted once', async () => {
          await using fixture = await createFixture(dialect);
          const learner = { userId: newUserId(), courseId: fixture.courseId };
          const perProcess = COPIES / PROCESSES;

          const outcomes = await run(fixture, workers, () => records(learner, newSessions(perProcess)));

          assert.deepEqual(tally(outcomes), { recorded: COPIES });
          const { sessionCount, totalModulesStudied, averageScore } = await fixture.stats.getStats(learner);
          assert.deepEqual([sessionCount, totalModulesStudied, averageScore], [COPIES, COPIES * 6, 68.4]);
          await assertRollups(fixture.database.url);
        });

        test('Concurrent copies of one session count once: one is recorded, the rest replay it', async () => {
          await using fixture = await createFixture(dialect);
          const learner = { userId: newUserId(), courseId: fixture.courseId };
          const [session] = newSessions(1);
          assert.ok(session);
          const copies = Array.from({ length: COPIES / PROCESSES }, () => session);

          const outcomes = await run(fixture, workers, () => records(learner, copies));

          assert.deepEqual(tally(outcomes), { recorded: 1, replayed: COPIES - 1 });
          const { sessionCount, timeStudied } = await fixture.stats.getStats(learner);
          assert.deepEqual([sessionCount, timeStudied], [1, session.timeStudied]);
          await assertRollups(fixture.database.url);
        });

        test('Concurrent writes of any kind leave lifetime stats that equal the sessions', async () => {
          await using fixture = await createFixture(dialect);
          const learner = { userId: newUserId(), courseId: fixture.courseId };
          const sessionIds = Array.from({ length: 5 }, () => newSessionId());

          const outcomes = await run(fixture, workers, () => mixture(learner, sessionIds));

          assert.deepEqual(
            outcomes.filter((outcome) => !MIXED_OUTCOMES.has(outcome)),
            [],
          );
          await assertRollups(fixture.database.url);
        });
      });
    }
  });
}
