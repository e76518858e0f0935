import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/condition.js';
import { manyModules, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults } from '../support/http-answer.js';
import { RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';

/** With pages of 1.2 MB, five times the limit of unread data, because socket buffers hold some of it. */
const CONNECTIONS = 8;
const REQUESTS = 32;

test('Large unread responses are limited in total with 503; small responses are still sent', async () => {
  await using service = await createService('sqlite');
  const { send, stats, courseId, url } = service;
  const learner = { userId: newUserId(), courseId };
  const moduleIds = manyModules();
  for (let count = 0; count < 9; count += 1) {
    await stats.recordSession({ ...learner, session: sessionContent({ moduleIds }) });
  }
  const path = `/courses/${courseId}/sessions`;
  const list = () => send('GET', path, { userId: learner.userId });
  assert.equal((await list()).status, 200);

  const request = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-User-Id: ${learner.userId}\r\n\r\n`;
  const unread = await Promise.all(Array.from({ length: CONNECTIONS }, () => RawConnection.open(url)));
  for (const connection of unread) connection.write(request.repeat(REQUESTS));
  using last = await RawConnection.open(url);
  last.write(request.repeat(REQUESTS));
  const answers = [];
  for (let count = 0; count < REQUESTS; count += 1) answers.push(await last.read());
  const refused = answers.filter(({ status }) => status === 503);
  assert.ok(refused.length > 0);
  for (const answer of refused) assertFaults(answer, 503, 'overloaded', []);
  assert.equal((await send('GET', `/courses/${courseId}`, { userId: learner.userId })).status, 200);

  for (const connection of unread) connection[Symbol.dispose]();
  await until('a large response is sent again', async () => (await list()).status === 200);
  // The whole limit must be available again, including what responses that had not started reserved.
  const pages = await Promise.all(Array.from({ length: 50 }, list));
  assert.ok(pages.every(({ status }) => status === 200));
});
