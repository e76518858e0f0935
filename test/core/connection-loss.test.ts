import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { StatsError } from '../../src/core/index.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

const timeout = 30_000;

const SERVICE_CONNECTIONS =
  "from pg_stat_activity where application_name = 'stats-service' and datname = current_database()";

/** Runs a call, and terminates its connection while it waits for a locked table. */
async function loseConnectionOf({ database }: Fixture, call: () => Promise<unknown>): Promise<unknown> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query('begin');
    await client.query('lock table course_stats in access exclusive mode');
    const ended = call().catch((error: unknown) => error);
    while (
      (await runSql(database.url, `select 1 ${SERVICE_CONNECTIONS} and wait_event_type = 'Lock'`)).length ===
      0
    );
    await runSql(database.url, `select pg_terminate_backend(pid) ${SERVICE_CONNECTIONS}`);
    return await ended;
  } finally {
    await client.end();
  }
}

/** Retries a call: a lost connection in the pool is detected by its next call, which fails. */
async function untilAvailable<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StatsError && error.code === 'database-unavailable')) throw error;
    }
  }
}

test(
  'A lost connection to Postgres fails its call, not the process, and later calls succeed',
  { timeout },
  async () => {
    await using fixture = await createFixture('postgres', { shortTimeouts: true });
    const { stats, courseId } = fixture;
    const learner = { userId: newUserId(), courseId };

    const error = await loseConnectionOf(fixture, () => stats.getStats(learner));

    assert.ok(error instanceof StatsError);
    assert.equal(error.code, 'database-unavailable');
    const { sessionCount } = await untilAvailable(() => stats.getStats(learner));
    assert.equal(sessionCount, 0);
  },
);

test(
  'A session whose connection is lost halfway is not recorded and can be sent again',
  { timeout },
  async () => {
    await using fixture = await createFixture('postgres', { shortTimeouts: true });
    const { stats, courseId, database } = fixture;
    const learner = { userId: newUserId(), courseId };
    const call = { ...learner, session: { sessionId: newSessionId(), ...sessionContent() } };

    const error = await loseConnectionOf(fixture, () => stats.recordSession(call));

    assert.ok(error instanceof StatsError);
    assert.equal(error.code, 'database-unavailable');
    const { items } = await untilAvailable(() => stats.listSessions(learner));
    assert.deepEqual(items, []);
    assert.equal((await stats.recordSession(call)).outcome, 'recorded');
    assert.equal((await stats.getStats(learner)).sessionCount, 1);
    await assertRollups(database.url);
  },
);
