import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newUserId } from '../support/factories.js';
import { head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';

const MINUTE = 60_000;
const BODY = '{"name":"Logic"}';
const REQUEST = head(
  'POST /courses HTTP/1.1',
  'Host: stats',
  `X-User-Id: ${newUserId()}`,
  'Content-Type: application/json',
  `Content-Length: ${BODY.length}`,
  'Expect: 100-continue',
);

/** Begins a request that waits for its answer. */
async function begin(connection: RawConnection): Promise<void> {
  connection.write(REQUEST);
  assert.equal((await connection.read()).status, 100);
}

test('a connection whose answer is stuck for a minute is cut, one that has just begun is not', async ({
  mock,
}) => {
  mock.timers.enable({ apis: ['setInterval'] });
  await using service = await createService('sqlite');
  using stuck = await RawConnection.open(service.url);
  using idle = await RawConnection.open(service.url);
  await begin(stuck);
  mock.timers.tick(MINUTE);
  await begin(idle);
  mock.timers.tick(MINUTE);

  await stuck.assertEnded();
  idle.write(BODY);
  assert.equal((await idle.read()).status, 201);
});
