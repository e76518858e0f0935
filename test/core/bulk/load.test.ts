import assert from 'node:assert/strict';
import { test } from 'node:test';
import { IDENTITY } from '../../../src/core/store/batches/copy-row.js';
import { PackedCandidates } from '../../../src/core/store/batches/packed-candidates.js';
import { openDatabase } from '../../../src/core/store/open.js';
import { toSessionRow } from '../../../src/core/store/rows.js';
import type { CourseId, SessionContent, SessionId, UserId } from '../../../src/core/index.js';
import {
  manyModules,
  newCourseId,
  newSessionId,
  newUserId,
  sessionContent,
} from '../../support/factories.js';
import { createFixture, type Fixture } from '../../support/fixture.js';
import { assertRollups } from '../../support/rollups.js';
import { runSql } from '../../support/sql.js';

interface Given extends Partial<SessionContent> {
  readonly userId?: UserId;
  readonly courseId?: CourseId;
  readonly sessionId?: SessionId;
}

/** A store on the same database, and what loads sessions into it. */
async function openLoading({ courseId: known, database }: Fixture) {
  const store = await openDatabase(database.url, { create: false });
  return {
    async load(given: readonly Given[]): Promise<void> {
      const packed = new PackedCandidates();
      const positions = given.map(
        ({ userId = newUserId(), courseId = known, sessionId = newSessionId(), ...values }) =>
          packed.add({
            row: toSessionRow(
              { userId, courseId, sessionId },
              sessionContent(values),
              new Date().toISOString(),
            ),
            completionSent: true,
          }),
      );
      const inOrder = positions.toSorted((a, b) => packed.compare(IDENTITY, a, b));
      await (store.batches.load?.(packed, inOrder) ?? assert.fail('Postgres loads.'));
    },
    [Symbol.asyncDispose]: () => store.close(),
  };
}

test('Loaded sessions are added to the totals and modules of the sessions that are stored', async () => {
  await using fixture = await createFixture('postgres');
  const { courseId, stats, database } = fixture;
  await using loading = await openLoading(fixture);
  const [userId, other] = [newUserId(), newUserId()];
  const sessionId = newSessionId();
  await stats.recordSession({ userId, courseId, session: sessionContent({ moduleIds: ['m1'] }) });
  await loading.load([
    { userId, sessionId, completedAt: '1970-01-01T00:00:00.000Z', moduleIds: ['m1', 'm10', 'm2'] },
    { userId, totalModulesStudied: 100_000, averageScore: 1_000_000, timeStudied: 2 ** 31 - 1 },
    {
      userId,
      totalModulesStudied: 0,
      averageScore: 0,
      timeStudied: 0,
      completedAt: '9999-12-31T23:59:59.999Z',
    },
    { userId: other, moduleIds: manyModules() },
  ]);
  const session = await stats.getSession({ userId, courseId, sessionId });
  assert.deepEqual(session.moduleIds, ['m1', 'm10', 'm2']);
  const { sessionCount, firstCompletedAt, distinctModulesStudied } = await stats.getStats({
    userId,
    courseId,
  });
  assert.deepEqual(
    [sessionCount, firstCompletedAt, distinctModulesStudied],
    [4, '1970-01-01T00:00:00.000Z', 3],
  );
  await assertRollups(database.url);
});

test('A load with a known session or an unknown course stores nothing, and the next succeeds', async () => {
  await using fixture = await createFixture('postgres');
  const { courseId, stats, database } = fixture;
  await using loading = await openLoading(fixture);
  const [userId, sessionId] = [newUserId(), newSessionId()];
  await stats.recordSession({ userId, courseId, session: { ...sessionContent(), sessionId } });
  const refused: [Given, string][] = [
    [{ userId, sessionId, moduleIds: ['m1'] }, '23505'],
    [{ courseId: newCourseId() }, '23503'],
  ];
  for (const [given, code] of refused) {
    await assert.rejects(loading.load([{}, given, {}]), { code });
    const [count] = await runSql(
      database.url,
      'select cast(count(*) as text) as sessions from study_sessions',
    );
    assert.deepEqual(count, { sessions: '1' });
  }
  await loading.load([{ userId }]);
  assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 2);
  await assertRollups(database.url);
});
