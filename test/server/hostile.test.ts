import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { describe, test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { createListener, serve } from '../../src/server/index.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { HttpClient } from '../support/http-client.js';
import { Gate } from '../support/http-gate.js';
import { head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';
import { createDatabase } from '../support/databases.js';
import { listen } from '../support/ports.js';
import { sqlitePath } from '../support/sql.js';
import { openStats } from '../../src/core/index.js';

test('A body of 100,000 unknown fields returns 400 with the first 100 errors', async () => {
  await using service = await createService('sqlite');
  const fields = Array.from({ length: 100_000 }, (_, index) => `"${index.toString(36)}":0`);
  const { status, text } = await service.send('POST', '/courses', {
    userId: newUserId(),
    headers: { 'content-type': 'application/json' },
    body: `{${fields.join()}}`,
  });
  assert.equal(status, 400);
  const { detail, errors } = JSON.parse(text);
  assert.equal(errors.length, 100);
  assert.equal(detail, '100001 validation errors.');
});

describe('garbage after a request', () => {
  test('A request followed by garbage gets its response, and then the connection is closed', async () => {
    await using service = await createService('sqlite');
    using connection = await RawConnection.open(service.url);
    const body = JSON.stringify(sessionContent());
    connection.write(
      head(
        `POST /courses/${service.courseId} HTTP/1.1`,
        'Host: localhost',
        `X-User-Id: ${newUserId()}`,
        'Content-Type: application/json',
        `Content-Length: ${body.length}`,
      ) + `${body}GARBAGE\r\n\r\n`,
    );
    const answer = await connection.read();
    assert.equal(answer.status, 201);
    assert.equal(answer.headers['connection'], 'close');
    await connection.assertEnded();
  });
});

test('Reads and probes are answered while another program holds the SQLite write lock', async () => {
  await using service = await createService('sqlite');
  const userId = newUserId();
  const holder = new BetterSqlite(sqlitePath(service.database.url));
  holder.exec('begin immediate');
  const path = `/courses/${service.courseId}`;
  const recorded = service.send('POST', path, { userId, json: sessionContent() });
  assert.equal((await service.send('GET', '/livez')).status, 200);
  assert.equal((await service.send('GET', path, { userId })).status, 200);
  holder.exec('rollback');
  holder.close();
  assert.equal((await recorded).status, 201);
});

test('A 503 for a session without an id returns the id that makes a retry idempotent', async () => {
  await using database = await createDatabase('postgres');
  await using gate = await Gate.before(database.url);
  await using stats = await openStats({ database: gate.url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  await using server = await serve(stats, { port: 0 });
  await using client = new HttpClient(server.url);
  const request = { userId: newUserId(), json: sessionContent() };
  await gate.cut();
  const { status, text } = await client.send('POST', `/courses/${courseId}`, request);
  assert.equal(status, 503);
  const [fault] = JSON.parse(text).errors;
  assert.equal(fault.pointer, '/sessionId');
  assert.match(fault.detail, /^must be [0-9a-f-]{36} when the call is repeated$/);
});

test('An `onError` callback that throws does not stop the server', async () => {
  await using database = await createDatabase('postgres');
  await using gate = await Gate.before(database.url);
  await using stats = await openStats({ database: gate.url });
  await using server = createServer(createListener(stats, { onError: failToLog }));
  const port = await listen(server);
  await using client = new HttpClient(`http://127.0.0.1:${port}`);
  await gate.cut();
  assert.equal((await client.send('GET', '/readyz')).status, 503);
  assert.equal((await client.send('GET', '/livez')).status, 200);
});

test('`serve` with an empty host listens on 127.0.0.1 only', async () => {
  await using service = await createService('sqlite');
  await using server = await serve(service.stats, { host: '', port: 0 });
  assert.match(server.url, /^http:\/\/127\.0\.0\.1:/);
});

function failToLog(): never {
  throw new Error('The disk of the log is full.');
}

test('A request that is rejected before its body ends is answered only once', async () => {
  await using service = await createService('sqlite');
  using connection = await RawConnection.open(service.url);
  connection.write(
    head(
      'POST /courses HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ),
  );
  assert.equal((await connection.read()).status, 401);
  connection.write('ZZ\r\n');
  await connection.assertEnded();
});

test('A body of 1 MiB in chunks of one byte is accepted', async () => {
  await using service = await createService('sqlite');
  using connection = await RawConnection.open(service.url);
  const body = '{"name":"Logic"}'.padEnd(1024 * 1024);
  connection.write(
    head(
      'POST /courses HTTP/1.1',
      'Host: localhost',
      `X-User-Id: ${newUserId()}`,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
    ),
  );
  connection.write(`${Array.from(body, (byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`);
  assert.equal((await connection.read()).status, 201);
});
