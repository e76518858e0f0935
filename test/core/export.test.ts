import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, test } from 'node:test';
import { exportSessions, type ExportConfig, type ExportedSession } from '../../src/core/index.js';
import { until } from '../support/condition.js';
import { createEmptyDatabase, DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { flat, record } from '../support/exports.js';
import { runSql, sqlitePath } from '../support/sql.js';

async function readAll(config: ExportConfig): Promise<ExportedSession[]> {
  return flat(exportSessions(config));
}

const keyOf = ({ userId, courseId, sessionId }: ExportedSession) => `${userId}${courseId}${sessionId}`;

function inOrder(sessions: readonly ExportedSession[]): ExportedSession[] {
  return sessions.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

for (const dialect of DIALECTS) {
  describe(`exports from ${dialect}`, () => {
    test('An export has every session once, in the order of its key, for any number of them', async () => {
      await using fixture = await createFixture(dialect);
      const { database } = fixture;
      assert.deepEqual(await readAll({ database: database.url }), []);
      const users = [newUserId(), newUserId(), newUserId()];
      let expected: ExportedSession[] = [];
      // The totals are below a page, exactly a page, just above it, and several pages.
      for (const amount of [999, 1, 1, 1_500]) {
        expected = inOrder([...expected, ...(await record(fixture, users, amount))]);
        assert.deepEqual(await readAll({ database: database.url }), expected);
      }
    });

    test('An export can be limited to a learner, a course, a time, and all of them together', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const { courseId } = await stats.addCourse({ course: { name: 'Logic' } });
      const [one, other] = [newUserId(), newUserId()];
      const all: ExportedSession[] = [];
      for (const into of [fixture, { ...fixture, courseId }]) {
        for (let day = 10; day < 14; day++) {
          const completedAt = `2026-11-${day}T10:00:00.000Z`;
          all.push(...(await record(into, [one, other], 2, { completedAt })));
        }
      }
      const from = '2026-11-11T10:00:00Z';
      const to = '2026-11-13T11:00:00+01:00';
      const cases: [Omit<ExportConfig, 'database'>, number][] = [
        [{ userId: one }, 8],
        [{ courseId }, 8],
        [{ from }, 12],
        [{ to }, 12],
        [{ from, to }, 8],
        [{ userId: other, courseId, from, to }, 2],
        [{ userId: newUserId() }, 0],
      ];
      for (const [filter, amount] of cases) {
        const expected = inOrder(all).filter(
          (session) =>
            session.userId === (filter.userId ?? session.userId) &&
            session.courseId === (filter.courseId ?? session.courseId) &&
            Date.parse(session.completedAt) >= Date.parse(filter.from ?? '1970-01-01T00:00:00Z') &&
            Date.parse(session.completedAt) < Date.parse(filter.to ?? '9999-12-31T00:00:00Z'),
        );
        assert.equal(expected.length, amount);
        assert.deepEqual(await readAll({ database: database.url, ...filter }), expected);
      }
    });

    test('An export reads one snapshot, and writes do not wait for it', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const users = [newUserId(), newUserId()];
      const expected = inOrder(await record(fixture, users, 2_500));
      const pages = exportSessions({ database: database.url });
      const first = await pages.next();
      assert.ok(!first.done && first.value.length < expected.length);

      await record(fixture, users, 500);
      for (const { userId, sessionId } of expected.slice(-3)) {
        const key = { userId, courseId, sessionId };
        await stats.putSession({ ...key, session: sessionContent({ timeStudied: 1 }) });
        await stats.deleteSession(key);
      }
      await stats.eraseUser({ userId: users[1] ?? newUserId() });

      assert.deepEqual([...first.value, ...(await flat(pages))], expected);
    });

    test('An export that is not read to its end releases its connection', async () => {
      await using fixture = await createFixture(dialect);
      const { database } = fixture;
      await record(fixture, [newUserId()], 1_100);
      await fixture.stats.close();
      for await (const page of exportSessions({ database: database.url })) {
        assert.equal(page.length, 1_000);
        break;
      }
      if (dialect === 'sqlite') {
        // SQLite removes the WAL file when the last connection closes.
        assert.equal(existsSync(`${sqlitePath(database.url)}-wal`), false);
      } else {
        const others = `select pid from pg_stat_activity
          where datname = current_database() and pid <> pg_backend_pid()`;
        await until('no connection is left', async () => (await runSql(database.url, others)).length === 0);
      }
    });

    test('An export rejects invalid filters, an unknown course and a missing schema', async () => {
      await using fixture = await createFixture(dialect);
      const database = fixture.database.url;
      await assert.rejects(readAll({ database, from: 'today', to: 'tomorrow' }), ({ faults }) => {
        assert.deepEqual(
          faults.map(({ parameter }: { parameter: string }) => parameter),
          ['from', 'to'],
        );
        return true;
      });
      await assert.rejects(readAll({ database, courseId: newCourseId() }), { code: 'course-not-found' });
      await using empty = await createEmptyDatabase(dialect);
      const code = dialect === 'sqlite' ? 'database-not-found' : 'schema-outdated';
      await assert.rejects(readAll({ database: empty.url }), { code });
    });
  });
}

test('An export has the same order on SQLite and Postgres, whatever the collation', async () => {
  await using sqlite = await createFixture('sqlite');
  await using postgres = await createFixture('postgres');
  const users = ['0a000000', '9a000000', 'a9000000', 'aa000000'].map((start) =>
    newUserId().replace(/^\w{8}/, start),
  );
  const sessions = users.map((userId) => ({ userId, sessionId: newSessionId() }));
  const exported = [];
  for (const { stats, database } of [sqlite, postgres]) {
    const { course } = await stats.setCourse({ courseId: newCourseId(), course: { name: 'Logic' } });
    for (const { userId, sessionId } of sessions) {
      const session = { ...sessionContent({ moduleIds: ['b', 'B', 'a'] }), sessionId };
      await stats.untyped.recordSession({ userId, courseId: course.courseId, session });
    }
    const all = await readAll({ database: database.url });
    exported.push(all.map(({ userId, sessionId, moduleIds }) => ({ userId, sessionId, moduleIds })));
  }
  assert.deepEqual(exported[0], exported[1]);
  assert.deepEqual(
    exported[0],
    sessions.map((session) => ({ ...session, moduleIds: ['B', 'a', 'b'] })),
  );
});
