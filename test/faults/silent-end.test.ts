import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { createDatabase, withShortTimeouts } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { FULL } from '../support/full.js';
import { Gate } from '../support/http-gate.js';
import { serveGated } from '../support/served.js';
import { sendSamples, sampleRequests } from '../support/sample-requests.js';

/** The grace period, in milliseconds, after which a container is killed. */
const GRACE = 10_000;
/** Milliseconds, for the calls in flight and for closing the connections. */
const CLOSE_LIMIT = 5_000;

test('`close()` resolves in bounded time while Postgres is silent, even with calls in flight', async () => {
  await using database = await createDatabase('postgres');
  await using gate = await Gate.before(database.url);
  const stats = await openStats({ database: withShortTimeouts(gate.url) });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const learner = { userId: newUserId(), courseId };
  const call = { ...learner, session: sessionContent() };
  await stats.recordSession(call);
  gate.silence();

  const start = performance.now();
  const recording = assert.rejects(stats.recordSession(call), { code: 'database-unavailable' });
  const listing = assert.rejects(stats.listSessions(learner), { code: 'database-unavailable' });
  await stats.close();

  assert.ok(performance.now() - start < CLOSE_LIMIT);
  await Promise.all([recording, listing]);
});

const usualTimeouts = (url: string) => url;
const DID_NOT_CLOSE = /^stats-service: The database did not close in time\.\n$/m;

for (const { what, timeouts, code, stderr } of [
  { what: 'an idle server', timeouts: usualTimeouts, code: 0, stderr: /^Stopping\.\n$/m },
  { what: 'a busy server', timeouts: withShortTimeouts, code: 0, stderr: /^Stopping\.\n$/m },
  // Takes ten seconds.
  ...(FULL
    ? [{ what: 'a busy server with long timeouts', timeouts: usualTimeouts, code: 1, stderr: DID_NOT_CLOSE }]
    : []),
]) {
  test(`The shutdown of ${what} ends within the grace period while Postgres is silent`, async () => {
    await using served = await serveGated(timeouts);
    const { client, service, courseId, gate } = served;
    await sendSamples(client, courseId);
    gate.silence();
    const isBusy = what !== 'an idle server';
    const asked = isBusy
      ? sampleRequests(courseId).map((request) => client.send(...request).catch(() => undefined))
      : [];
    // When the server responds to this request, it has received the others.
    assert.equal((await client.send('GET', '/livez')).status, 200);

    const start = performance.now();
    const stopped = await service.stop();

    assert.ok(performance.now() - start < GRACE);
    assert.equal(stopped.code, code, stopped.stderr);
    assert.match(stopped.stderr, stderr);
    await Promise.all(asked);
  });
}
