import assert from 'node:assert/strict';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { openStats } from '../../src/core/index.js';
import { Metrics, serve } from '../../src/server/index.js';
import { createDatabase } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults, assertProblem } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { parseMetrics, valueOf } from '../support/metrics.js';
import { sqlitePath } from '../support/sql.js';
import { until } from '../support/condition.js';

const MAX_CALLS = 4;

test('Calls beyond `maxCalls` return 503 at once; probes and calls in flight still succeed', async () => {
  await using database = await createDatabase('sqlite');
  const metrics = new Metrics();
  await using stats = await openStats({ database: database.url, maxCalls: MAX_CALLS, observer: metrics });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  await using server = await serve(stats, { port: 0, metrics });
  await using client = new HttpClient(server.url);
  const userId = newUserId();
  const path = `/courses/${courseId}`;
  const record = (sessionId?: string) =>
    client.send('POST', path, { userId, json: { ...sessionContent(), sessionId } });
  const calls = async () => {
    const samples = parseMetrics((await client.send('GET', '/metrics')).text);
    return valueOf(samples, 'stats_calls');
  };

  const holder = new BetterSqlite(sqlitePath(database.url));
  holder.exec('begin immediate');
  const taken = Array.from({ length: MAX_CALLS }, () => record());
  await until('MAX_CALLS calls are in flight', async () => (await calls()) === MAX_CALLS);

  const refused = await Promise.all([
    record(newSessionId()),
    client.send('GET', path, { userId }),
    client.send('GET', '/courses', { userId }),
    client.send('DELETE', '/me', { userId }),
  ]);
  // Otherwise a load balancer would remove every overloaded server.
  assert.equal((await client.send('GET', '/readyz')).status, 200);
  for (const answer of refused) {
    assertFaults(answer, 503, 'overloaded', []);
    assert.equal(answer.headers['retry-after'], '2');
  }
  // A client that did not send an id gets one for the retry.
  assertFaults(await record(), 503, 'overloaded', ['/sessionId']);
  // Invalid requests are still rejected with 400.
  assertProblem(await client.send('GET', '/courses/x', { userId }), 400, 'invalid-request');
  assert.equal((await client.send('GET', '/livez')).status, 200);
  assert.equal(await calls(), MAX_CALLS);

  holder.exec('rollback');
  holder.close();
  for (const { status } of await Promise.all(taken)) assert.equal(status, 201);
  const { text } = await client.send('GET', path, { userId });
  assert.match(text, new RegExp(`"sessionCount":${MAX_CALLS},`));
});
