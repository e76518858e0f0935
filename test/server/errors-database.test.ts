import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openStats, StatsError } from '../../src/core/index.js';
import { serve } from '../../src/server/index.js';
import { runOn } from '../support/connections.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults, assertProblem, type HttpAnswer } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { Gate } from '../support/http-gate.js';
import { createService } from '../support/http-service.js';
import { runSql } from '../support/sql.js';

function assertUnavailable(answer: HttpAnswer, code: string): void {
  assertFaults(answer, 503, code, []);
  assert.match(answer.headers['retry-after'] ?? '', /^[1-9][0-9]*$/);
}

/** Details that a response must not contain. */
const SECRETS =
  /select|insert|course_stats|relation|no such table|sqlite|postgres|kysely|node_modules|\.ts|\.js|\bat /i;

/** Statements after which recording meets an error that the program does not expect. */
const DEFECTS = {
  sqlite: [
    `create trigger defect before insert on course_stats
     begin select raise(abort, 'no insert into course_stats'); end`,
  ],
  postgres: [
    `create function defect() returns trigger language plpgsql as $$
     begin raise exception 'no insert into course_stats'; end $$`,
    `create trigger defect before insert on course_stats for each row execute function defect()`,
  ],
};

test('Requests return 503 while the database is unreachable, and succeed once it is back', async () => {
  await using database = await createDatabase('postgres');
  await using gate = await Gate.before(database.url);
  await using stats = await openStats({ database: gate.url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const reported: { error: unknown; requestId: string }[] = [];
  await using server = await serve(stats, {
    port: 0,
    onError: (error, requestId) => reported.push({ error, requestId }),
  });
  await using client = new HttpClient(server.url);
  const userId = newUserId();
  const session = { sessionId: newSessionId(), ...sessionContent() };
  const record = () => client.send('POST', `/courses/${courseId}`, { userId, json: session });
  assert.equal((await client.send('GET', '/readyz')).status, 200);

  await gate.cut();
  const answers = [
    await record(),
    await client.send('GET', `/courses/${courseId}`, { userId }),
    await client.send('GET', `/courses/${courseId}/sessions/${session.sessionId}`, { userId }),
    await client.send('DELETE', `/courses/${courseId}/sessions/${session.sessionId}`, { userId }),
    await client.send('POST', '/courses', { userId, json: { name: 'Logic' } }),
    await client.send('GET', '/readyz'),
  ];
  for (const answer of answers) {
    assertUnavailable(answer, 'database-unavailable');
    assert.doesNotMatch(answer.text, /127\.0\.0\.1|ECONN|Connection terminated/);
  }
  assert.deepEqual(
    reported.map(({ requestId }) => requestId),
    answers.map(({ headers }) => headers['x-request-id']),
  );
  assert.equal((await client.send('GET', '/livez')).status, 200);

  await gate.open();
  assert.equal((await client.send('GET', '/readyz')).status, 200);
  assert.equal((await record()).status, 201);
});

test('Requests return 503 `database-unusable` after the database has been dropped', async () => {
  await using neighbour = await createDatabase('postgres');
  const name = `gone_${crypto.randomUUID().replaceAll('-', '')}`;
  await runOn(neighbour.url, `create database ${name}`);
  const url = new URL(neighbour.url);
  url.pathname = name;
  await using stats = await openStats({ database: url.href });
  await using server = await serve(stats, { port: 0 });
  await using client = new HttpClient(server.url);
  await runOn(neighbour.url, `drop database ${name} with (force)`);

  const answers = [
    await client.send('GET', '/courses', { userId: newUserId() }),
    await client.send('GET', '/readyz'),
  ];
  for (const answer of answers) {
    assertUnavailable(answer, 'database-unusable');
    assert.ok(!answer.text.includes(name));
  }
  assert.equal((await client.send('GET', '/livez')).status, 200);
});

for (const dialect of DIALECTS) {
  describe(`database errors on ${dialect}`, () => {
    test('`/readyz` returns 503 if the schema lacks a migration or has a breaking one, not if it has another newer one', async () => {
      await using service = await createService(dialect);
      const { send, database } = service;
      const later = `select '9999-later', 0, created_at, updated_at from schema_migrations limit 1`;
      await runSql(
        database.url,
        `insert into schema_migrations (name, is_breaking, created_at, updated_at) ${later}`,
      );
      assert.equal((await send('GET', '/readyz')).status, 200);
      await runSql(database.url, `update schema_migrations set is_breaking = 1 where name = '9999-later'`);
      assertUnavailable(await send('GET', '/readyz'), 'schema-newer');
      await runSql(database.url, `update schema_migrations set is_breaking = 0`);
      await runSql(database.url, `delete from schema_migrations where name <> '9999-later'`);
      assertUnavailable(await send('GET', '/readyz'), 'schema-outdated');
      assert.equal((await send('GET', '/livez')).status, 200);
    });

    test('Requests return 503 `schema-outdated` without details if a table is missing', async () => {
      await using service = await createService(dialect);
      const { send, courseId, database } = service;
      const userId = newUserId();
      await runSql(database.url, 'drop table course_stats');
      for (const answer of [
        await send('GET', `/courses/${courseId}`, { userId }),
        await send('POST', `/courses/${courseId}`, { userId, json: sessionContent() }),
      ]) {
        assertUnavailable(answer, 'schema-outdated');
        assert.doesNotMatch(answer.text.replace('urn:stats-service', ''), SECRETS);
      }
      // The failed transaction was rolled back.
      assert.deepEqual(await runSql(database.url, 'select session_id from study_sessions'), []);
    });

    test('A defect returns 500 without details, which are logged under the request id', async () => {
      await using service = await createService(dialect);
      const { send, courseId, database, reported } = service;
      const userId = newUserId();
      for (const statement of DEFECTS[dialect]) await runSql(database.url, statement);
      const withId = { userId, headers: { 'x-request-id': 'mine-1' } };
      const answers = [
        await send('POST', `/courses/${courseId}`, { ...withId, json: sessionContent() }),
        await send('POST', `/courses/${courseId}`, { userId, json: sessionContent() }),
      ];
      for (const answer of answers) {
        const problem = assertFaults(answer, 500, 'internal-error', []);
        assert.doesNotMatch(JSON.stringify({ ...problem, type: '' }), SECRETS);
      }
      assert.equal(answers[0]?.headers['x-request-id'], 'mine-1');
      assert.deepEqual(
        reported.map(({ requestId }) => requestId),
        answers.map(({ headers }) => headers['x-request-id']),
      );
      for (const { error } of reported) {
        assert.ok(error instanceof Error && !(error instanceof StatsError));
        assert.match(error.message, /no insert into course_stats/);
      }
      // The failed transaction was rolled back.
      assert.deepEqual(await runSql(database.url, 'select session_id from study_sessions'), []);
    });

    test('Errors of the client, such as a 400 or a 404, are not logged', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const userId = newUserId();
      assertProblem(await send('POST', `/courses/${courseId}`, { userId, json: {} }), 400, 'invalid-request');
      const session = `/courses/${courseId}/sessions/${newSessionId()}`;
      assertProblem(await send('GET', session, { userId }), 404, 'session-not-found');
      assert.deepEqual(service.reported, []);
    });
  });
}
