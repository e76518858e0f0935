import assert from 'node:assert/strict';
import { createServer, request } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { createListener, serve, type AuthOptions, type SecurityEvent } from '../../../src/server/index.js';
import { TestDirectory } from '../../support/directory.js';
import { createFixture } from '../../support/fixture.js';
import { newUserId } from '../../support/factories.js';

/** Sends `GET /whoami` from 127.0.0.1 and returns the status. */
async function statusOf(url: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  // Without a pool, whose idle connections the server would wait for.
  const options = { agent: false, headers: { 'x-user-id': newUserId(), ...headers } };
  const sent = request(`${url}/whoami`, options).end();
  const [response] = await once(sent, 'response');
  response.resume();
  return response.statusCode;
}

const gateway = (trustedProxies: readonly string[] | 'any'): AuthOptions => ({
  mode: 'gateway',
  trustedProxies,
});

test('Without trusted proxies, only loopback names are accepted as Host, and the service routes are open', async () => {
  await using fixture = await createFixture('sqlite');
  await using server = await serve(fixture.stats, { port: 0 });
  for (const host of [
    'localhost',
    'LOCALHOST:8080',
    'app.localhost',
    '127.0.0.1',
    '127.9.9.9:1',
    '[::1]:8080',
    'localhost.',
  ]) {
    assert.equal(await statusOf(server.url, { host }), 200, host);
  }
  for (const host of [
    'stats.example',
    'localhost.example',
    '127.0.0.1.example',
    '10.0.0.1',
    '127.0.0.1:80@a',
    '[::2]',
  ]) {
    assert.equal(await statusOf(server.url, { host }), 403, host);
  }
  const open = await fetch(`${server.url}/livez`, { headers: { connection: 'close' } });
  assert.equal(open.status, 200);
});

test('Trusted proxies are addresses and ranges of both families, also in mapped form, whatever the Host is', async () => {
  await using fixture = await createFixture('sqlite');
  const listening = async (host: string, auth: AuthOptions) => {
    const server = createServer(createListener(fixture.stats, { auth })).listen(0, host);
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    const url = `http://127.0.0.1:${address.port}`;
    return { url, [Symbol.asyncDispose]: async () => void server.close() };
  };
  for (const [proxies, status] of [
    [['127.0.0.1'], 200],
    [['10.0.0.0/8', '127.0.0.0/8'], 200],
    [['0.0.0.0/0'], 200],
    ['any', 200],
    [['10.0.0.0/8'], 403],
    [['127.0.0.2'], 403],
    [['::1', 'fd00::/8'], 403],
    [[], 403],
  ] as const) {
    for (const host of ['127.0.0.1', '::']) {
      await using server = await listening(host, gateway(proxies));
      const actual = await statusOf(server.url, { host: 'stats.example' });
      assert.equal(actual, status, `${host} ${String(proxies)}`);
    }
  }
});

test('A server that other machines can reach needs trusted proxies or tokens, and ranges are checked', async () => {
  await using fixture = await createFixture('sqlite');
  await assert.rejects(
    serve(fixture.stats, { port: 0, host: '0.0.0.0' }),
    /^RangeError: 0\.0\.0\.0 can be reached from other/,
  );
  await assert.rejects(serve(fixture.stats, { port: 0, host: '::' }), /--trusted-proxies/);
  for (const range of [
    '10.0.0',
    '10.0.0.0/33',
    '10.0.0.0/8/8',
    '10.0.0.0/x',
    'fd00::/129',
    'fe80::1%eth0',
    '10.0.0.0/08',
    'proxy.example',
  ]) {
    assert.throws(
      () => createListener(fixture.stats, { auth: gateway([range]) }),
      /is not an address or a CIDR range/,
    );
  }
  assert.throws(() => createListener(fixture.stats, { auth: { mode: 'token' } }), /needs jwt, keys or both/);
  const jwt = { issuer: 'http://issuer.example', audience: 'stats' };
  assert.throws(
    () => createListener(fixture.stats, { auth: { mode: 'token', jwt } }),
    /must be an https URL/,
  );
});

test('A connection that its client resets, so that its address is unknown, is not trusted', async () => {
  await using fixture = await createFixture('sqlite');
  const events: SecurityEvent[] = [];
  const auth = gateway(['127.0.0.2']);
  await using server = await serve(fixture.stats, {
    port: 0,
    auth,
    onSecurityEvent: (event) => events.push(event),
  });
  const userId = newUserId();
  const { hostname, port } = new URL(server.url);
  const requests = Array.from({ length: 20 }, async () => {
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(`DELETE /me HTTP/1.1\r\nHost: localhost\r\nX-User-Id: ${userId}\r\n\r\n`);
    socket.resetAndDestroy();
  });
  await Promise.all(requests);
  // Answered after the others have arrived.
  assert.equal(await statusOf(server.url), 403);
  assert.deepEqual(new Set(events.map(({ event }) => event)), new Set(['refused']));
});

test('A client of a Unix socket is trusted, because the permissions of its file protect it', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const socketPath = `${directory.path}/stats.sock`;
  const server = createServer(createListener(fixture.stats)).listen(socketPath);
  await once(server, 'listening');
  const sent = request({
    socketPath,
    path: '/whoami',
    headers: { host: 'localhost', 'x-user-id': newUserId() },
  }).end();
  const [response] = await once(sent, 'response');
  response.resume();
  assert.equal(response.statusCode, 200);
  server.close();
});
