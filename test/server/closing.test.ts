import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Client } from 'pg';
import { newUserId } from '../support/factories.js';
import { head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';
import { waitForLock } from '../support/http-lock.js';

const HOST = 'Host: localhost';
const USER = `X-User-Id: ${newUserId()}`;
const BODY = '{"name":"Logic"}';
const POST = ['POST /courses HTTP/1.1', HOST, USER, 'Content-Type: application/json'];
const DECLARED = [...POST, `Content-Length: ${BODY.length}`];

/** A deadline that no test reaches. */
const NEVER = 2 ** 31 - 1;
const OPTIONS = { timeout: 60_000 };

describe('close()', () => {
  test(
    '`server.close()` answers requests that are still arriving and refuses new connections',
    OPTIONS,
    async () => {
      await using service = await createService('sqlite');
      const { server, url, stats } = service;
      using connection = await RawConnection.open(url);
      connection.write(head(...DECLARED, 'Expect: 100-continue'));
      assert.equal((await connection.read()).status, 100);

      const closed = server.close(NEVER);
      connection.write(BODY);
      const answer = await connection.read();
      assert.equal(answer.status, 201);
      assert.equal(answer.headers['connection'], 'close');
      await connection.assertEnded();
      await closed;
      await assert.rejects(RawConnection.open(url), { code: 'ECONNREFUSED' });
      // Closing the server does not close the database.
      assert.equal((await stats.listCourses({})).items.length, 2);
    },
  );

  test('`server.close()` answers a request that still waits for the database', OPTIONS, async () => {
    await using service = await createService('postgres');
    const { server, url, database } = service;
    const holder = new Client({ connectionString: database.url });
    await holder.connect();
    try {
      await holder.query('begin');
      await holder.query('lock table courses in access exclusive mode');
      using connection = await RawConnection.open(url);
      connection.write(head(...DECLARED) + BODY);
      await waitForLock(holder);

      const closed = server.close(NEVER);
      await holder.query('rollback');
      const answer = await connection.read();
      assert.equal(answer.status, 201);
      assert.equal(answer.headers['connection'], 'close');
      await connection.assertEnded();
      await closed;
    } finally {
      await holder.end();
    }
  });

  test('`server.close()` closes an idle keep-alive connection', OPTIONS, async () => {
    await using service = await createService('sqlite');
    using connection = await RawConnection.open(service.url);
    for (const path of ['/livez', '/readyz']) {
      connection.write(head(`GET ${path} HTTP/1.1`, HOST));
      const answer = await connection.read();
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['connection'], 'keep-alive');
    }
    await service.server.close(NEVER);
    await connection.assertEnded();
  });

  test('`server.close()` closes connections with unfinished requests at its deadline', OPTIONS, async () => {
    await using service = await createService('sqlite');
    using connection = await RawConnection.open(service.url);
    connection.write(head(...DECLARED, 'Expect: 100-continue'));
    assert.equal((await connection.read()).status, 100);
    await service.server.close(1);
    await connection.assertEnded();
    assert.deepEqual(service.reported, []);
  });

  test('`server.close()` may be called more than once', OPTIONS, async () => {
    await using service = await createService('sqlite');
    await Promise.all([service.server.close(NEVER), service.server.close(NEVER)]);
    await service.server.close(NEVER);
  });
});
