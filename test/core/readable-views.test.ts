import assert from 'node:assert/strict';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { sqlitePath } from '../support/sql.js';

test('The views of a SQLite file show ids and times as text and scores as numbers', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const userId = newUserId();
  const sessions = ['1970-01-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z', '2026-11-22T10:00:00.001Z'].map(
    (completedAt, index) => ({
      sessionId: newSessionId(),
      ...sessionContent({ completedAt, averageScore: index === 0 ? null : 68.4 }),
    }),
  );
  for (const session of sessions) await stats.recordSession({ userId, courseId, session });
  const connection = new BetterSqlite(sqlitePath(database.url), { readonly: true });
  const rows = (text: string) => connection.prepare(text).all();
  const times = { created_at: '2026-11-22T10:00:00.000Z', updated_at: '2026-11-22T10:00:00.000Z' };

  assert.deepEqual(rows('select * from readable_courses'), [
    { course_id: courseId, name: 'Algebra', ...times },
  ]);
  assert.deepEqual(
    rows('select * from readable_sessions order by completed_at'),
    sessions.map((session) => ({
      user_id: userId,
      course_id: courseId,
      session_id: session.sessionId,
      total_modules_studied: session.totalModulesStudied,
      average_score: session.averageScore,
      time_studied: session.timeStudied,
      completed_at: session.completedAt,
      module_ids: '',
      ...times,
    })),
  );
  const { sessionCount, totalModulesStudied, averageScore, timeStudied, firstCompletedAt, lastCompletedAt } =
    await stats.getStats({ userId, courseId });
  assert.deepEqual(rows('select * from readable_stats'), [
    {
      user_id: userId,
      course_id: courseId,
      session_count: sessionCount,
      total_modules_studied: totalModulesStudied,
      average_score: averageScore,
      time_studied: timeStudied,
      first_completed_at: firstCompletedAt,
      last_completed_at: lastCompletedAt,
    },
  ]);
  await stats.enrolLearner({ userId, courseId, enrolment: { displayName: 'Ann', groups: ['b', 'a'] } });
  assert.deepEqual(rows('select * from readable_enrolments'), [
    { user_id: userId, course_id: courseId, display_name: 'Ann', group_names: 'a;b', ...times },
  ]);
  connection.close();
});
