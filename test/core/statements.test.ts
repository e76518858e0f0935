import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { sql } from 'kysely';
import { openStore } from '../../src/core/store/open.js';
import { StatementCache } from '../../src/core/store/sqlite/statement-cache.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

const TABLES = [
  'courses',
  'course_modules',
  'study_sessions',
  'studied_modules',
  'course_stats',
  'enrolments',
  'api_keys',
];

const sessionId = newSessionId();

/** Makes every call for a new learner. The results are the same each time. */
async function callEverything({ stats, courseId }: Fixture) {
  const userId = newUserId();
  const learner = { userId, courseId };
  const key = { ...learner, sessionId };
  const newSession = { sessionId, ...sessionContent({ moduleIds: ['a', 'b'] }) };
  const changed = sessionContent({ timeStudied: 5, moduleIds: ['b', 'c'] });
  const course = { name: 'Algebra', moduleIds: ['b'] };
  const created = await stats.setCourse({ courseId: newCourseId(), course: { name: crypto.randomUUID() } });
  const { key: apiKey } = await stats.keys.create({
    name: 'Reports',
    scopes: ['stats:read'],
    courses: [courseId],
  });
  return {
    course: created.outcome,
    apiKey: (await stats.keys.find(apiKey.keyId))?.courses,
    revoked: (await stats.keys.revoke(apiKey.keyId)).revokedAt,
    listed: (await stats.keys.list()).some(({ keyId }) => keyId === apiKey.keyId),
    renamed: await stats.setCourse({ courseId, course: { name: 'Renamed', moduleIds: null } }),
    restored: await stats.setCourse({ courseId, course }),
    courses: await stats.listCourses({ courseId }),
    found: await stats.getCourse({ courseId }),
    enrolled: (await stats.enrolLearner({ ...learner, enrolment: { groups: ['a'] } })).outcome,
    renewed: (await stats.enrolLearner({ ...learner, enrolment: { displayName: 'Ann' } })).outcome,
    unenrolled: await stats.unenrolLearner(learner),
    recorded: await stats.recordSession({ ...learner, session: newSession }),
    replayed: await stats.recordSession({ ...learner, session: newSession }),
    replaced: await stats.putSession({ ...key, session: changed }),
    session: await stats.getSession(key),
    sessions: await stats.listSessions(learner),
    stats: await stats.getStats(learner),
    history: await stats.getHistory({ ...learner, interval: 'month' }),
    studied: await stats.listStudiedCourses({ userId }),
    deleted: await stats.deleteSession(key),
    put: await stats.putSession({ ...key, session: changed }),
    erased: await stats.eraseUser({ userId }),
    again: await stats.recordSession({ ...learner, session: newSession }),
  };
}

function createCache(size: number) {
  const prepared: string[] = [];
  const prepare = (text: string) => {
    prepared.push(text);
    return { text };
  };
  return { prepared, cache: new StatementCache(prepare, size) };
}

for (const dialect of DIALECTS) {
  test(`An open handle works unchanged after a newer release adds columns on ${dialect}`, async () => {
    await using fixture = await createFixture(dialect);
    const before = await callEverything(fixture);
    // Postgres decides on a generic plan after five executions.
    for (let round = 0; round < 8; round += 1) assert.deepEqual(await callEverything(fixture), before);

    for (const table of TABLES) {
      await runSql(fixture.database.url, `alter table ${table} add column later integer not null default 7`);
      assert.deepEqual(await callEverything(fixture), before);
    }
    await assertRollups(fixture.database.url);
  });
}

test('A connection to Postgres keeps a bounded number of prepared statements', async () => {
  await using created = await createDatabase('postgres');
  const database = await openStore(created.url, { create: false });
  try {
    const kept = await database.transact(async ({ kysely: transaction }) => {
      for (let index = 0; index < 160; index += 1) {
        const name = `column_${index}`;
        const { rows } = await sql`select cast(${index} as integer) as ${sql.ref(name)}`.execute(transaction);
        assert.deepEqual(rows, [{ [name]: index }]);
      }
      const counted = sql<{ readonly kept: number }>`select count(*) as kept from pg_prepared_statements`;
      return (await counted.execute(transaction)).rows[0]?.kept;
    });
    assert.ok(kept !== undefined && kept > 0 && kept <= 110, `${kept} statements are kept`);
  } finally {
    await database.close();
  }
});

describe('the statement cache', () => {
  test('The statement cache prepares each statement once', () => {
    const { prepared, cache } = createCache(2);
    const statement = cache.get('a');
    assert.deepEqual(statement, { text: 'a' });
    assert.deepEqual(cache.get('b'), { text: 'b' });
    assert.equal(cache.get('a'), statement);
    assert.deepEqual(prepared, ['a', 'b']);
  });

  test('The statement cache evicts the least recently used statement', () => {
    const { prepared, cache } = createCache(3);
    for (const text of ['a', 'b', 'c', 'a', 'd', 'a', 'c', 'd']) cache.get(text);
    assert.deepEqual(prepared, ['a', 'b', 'c', 'd']);
    cache.get('b');
    assert.deepEqual(prepared, ['a', 'b', 'c', 'd', 'b']);
    for (const text of ['c', 'd', 'b', 'a']) cache.get(text);
    assert.deepEqual(prepared, ['a', 'b', 'c', 'd', 'b', 'a']);
  });
});
