import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StatsError, type LearnerKey, type SessionKey, type Stats } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';

const USERS = 70;
const AGAIN = 20;
const CHAINS = 40;
const ROUNDS = 5;
const timeout = 60_000;

/** A request with the expected results: the time studied or an error code. */
interface ExpectedRead {
  readonly key: SessionKey;
  readonly stats: number | string;
  readonly session: number | string;
}

/** Records sessions with one id in two courses. A third course is empty, and a fourth does not exist. */
async function createSessions({ stats, courseId }: Fixture): Promise<ExpectedRead[]> {
  const moduleIds = ['m0', 'm1', 'm2', 'm3'];
  await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds } });
  const { courseId: logic } = await stats.addCourse({ course: { name: 'Logic' } });
  const { courseId: sets } = await stats.addCourse({ course: { name: 'Sets', moduleIds } });
  const unknown = newCourseId();
  const sessionId = newSessionId();
  const asked = await Promise.all(
    Array.from({ length: USERS }, async (_, index): Promise<ExpectedRead[]> => {
      const userId = newUserId();
      const study = async (course: typeof courseId, timeStudied: number): Promise<ExpectedRead> => {
        const learner = { userId, courseId: course };
        const content = sessionContent({ timeStudied, moduleIds: ['m1', `m${index % 7}`] });
        await stats.recordSession({ ...learner, session: { sessionId, ...content } });
        return { key: { ...learner, sessionId }, stats: timeStudied, session: timeStudied };
      };
      const missing = 'course-not-found';
      return [
        await study(courseId, 1_000 + index),
        { key: { userId, courseId: unknown, sessionId }, stats: missing, session: missing },
        await study(logic, 2_000 + index),
        { key: { userId, courseId: sets, sessionId }, stats: 0, session: 'session-not-found' },
      ];
    }),
  );
  return [...asked.flat(), ...asked.flat().slice(0, AGAIN)];
}

type Read = (stats: Stats, key: SessionKey) => Promise<{ readonly timeStudied: number }>;

const READS: readonly [name: 'stats' | 'session', read: Read][] = [
  ['stats', (stats, { userId, courseId }) => stats.getStats({ userId, courseId })],
  ['session', (stats, key) => stats.getSession(key)],
];

function endOf(answer: PromiseSettledResult<{ readonly timeStudied: number }>): number | string {
  if (answer.status === 'fulfilled') return answer.value.timeStudied;
  const error: unknown = answer.reason;
  return error instanceof StatsError ? error.code : String(error);
}

/** Writes sessions of one learner in turn and reads after each write. */
async function readAfterWrites(stats: Stats, learner: LearnerKey): Promise<void> {
  const stored = { sessionCount: 0, timeStudied: 0 };
  const assertStats = async () => {
    const { sessionCount, timeStudied } = await stats.getStats(learner);
    assert.deepEqual({ sessionCount, timeStudied }, stored);
  };
  // One read is always in flight that began before the next acknowledgement.
  const reading = { isRunning: true };
  const reader = (async () => {
    while (reading.isRunning) await stats.getStats(learner);
  })();
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const content = sessionContent({ timeStudied: 1_000 });
      const { session } = await stats.recordSession({ ...learner, session: content });
      stored.sessionCount += 1;
      stored.timeStudied += 1_000;
      const key = { ...learner, sessionId: session.sessionId };
      const [found] = await Promise.all([stats.getSession(key), assertStats()]);
      assert.deepEqual(found, session);

      const other = sessionContent({ timeStudied: round });
      const { session: replaced } = await stats.putSession({ ...key, session: other });
      stored.timeStudied += round - 1_000;
      const [foundAgain] = await Promise.all([stats.getSession(key), assertStats()]);
      assert.deepEqual(foundAgain, replaced);

      if (round % 2 === 0) continue;
      await stats.deleteSession(key);
      stored.sessionCount -= 1;
      stored.timeStudied -= round;
      const missing = assert.rejects(stats.getSession(key), { code: 'session-not-found' });
      await Promise.all([missing, assertStats()]);
    }
  } finally {
    reading.isRunning = false;
    await reader;
  }
}

for (const dialect of DIALECTS) {
  describe(`concurrent reads on ${dialect}`, { timeout }, () => {
    for (const [name, read] of READS) {
      test(`Each of ${USERS * 4 + AGAIN} concurrent ${name} reads has the same result as alone`, async () => {
        await using fixture = await createFixture(dialect);
        const { stats } = fixture;
        const asked = await createSessions(fixture);

        const answers = await Promise.allSettled(asked.map(({ key }) => read(stats, key)));

        assert.deepEqual(
          answers.map(endOf),
          asked.map((one) => one[name]),
        );
        for (const [index, { key }] of asked.entries()) {
          assert.deepEqual(await Promise.allSettled([read(stats, key)]), [answers[index]]);
        }
      });
    }

    test('A read sees every write that was acknowledged before it', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      await Promise.all(
        Array.from({ length: CHAINS }, async () => readAfterWrites(stats, { userId: newUserId(), courseId })),
      );
    });
  });
}
