import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client } from 'pg';
import { until } from '../support/condition.js';
import { withShortTimeouts } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { HttpClient } from '../support/http-client.js';
import { Liveness } from '../support/liveness.js';
import { startPostgres } from '../support/postgres.js';
import { endConnections, LockHolder } from '../support/lock-holder.js';
import { assertRollups } from '../support/rollups.js';
import { addCourse, serveGated } from '../support/served.js';
import { startService } from '../support/service.js';
import { assertNoDefect, assertUnavailable, sendSamples } from '../support/sample-requests.js';

/** Milliseconds, for a connection timeout and a lock timeout. */
const PATIENCE = 4_000;

test('Calls wait for a bounded time while slow queries hold every connection', async (context) => {
  await using served = await serveGated();
  const { client, send, service, courseId, url } = served;
  await using holder = await LockHolder.acquire(url, 'lock table study_sessions in access exclusive mode');
  await using liveness = new Liveness(service.url);
  const course = `/courses/${courseId}`;

  const start = performance.now();
  const slow = Array.from({ length: 30 }, () => {
    const userId = newUserId();
    return [
      send('GET', `${course}/sessions`, { userId }),
      send('PUT', `${course}/sessions/${newSessionId()}`, { userId, json: sessionContent() }),
      send('POST', course, { userId, json: sessionContent() }),
    ];
  });
  await holder.waitForBlocked(8);
  // These requests do not need the locked table, but a connection.
  const others = Array.from({ length: 5 }, () => send('GET', '/courses', { userId: newUserId() }));
  for (const answer of await Promise.all(slow.flat())) assertUnavailable(answer);
  assertNoDefect(await Promise.all(others));
  const elapsed = performance.now() - start;
  context.diagnostic(`${elapsed.toFixed()} ms`);
  assert.ok(elapsed < PATIENCE, `${elapsed.toFixed()} ms`);

  await holder.release();
  await assertWell(client, courseId);
  await liveness.assertResponsive();
  await assertRollups(url);
});

test('A Postgres without free connections causes 503 responses until one is free', async () => {
  await using postgres = await startPostgres(['max_connections=12']);
  const { url } = postgres;
  const { courseId } = await addCourse(url);
  await using service = await startService(['--database', withShortTimeouts(url), '--port', '0']);
  await using client = new HttpClient(service.url);
  await assertWell(client, courseId);
  await using liveness = new Liveness(service.url);

  await endConnections(url);
  await using crowd = new AsyncDisposableStack();
  await until('no free connection', async () => {
    const guest = new Client({ connectionString: url });
    guest.on('error', () => undefined);
    try {
      await guest.connect();
      crowd.defer(() => guest.end());
      return false;
    } catch {
      return true;
    }
  });
  const start = performance.now();
  for (const answer of await sendSamples(client, courseId)) assertUnavailable(answer);
  assert.ok(performance.now() - start < PATIENCE);

  await crowd.disposeAsync();
  const isWell = async () => (await client.send('GET', '/readyz')).status === 200;
  await until('a free connection', isWell);
  // The pool adapts to the free connections, and the other calls wait.
  assertNoDefect(await sendSamples(client, courseId));
  await liveness.assertResponsive();
});

async function assertWell(client: HttpClient, courseId: Parameters<typeof sendSamples>[1]): Promise<void> {
  const answers = await sendSamples(client, courseId);
  assertNoDefect(answers);
  for (const { status, text } of answers) assert.notEqual(status, 503, text);
}
