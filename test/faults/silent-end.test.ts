import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { createDatabase, withShortTimeouts } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { FULL } from '../support/full.js';
import { Gate } from '../support/http-gate.js';
import { serveGated } from '../support/served.js';
import { visitAll, visits } from '../support/visits.js';

/** Milliseconds after which a container that is to stop is killed. */
const GRACE = 10_000;
/** Milliseconds: for a call that is under way, and for the farewell to the connections. */
const LAST = 5_000;

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

  assert.ok(performance.now() - start < LAST);
  await Promise.all([recording, listing]);
});

// A busy one waits ten seconds.
for (const isIdle of FULL ? [true, false] : [true]) {
  test(`A server that is ${isIdle ? 'idle' : 'busy'} stops in time while Postgres is silent`, async () => {
    await using served = await serveGated((url) => url);
    const { client, service, courseId, gate } = served;
    await visitAll(client, courseId);
    gate.silence();
    const asked = isIdle ? [] : visits(courseId).map((visit) => client.send(...visit).catch(() => undefined));
    // Once it has answered this, it has got the others.
    assert.equal((await client.send('GET', '/livez')).status, 200);

    const start = performance.now();
    const { code, stderr } = await service.stop();

    assert.ok(performance.now() - start < GRACE);
    if (isIdle) assert.equal(code, 0, stderr);
    else assert.match(stderr, /^stats-service: The database did not close in time\.\n$/m);
    await Promise.all(asked);
  });
}
