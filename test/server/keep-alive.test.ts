import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { serve } from '../../src/server/index.js';
import { createFixture } from '../support/fixture.js';
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
    connection.write(head('GET /livez HTTP/1.1', 'Host: localhost'));
    assert.equal((await connection.read()).status, 200);
  }
  process.off('warning', listen);
  // Node warns about accumulated listeners.
  assert.deepEqual(warnings, []);
});

test('A connection that is idle for `keepAliveTimeout` is closed', async () => {
  await using fixture = await createFixture('sqlite');
  await using server = await serve(fixture.stats, { port: 0, keepAliveTimeout: 1_000 });
  const { hostname, port } = new URL(server.url);
  const socket = connect({ host: hostname, port: Number(port) });
  const start = performance.now();
  socket.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  const duration = performance.now() - start;
  assert.ok(duration >= 1_000 && duration < 10_000, `${duration}`);
});

test('`serve` throws for a `keepAliveTimeout` out of its bounds', async () => {
  await using fixture = await createFixture('sqlite');
  for (const keepAliveTimeout of [0, 999, 86_400_001, Number.NaN]) {
    await assert.rejects(serve(fixture.stats, { port: 0, keepAliveTimeout }), RangeError);
  }
  for (const keepAliveTimeout of [1_000, 86_400_000]) {
    await using server = await serve(fixture.stats, { port: 0, keepAliveTimeout });
    const { headers } = await fetch(`${server.url}/livez`);
    assert.equal(headers.get('keep-alive'), `timeout=${keepAliveTimeout / 1_000}`);
  }
});
