import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { test } from 'node:test';
import { createListener } from '../../src/server/index.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertFaults } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { head, RawConnection } from '../support/http-raw.js';
import { runSql } from '../support/sql.js';

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  return `http://127.0.0.1:${address.port}`;
}

test('`createListener` serves the API in an existing server and leaves the database open', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const userId = newUserId();
  {
    await using server = createServer(createListener(stats));
    await using client = new HttpClient(await listen(server));
    const json = sessionContent();
    assert.equal((await client.send('POST', `/courses/${courseId}`, { userId, json })).status, 201);
    assertFaults(await client.send('GET', '/courses'), 401, 'unauthenticated', ['X-User-Id']);
    assertFaults(await client.send('GET', '/nowhere'), 404, 'route-not-found', []);
    // Without `onError`, an internal error does not stop the server.
    await runSql(
      database.url,
      "create trigger defect before insert on study_sessions begin select raise(abort, 'a defect'); end",
    );
    const failed = await client.send('POST', `/courses/${courseId}`, { userId, json });
    assertFaults(failed, 500, 'internal-error', []);
    assert.equal((await client.send('GET', '/courses', { userId })).status, 200);
  }
  assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 1);
});

test('An existing server with `createListener` answers `Expect: 100-continue` with 100', async () => {
  await using fixture = await createFixture('sqlite');
  await using server = createServer(createListener(fixture.stats));
  using connection = await RawConnection.open(await listen(server));
  const body = '{"name":"Logic"}';
  const lines = [
    'POST /courses HTTP/1.1',
    'Host: localhost',
    `X-User-Id: ${newUserId()}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  connection.write(head(...lines, 'Expect: 100-continue'));
  assert.equal((await connection.read()).status, 100);
  connection.write(body);
  assert.equal((await connection.read()).status, 201);
});
