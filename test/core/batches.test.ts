import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  StatsError,
  type LearnerKey,
  type Session,
  type SessionId,
  type Stats,
} from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import type { PendingSession } from '../../src/core/store/store.js';
import { openStore } from '../../src/core/store/open.js';
import { SessionRecorder } from '../../src/core/batching/session-recorder.js';
import { toSessionRow } from '../../src/core/store/rows.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { asSet } from '../support/naive-stats.js';
import { mixedRecordings, type Recording } from '../support/recordings.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

const CONCURRENCY = 500;
const TABLES = ['study_sessions', 'course_stats', 'studied_modules'];

interface Answer {
  readonly outcome: string;
  readonly session?: Session;
}

async function record(stats: Stats, recordings: readonly Recording[]): Promise<Answer[]> {
  const settled = await Promise.allSettled(recordings.map(({ call }) => stats.recordSession(call)));
  return settled.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    const error: unknown = result.reason;
    if (error instanceof StatsError) return { outcome: error.code };
    throw error;
  });
}

function tally(recordings: readonly Recording[], answers: readonly Answer[]): Record<string, number> {
  const ends = recordings.map(({ kind }, index) => `${kind}: ${answers[index]?.outcome}`);
  const groups = Object.groupBy(ends, (end) => end);
  return Object.fromEntries(Object.entries(groups).map(([end, all = []]) => [end, all.length]));
}

const REFUSED = {
  'conflict: session-conflict': 10,
  'unknown: course-not-found': 20,
  'full: total-out-of-range': 1,
};

function assertAnswersWhatWasSent({ call }: Recording, session: Session): void {
  const { createdAt, updatedAt, ...answered } = session;
  const { completedAt = createdAt, moduleIds, ...sent } = call.session;
  const { courseId } = call;
  assert.deepEqual(answered, { ...sent, courseId, completedAt, moduleIds: asSet(moduleIds) });
  assert.equal(updatedAt, createdAt);
}

async function setTime(url: string, { userId }: LearnerKey, time: number): Promise<void> {
  await runSql(url, `update course_stats set time_studied = ${time} where user_id = '${userId}'`);
}

function candidateOf(learner: LearnerKey, sessionId: SessionId): PendingSession {
  const row = toSessionRow({ ...learner, sessionId }, sessionContent(), new Date().toISOString());
  return { row, completionSent: false };
}

async function everythingIn(url: string): Promise<unknown[]> {
  return Promise.all(TABLES.map(async (table) => runSql(url, `select * from ${table} order by 1, 2, 3`)));
}

for (const dialect of DIALECTS) {
  test(`Each of ${CONCURRENCY} concurrent recordings has the same result as alone on ${dialect}`, async () => {
    await using fixture = await createFixture(dialect);
    const { stats, courseId, database, clock } = fixture;
    const full = { userId: newUserId(), courseId };
    await stats.recordSession({ ...full, session: sessionContent({ timeStudied: 0 }) });
    // Written directly, because recording millions of sessions would take too long.
    await setTime(database.url, full, Number.MAX_SAFE_INTEGER);
    const recordings = await mixedRecordings(fixture, { amount: CONCURRENCY, full });
    clock.advance(1_000);

    const answers = await record(stats, recordings);

    assert.deepEqual(tally(recordings, answers), {
      ...REFUSED,
      'new: recorded': 429,
      'copy: recorded': 2,
      'copy: replayed': 28,
      'conflict: recorded': 10,
    });
    for (const [index, recording] of recordings.entries()) {
      const session = answers[index]?.session;
      if (!session) continue;
      assertAnswersWhatWasSent(recording, session);
      const { userId } = recording.call;
      assert.deepEqual(
        await stats.getSession({ userId, courseId: session.courseId, sessionId: session.sessionId }),
        session,
      );
    }
    const before = await everythingIn(database.url);

    clock.advance(1_000);
    const repeated = await record(stats, recordings);

    assert.deepEqual(tally(recordings, repeated), {
      ...REFUSED,
      'new: replayed': 429,
      'copy: replayed': 30,
      'conflict: replayed': 10,
    });
    assert.deepEqual(
      repeated.map(({ session }) => session),
      answers.map(({ session }) => session),
    );
    assert.deepEqual(await everythingIn(database.url), before);

    await setTime(database.url, full, 0);
    await assertRollups(database.url);
  });
  test(`Copies of a rejected session in a batch are rejected too on ${dialect}`, async () => {
    await using fixture = await createFixture(dialect);
    const { stats, courseId, database } = fixture;
    const full = { userId: newUserId(), courseId };
    await stats.recordSession({ ...full, session: sessionContent() });
    await setTime(database.url, full, Number.MAX_SAFE_INTEGER);
    const unknown = { userId: newUserId(), courseId: newCourseId() };
    const store = await openStore(database.url, { create: false });
    await using _ = { [Symbol.asyncDispose]: () => store.close() };
    const recorder = new SessionRecorder(store);
    const refusals = [
      [unknown, 'course-not-found'],
      [full, 'total-out-of-range'],
    ] as const;
    for (const [learner, refusal] of refusals) {
      const sessionId = newSessionId();
      for (const copies of [2, 5]) {
        const other = candidateOf({ userId: newUserId(), courseId }, newSessionId());
        const refused = Array.from({ length: copies }, () => candidateOf(learner, sessionId));
        const [first, ...outcomes] = await recorder.record([other, ...refused]);
        assert.equal(first?.outcome, 'recorded');
        assert.deepEqual(
          outcomes.map(({ outcome }) => outcome),
          Array(copies).fill(refusal),
        );
      }
    }
  });
}
