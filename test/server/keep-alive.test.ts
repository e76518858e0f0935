import assert from 'node:assert/strict';
import { test } from 'node:test';
import { head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';

const REQUESTS = 50;

test('A keep-alive connection does not accumulate listeners over many requests', async () => {
  await using service = await createService('sqlite');
  using connection = await RawConnection.open(service.url);
  const warnings: string[] = [];
  const listen = (warning: Error) => warnings.push(warning.message);
  process.on('warning', listen);
  for (let request = 0; request < REQUESTS; request++) {
    connection.write(head('GET /livez HTTP/1.1', 'Host: stats'));
    assert.equal((await connection.read()).status, 200);
  }
  process.off('warning', listen);
  // Node warns about accumulated listeners.
  assert.deepEqual(warnings, []);
});
