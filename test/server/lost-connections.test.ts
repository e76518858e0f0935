import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createService, type HttpService } from '../support/http-service.js';
import { endConnections, Rival } from '../support/rival.js';
import { assertRollups } from '../support/rollups.js';
import { assertNoDefect, assertUnavailable, visitAll } from '../support/visits.js';

/** Far beyond what a run takes: a hang is to fail, not to stop the suite. */
const timeout = 30_000;

async function assertWell({ client, courseId }: HttpService): Promise<void> {
  const answers = await visitAll(client, courseId);
  assertNoDefect(answers);
  for (const { status, text } of answers) assert.notEqual(status, 503, text);
}

test('connections that were ended while idle cost a repetition at most', { timeout }, async () => {
  await using service = await createService('postgres');
  const { client, courseId, database } = service;
  for (let round = 0; round < 6; round += 1) {
    await assertWell(service);
    assert.ok((await endConnections(database.url)) > 2);
    // Some of these find a connection whose end has not arrived yet.
    assertNoDefect(await visitAll(client, courseId));
    await assertWell(service);
  }
  await assertRollups(database.url);
});

test('a session is recorded although its connection was ended while idle', { timeout }, async () => {
  await using service = await createService('postgres');
  const { send, courseId, database } = service;
  const userId = newUserId();
  const record = async () => {
    const { status, text } = await send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });
    assert.equal(status, 201, text);
  };
  await record();
  const rounds = 30;
  for (let round = 0; round < rounds; round += 1) {
    assert.ok((await endConnections(database.url)) >= 1);
    await record();
    const { status, text } = await send('GET', `/courses/${courseId}`, { userId });
    assert.equal(status, 200, text);
    assert.match(text, new RegExp(`"sessionCount":${round + 2},`));
  }
});

test(
  'connections that are ended in the middle of a query fail only what must not be repeated',
  { timeout },
  async () => {
    await using service = await createService('postgres');
    const { send, courseId, database } = service;
    const userId = newUserId();
    const course = `/courses/${courseId}`;
    const session = `${course}/sessions/${newSessionId()}`;
    const put = () => send('PUT', session, { userId, json: sessionContent() });
    await using rival = await Rival.holding(
      database.url,
      'lock table study_sessions, course_stats in access exclusive mode',
    );
    const asked = [
      send('POST', course, { userId, json: sessionContent() }),
      send('GET', course, { userId }),
      send('GET', session, { userId }),
    ] as const;
    const inTransaction = put();
    await rival.awaited(4);

    await endConnections(database.url);
    await rival.release();

    const [recorded, stats, found] = await Promise.all(asked);
    assert.equal(recorded.status, 201, recorded.text);
    assert.equal(stats.status, 200, stats.text);
    assert.equal(found.status, 404, found.text);
    assertUnavailable(await inTransaction);
    assert.equal((await put()).status, 201);
    await assertWell(service);
    assert.match((await send('GET', course, { userId })).text, /"sessionCount":2,/);
    await assertRollups(database.url);
  },
);
