import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { diagnose, openStats, verify } from '../../src/core/index.js';
import { PostgresStore } from '../../src/core/store/postgres/store.js';
import { runOn } from '../support/connections.js';
import { createDatabase, createEmptyDatabase, withShortTimeouts } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { PGBOUNCER, startPgBouncer } from '../support/pgbouncer.js';

const MODES = ['session', 'transaction'] as const;
const SETTINGS = ['lock_timeout', 'statement_timeout', 'datestyle', 'timezone', 'synchronous_commit'];

for (const mode of MODES) {
  describe(`PgBouncer with ${mode} pooling`, { skip: PGBOUNCER.skip }, () => {
    test('Every call works', async () => {
      await using database = await createEmptyDatabase('postgres');
      await using pooler = await startPgBouncer(database.url, mode);
      await using stats = await openStats({ database: pooler.url });
      const { courseId } = await stats.addCourse({ course: { name: 'Algebra', moduleIds: ['a', 'b'] } });
      const learner = { userId: newUserId(), courseId };
      const session = { sessionId: newSessionId(), ...sessionContent({ moduleIds: ['a', 'c'] }) };
      assert.equal((await stats.recordSession({ ...learner, session })).outcome, 'recorded');
      assert.equal((await stats.recordSession({ ...learner, session })).outcome, 'replayed');
      const changed = { ...session, timeStudied: 1 };
      await assert.rejects(stats.recordSession({ ...learner, session: changed }), {
        code: 'session-conflict',
      });
      const { sessionId, ...content } = changed;
      const replaced = await stats.putSession({ ...learner, sessionId, session: content });
      assert.equal(replaced.outcome, 'replaced');
      await Promise.all(
        Array.from({ length: 200 }, () => stats.recordSession({ ...learner, session: sessionContent() })),
      );
      assert.partialDeepStrictEqual(await stats.getStats(learner), { sessionCount: 201, progress: 0.5 });
      assert.equal((await stats.getStats({ ...learner, userId: newUserId() })).sessionCount, 0);
      assert.equal((await stats.listSessions(learner)).items.length, 100);
      assert.ok((await stats.getHistory({ ...learner, interval: 'day' })).items.length > 0);
      await stats.deleteSession({ ...learner, sessionId });
      assert.equal((await stats.listStudiedCourses({ userId: learner.userId })).items.length, 1);
      assert.deepEqual(await verify({ database: pooler.url }), await verify({ database: database.url }));
      assert.equal((await stats.eraseUser({ userId: learner.userId })).sessionsDeleted, 200);
      await stats.ready();
      const findings = await diagnose({ database: pooler.url });
      assert.match(findings[0]?.detail ?? '', /^Postgres .* through a connection pooler$/);
      for (const { check, state } of findings) {
        if (check !== 'durability') assert.equal(state, 'ok', check);
      }
    });

    test('The settings hold in every statement and reach no other program', async () => {
      await using database = await createDatabase('postgres');
      await using pooler = await startPgBouncer(database.url, mode);
      const name = new URL(database.url).pathname.slice(1);
      await runOn(database.url, `alter database ${name} set datestyle = 'SQL, DMY'`);
      await runOn(database.url, `alter database ${name} set synchronous_commit = off`);
      const read = sql<Record<string, string>>`select ${sql.join(
        SETTINGS.map((setting) => sql`current_setting(${sql.lit(setting)}) as ${sql.ref(setting)}`),
      )}`;
      const store = new PostgresStore(withShortTimeouts(pooler.url));
      try {
        const expected = ['1s', '1500ms', 'ISO, DMY', 'UTC', 'on'];
        const { rows } = await read.execute(store.kysely);
        assert.deepEqual(rows.map(Object.values), [expected]);
        const inTransaction = await store.transact(({ kysely }) => read.execute(kysely));
        assert.deepEqual(inTransaction.rows.map(Object.values), [expected]);
      } finally {
        await store.close();
      }
      const [row] = await runOn(pooler.url, `select current_setting('lock_timeout') as value`);
      assert.deepEqual(row, { value: '0' });
    });

    test('Two programs on one pooler never get the rows of each other', async () => {
      await using database = await createDatabase('postgres');
      await using pooler = await startPgBouncer(database.url, mode);
      await using one = await openStats({ database: pooler.url });
      await using two = await openStats({ database: pooler.url });
      const { courseId } = await one.addCourse({ course: { name: 'Algebra' } });
      const userId = newUserId();
      const times = ['2026-01-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'] as const;
      for (const completedAt of times) {
        await one.recordSession({ userId, courseId, session: sessionContent({ completedAt }) });
      }
      const from = '2026-02-01T00:00:00.000Z';
      const list = async (stats: typeof one, range: { from?: string; to?: string }) => {
        const { items } = await stats.listSessions({ userId, courseId, ...range });
        return items.map(({ completedAt }) => completedAt);
      };
      const after = Array.from({ length: 240 }, () => list(one, { from }));
      const before = Array.from({ length: 240 }, () => list(two, { to: from }));
      for (const found of await Promise.all(after)) assert.deepEqual(found, [times[1]]);
      for (const found of await Promise.all(before)) assert.deepEqual(found, [times[0]]);
    });
  });
}

test('Statement pooling is refused with the mode to set', { skip: PGBOUNCER.skip }, async () => {
  await using database = await createDatabase('postgres');
  await using pooler = await startPgBouncer(database.url, 'statement');
  for (const open of [openStats, diagnose]) {
    await assert.rejects(open({ database: pooler.url }), {
      code: 'database-unusable',
      message: /The pooler allows no transactions\. Set its pool_mode to session or transaction\./,
    });
  }
});

test('A wrong password of the pooler needs an operator', { skip: PGBOUNCER.skip }, async () => {
  await using database = await createDatabase('postgres');
  const { username } = new URL(database.url);
  const knownUsers = `"${username}" "right"`;
  await using pooler = await startPgBouncer(database.url, 'session', { knownUsers });
  const url = new URL(pooler.url);
  url.password = 'wrong';
  await assert.rejects(openStats({ database: url.href }), {
    code: 'database-unusable',
    message: /The pooler rejected the user, the password or the TLS mode\./,
  });
  url.password = 'right';
  await using stats = await openStats({ database: url.href });
  await stats.ready();
});
