import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/condition.js';
import { newUserId } from '../support/factories.js';
import { head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';

const MINUTE = 60_000;
const BODY = '{"name":"Logic"}';
const WAITING = head(
  'POST /courses HTTP/1.1',
  'Host: localhost',
  `X-User-Id: ${newUserId()}`,
  'Content-Type: application/json',
  `Content-Length: ${BODY.length}`,
  'Expect: 100-continue',
);
const MEGABYTES = head('GET /openapi.json HTTP/1.1', 'Host: localhost').repeat(30);

test('A connection that reads no response for a minute is closed; one with an open request is not', async ({
  mock,
}) => {
  mock.timers.enable({ apis: ['setInterval'] });
  await using service = await createService('sqlite');
  using stuck = await RawConnection.open(service.url);
  using waiting = await RawConnection.open(service.url);
  waiting.write(WAITING);
  assert.equal((await waiting.read()).status, 100);
  await until('the stuck connection is reset', () => {
    // Fills the socket buffers. A client that does not read detects the reset only by writing.
    stuck.write(MEGABYTES);
    mock.timers.tick(MINUTE);
    return stuck.isReset;
  });

  waiting.write(BODY);
  assert.equal((await waiting.read()).status, 201);
});
