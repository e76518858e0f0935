import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { endConnections, LockHolder } from '../support/lock-holder.js';
import { assertRollups } from '../support/rollups.js';
import { serveGated, type Served } from '../support/served.js';
import { assertNoDefect, assertUnavailable, sendSamples } from '../support/sample-requests.js';

const timeout = 30_000;

async function assertWell({ client, courseId }: Served): Promise<void> {
  const answers = await sendSamples(client, courseId);
  assertNoDefect(answers);
  for (const { status, text } of answers) assert.notEqual(status, 503, text);
}

test(
  'Idle connections that the database has closed unnoticed fail no read and no `POST` of a session',
  { timeout },
  async () => {
    await using service = await serveGated();
    const { client, send, courseId, url, gate } = service;
    const userId = newUserId();
    const course = `/courses/${courseId}`;
    const session = sessionContent();
    for (let round = 0; round < 3; round += 1) {
      await assertWell(service);
      const [recorded] = await Promise.all([
        send('POST', course, { userId, json: session }),
        send('GET', course, { userId }),
      ]);
      assert.equal(recorded.status, 201, recorded.text);

      gate.silence();
      assert.ok((await endConnections(url)) > 2);
      const asked = [
        send('POST', course, { userId, json: session }),
        send('GET', course, { userId }),
        send('GET', `${course}/sessions/${newSessionId()}`, { userId }),
      ];
      const sending = sendSamples(client, courseId);
      // By now the requests have been sent on connections whose FIN has not arrived yet.
      await client.send('GET', '/livez');
      gate.resume();

      assert.deepEqual(
        (await Promise.all(asked)).map(({ status }) => status),
        [201, 200, 404],
      );
      assertNoDefect(await sending);
      await assertWell(service);
    }
    assert.match((await send('GET', course, { userId })).text, /"sessionCount":6,/);
    await assertRollups(url);
  },
);

test(
  'A `PUT` returns 503 if its connection is closed in mid-transaction; reads and `POST` are retried',
  { timeout },
  async () => {
    await using service = await serveGated();
    const { send, courseId, url } = service;
    const userId = newUserId();
    const course = `/courses/${courseId}`;
    const session = `${course}/sessions/${newSessionId()}`;
    const put = () => send('PUT', session, { userId, json: sessionContent() });
    await using holder = await LockHolder.acquire(
      url,
      'lock table study_sessions, course_stats in access exclusive mode',
    );
    const asked = [
      send('POST', course, { userId, json: sessionContent() }),
      send('GET', course, { userId }),
      send('GET', session, { userId }),
    ] as const;
    const inTransaction = put();
    await holder.waitForBlocked(4);

    await endConnections(url);
    await holder.release();

    const [recorded, stats, found] = await Promise.all(asked);
    assert.equal(recorded.status, 201, recorded.text);
    assert.equal(stats.status, 200, stats.text);
    assert.equal(found.status, 404, found.text);
    assertUnavailable(await inTransaction);
    assert.equal((await put()).status, 201);
    await assertWell(service);
    assert.match((await send('GET', course, { userId })).text, /"sessionCount":2,/);
    await assertRollups(url);
  },
);
