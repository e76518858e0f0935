import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CourseCreator } from '../../../src/cli/import/courses.js';
import { toImportLine, type ImportLine } from '../../../src/cli/import/line.js';
import { SessionWriter, type WriteResult, type WriteTarget } from '../../../src/cli/import/writer.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../../support/factories.js';
import { StatsError } from '../../../src/core/index.js';

const UNAVAILABLE = new StatsError('database-unavailable', 'The database cannot be reached.');
const CONFLICT = new StatsError('session-conflict', 'It exists with other content.');
const NO_COURSE = new StatsError('course-not-found', 'There is no such course.');
const RECORDED = { outcome: 'recorded' } as const;

const failed = (error: unknown) => ({ outcome: 'failed', error }) as const;

/** Returns a target that records sessions one at a time. */
function targetOf(
  record: (session: Readonly<Record<string, unknown>>) => WriteResult,
  putSession: WriteTarget['putSession'] = async () => undefined,
): WriteTarget {
  return {
    recordSessions: async ({ sessions }) => sessions.map((session) => record({ ...session })),
    putSession,
  };
}

function batchOf(amount: number, values: (index: number) => object = () => ({})): ImportLine[] {
  return Array.from({ length: amount }, (_, index) => {
    const key = { userId: newUserId(), courseId: newCourseId(), sessionId: newSessionId() };
    const entry = { line: index, size: 0, values: { ...key, ...sessionContent(), ...values(index) } };
    return toImportLine(entry, { newIds: false, completedNow: true });
  });
}

function writerOf(options: Partial<ConstructorParameters<typeof SessionWriter>[0]>): SessionWriter {
  return new SessionWriter({
    target: targetOf(() => RECORDED),
    onConflict: 'fail',
    distinct: false,
    courses: undefined,
    signal: new AbortController().signal,
    chunksInFlight: 1,
    stopsWithinBatch: true,
    onRetry: () => undefined,
    ...options,
  });
}

const outcomesOf = (batch: readonly ImportLine[]) => batch.map(({ result }) => result?.outcome);

test('Copies of a session stay in one chunk, so that their order counts with two chunks in flight', async () => {
  // The first copy is the last line of a full chunk.
  const twin = {
    userId: 'ffffffff-0000-4000-8000-000000000000',
    courseId: newCourseId(),
    sessionId: newSessionId(),
  };
  const batch = batchOf(201, (index) =>
    index < 199 ? { userId: `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000` } : twin,
  );
  const chunks: number[] = [];
  const target: WriteTarget = {
    recordSessions: async ({ sessions }) => {
      chunks.push(sessions.length);
      return sessions.map(() => RECORDED);
    },
    putSession: async () => undefined,
  };
  await writerOf({ target, chunksInFlight: 2 }).write(batch);
  assert.deepEqual(chunks, [199, 2]);
});

test('Copies of a session that exceed a chunk are recorded in several', async () => {
  const key = { userId: newUserId(), courseId: newCourseId(), sessionId: newSessionId() };
  const batch = batchOf(2_500, () => key);
  await writerOf({}).write(batch);
  assert.deepEqual(new Set(outcomesOf(batch)), new Set(['created']));
});

test('An error in one of two chunks in flight is thrown after the other has its results', async () => {
  const batch = batchOf(500);
  let calls = 0;
  const target: WriteTarget = {
    recordSessions: async ({ sessions }) => {
      calls += 1;
      if (calls === 1) throw new TypeError('a defect');
      await new Promise((resolve) => void setImmediate(resolve));
      return sessions.map(() => RECORDED);
    },
    putSession: async () => undefined,
  };
  await assert.rejects(writerOf({ target, chunksInFlight: 2 }).write(batch), TypeError);
  assert.equal(outcomesOf(batch).filter((outcome) => outcome === 'created').length, 200);
});

describe('an aborted import', () => {
  test('An aborted import replaces no further sessions', async () => {
    const batch = batchOf(1_000);
    const end = new AbortController();
    let calls = 0;
    const putSession = async () => {
      calls += 1;
      end.abort();
    };
    const target = targetOf(() => failed(CONFLICT), putSession);
    await writerOf({ target, onConflict: 'replace', signal: end.signal }).write(batch);
    assert.equal(calls, 1);
    assert.equal(outcomesOf(batch).filter(Boolean).length, 1);
  });

  test('An aborted import creates no further courses', async () => {
    const end = new AbortController();
    let created = 0;
    const calls = {
      addCourse: async (): Promise<never> => {
        created += 1;
        end.abort();
        throw new StatsError('course-id-taken', 'It exists.');
      },
      setCourse: () => assert.fail('not called'),
    };
    const courses = new CourseCreator(calls, { created: 0, existing: 0, rejected: 0 });
    const target = targetOf(() => failed(NO_COURSE));
    await writerOf({ target, courses, signal: end.signal }).write(batchOf(100));
    assert.equal(created, 1);
  });

  test('An aborted import records no further chunks', async () => {
    const end = new AbortController();
    let recorded = 0;
    const target = targetOf(() => {
      recorded += 1;
      end.abort();
      return RECORDED;
    });
    const batch = batchOf(2_000);
    await writerOf({ target, signal: end.signal }).write(batch);
    assert.ok(recorded < batch.length);
    assert.equal(outcomesOf(batch).filter(Boolean).length, recorded);
  });
});

test('Sessions are recorded by learner, and the copies of a session in their order', async () => {
  const [ada, bob] = [newUserId(), newUserId()].toSorted();
  const sessionId = newSessionId();
  const courseId = newCourseId();
  const sent: unknown[] = [];
  const target = targetOf(({ userId, timeStudied }) => {
    sent.push([userId, timeStudied]);
    return RECORDED;
  });
  const batch = batchOf(4, (index) => ({
    userId: index % 2 === 0 ? bob : ada?.toUpperCase(),
    courseId,
    sessionId,
    timeStudied: index,
  }));
  await writerOf({ target }).write(batch);
  assert.deepEqual(sent, [
    [ada?.toUpperCase(), 1],
    [ada?.toUpperCase(), 3],
    [bob, 0],
    [bob, 2],
  ]);
});

test('With `--on-conflict replace`, each copy of a session replaces the previous one', async () => {
  const key = { userId: newUserId(), courseId: newCourseId(), sessionId: newSessionId() };
  const scores = [1, 2, 1];
  let stored: unknown;
  const target: WriteTarget = {
    recordSessions: async ({ sessions }) =>
      sessions.map((item) => {
        const { averageScore } = { averageScore: undefined, ...item };
        if (stored !== undefined) return stored === averageScore ? { outcome: 'replayed' } : failed(CONFLICT);
        stored = averageScore;
        return RECORDED;
      }),
    putSession: async (call) => {
      const { session } = { session: {}, ...call };
      ({ averageScore: stored } = { averageScore: undefined, ...session });
    },
  };
  const batch = batchOf(scores.length, (index) => ({ ...key, averageScore: scores[index] }));
  await writerOf({ target, onConflict: 'replace' }).write(batch);
  assert.equal(stored, 1);
  assert.deepEqual(outcomesOf(batch), ['created', 'replaced', 'replaced']);
});

test('Only sessions that failed because the database was unavailable are recorded again', async () => {
  const batch = batchOf(1_200);
  const attempts = new Map<unknown, number>();
  const retried: StatsError[] = [];
  const target = targetOf(({ sessionId }) => {
    const attempt = (attempts.get(sessionId) ?? 0) + 1;
    attempts.set(sessionId, attempt);
    return attempts.size > 500 && attempt === 1 ? failed(UNAVAILABLE) : RECORDED;
  });
  await writerOf({ target, onRetry: (error) => retried.push(error) }).write(batch);
  assert.ok(outcomesOf(batch).every((outcome) => outcome === 'created'));
  assert.equal(Array.from(attempts.values()).filter((count) => count === 1).length, 500);
  assert.ok(retried.length > 0);
});

test('A locked learner does not block the sessions of other learners', async () => {
  const locked = newUserId();
  const batch = batchOf(2_000, (index) => (index < 1_500 ? { userId: locked } : {}));
  let isLocked = true;
  let others = 0;
  const target = targetOf(({ userId }) => {
    if (userId !== locked) others += 1;
    if (others === 500) isLocked = false;
    return userId === locked && isLocked ? failed(UNAVAILABLE) : RECORDED;
  });
  await writerOf({ target }).write(batch);
  assert.equal(others, 500);
  assert.ok(outcomesOf(batch).every((outcome) => outcome === 'created'));
});

test('Only the replacements in flight fail when the database becomes unavailable', async () => {
  const batch = batchOf(200);
  let [recorded, replaced] = [0, 0];
  const target = targetOf(
    () => {
      recorded += 1;
      return failed(CONFLICT);
    },
    async () => {
      replaced += 1;
      if (recorded <= batch.length) throw UNAVAILABLE;
    },
  );
  await writerOf({ target, onConflict: 'replace' }).write(batch);
  assert.equal(replaced, 64 + batch.length);
});

test('A defect ends the import after the results of the other sessions are known', async () => {
  const batch = batchOf(10);
  const defect = new Error('A defect.');
  let calls = 0;
  const target = targetOf(() => (++calls === 3 ? failed(defect) : RECORDED));
  await assert.rejects(writerOf({ target }).write(batch), defect);
  assert.equal(outcomesOf(batch).filter((outcome) => outcome === 'created').length, 9);
});
