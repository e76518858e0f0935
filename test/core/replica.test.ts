import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diagnose, openStats } from '../../src/core/index.js';
import { until } from '../support/condition.js';
import { disconnect, runOn } from '../support/connections.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { endConnections } from '../support/lock-holder.js';
import { REPLICATED, startPostgres } from '../support/postgres.js';

test('A Postgres database with a read-only default is unusable, and usable again without a restart', async () => {
  await using fixture = await createFixture('postgres');
  const { stats, courseId } = fixture;
  const { url } = fixture.database;
  const name = new URL(url).pathname.slice(1);
  const record = () => stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  await record();

  await runOn(url, `alter database ${name} set default_transaction_read_only = on`);
  await endConnections(url);
  await assert.rejects(record(), { code: 'database-unusable' });
  await runOn(url, `begin read write; alter database ${name} reset default_transaction_read_only; commit`);
  assert.equal((await record()).outcome, 'recorded');
});

test('A read-only default of the role is found by `openStats` and `doctor`, and allows reading', async () => {
  await using fixture = await createFixture('postgres');
  const { url } = fixture.database;
  const name = new URL(url).pathname.slice(1);
  await runOn(url, `alter database ${name} set default_transaction_read_only = on`);
  await assert.rejects(openStats({ database: url }), {
    code: 'database-unusable',
    message: /default_transaction_read_only = on, so nothing can be recorded\. Set it to off/,
  });
  const [finding] = await diagnose({ database: url });
  assert.equal(finding?.state, 'problem');
  assert.match(finding?.advice ?? '', /default_transaction_read_only/);
  await using reader = await openStats({ database: url, readOnly: true });
  assert.equal((await reader.listCourses()).items.length, 1);
  await reader.ready();
  await assert.rejects(reader.addCourse({ course: { name: 'Logic' } }), {
    code: 'read-only',
    kind: 'forbidden',
  });
});

test('A standby is not ready and records nothing until it is promoted, without a restart', async () => {
  await using server = await startPostgres(REPLICATED);
  const url = await server.addStandby();
  await using primary = await openStats({ database: server.url });
  const { courseId } = await primary.addCourse({ course: { name: 'Algebra' } });
  const learner = { userId: newUserId(), courseId };
  await primary.recordSession({ ...learner, session: sessionContent() });
  await untilMigrated(url);
  await using reader = await openStats({ database: url, readOnly: true });
  await until('the standby has the session', async () => {
    const { items } = await reader.listCourses().catch(() => ({ items: [] }));
    return items.length > 0 && (await reader.getStats(learner)).sessionCount === 1;
  });
  await reader.ready();

  await using standby = await openStats({ database: url });
  const record = () => standby.recordSession({ ...learner, session: sessionContent() });
  const readOnly = { code: 'database-read-only', kind: 'unavailable' };
  await assert.rejects(standby.ready(), readOnly);
  await assert.rejects(record(), readOnly);
  assert.equal((await standby.getStats(learner)).sessionCount, 1);
  const [finding] = await diagnose({ database: url });
  assert.deepEqual(
    [finding?.state, finding?.advice],
    ['problem', 'A standby cannot record sessions; use the URL of the primary, or "serve --read-only".'],
  );

  await server.kill();
  await runOn(url, 'select pg_promote()');
  await standby.ready();
  assert.equal((await record()).outcome, 'recorded');
  await disconnect(url);
});

test('A URL with several hosts uses the one that accepts writes, also after a failover', async () => {
  await using server = await startPostgres(REPLICATED);
  const standbyUrl = new URL(await server.addStandby());
  const primaryUrl = new URL(server.url);
  const hosts = [standbyUrl.host, primaryUrl.host].join();
  const url = (target: string) =>
    `postgres://postgres:postgres@${hosts}/postgres?target_session_attrs=${target}`;
  await using stats = await openStats({ database: url('read-write') });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const learner = { userId: newUserId(), courseId };
  await stats.recordSession({ ...learner, session: sessionContent() });
  await untilMigrated(standbyUrl.href);
  for (const target of ['standby', 'prefer-standby', 'read-only']) {
    await using reader = await openStats({ database: url(target), readOnly: true });
    await until(`${target} has the session`, async () => {
      const { items } = await reader.listCourses();
      return items.length > 0 && (await reader.getStats(learner)).sessionCount === 1;
    });
  }

  await server.kill();
  await assert.rejects(stats.ready(), { code: 'database-unavailable' });
  await runOn(standbyUrl.href, 'select pg_promote()');
  assert.equal((await stats.recordSession({ ...learner, session: sessionContent() })).outcome, 'recorded');
  assert.equal((await stats.getStats(learner)).sessionCount, 2);
  await stats.ready();
  await disconnect(standbyUrl.href);
});

/** Waits until a standby has replayed the transaction with all migrations. */
function untilMigrated(standby: string): Promise<void> {
  const table = "select 1 from pg_tables where tablename = 'schema_migrations'";
  return until('the standby has the tables', async () => (await runOn(standby, table)).length > 0);
}
