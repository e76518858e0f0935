import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { test } from 'node:test';
import { connectStats } from '../../src/client/index.js';
import { newCourseId, newUserId } from '../support/factories.js';

/** What stands between a client and the service, or in its place, on a bad day. */
const ANSWERS: readonly (readonly [what: string, listener: RequestListener, code: string, says: RegExp])[] = [
  [
    'a gateway without a backend',
    (_, response) => response.writeHead(502).end('<html>'),
    'server-unavailable',
    /502/,
  ],
  ['another program', (_, response) => response.end('<html>'), 'server-incompatible', /does not answer as/],
  [
    'another JSON',
    (_, response) => response.end('{"status":"ok"}'),
    'server-incompatible',
    /does not answer as/,
  ],
  [
    'a defect of the server',
    (_, response) => response.writeHead(500).end('{"code":"internal-error","detail":"Our fault."}'),
    'server-incompatible',
    /500 \(internal-error: Our fault\.\)/,
  ],
  [
    'a connection that is cut',
    (request) => request.socket.destroy(),
    'server-unavailable',
    /cannot be reached/,
  ],
];

for (const [what, listener, code, says] of ANSWERS) {
  test(`${what} is told as ${code}`, async () => {
    const server = createServer(listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    await using stats = connectStats({ server: `http://127.0.0.1:${address.port}` });
    await assert.rejects(stats.getStats({ userId: newUserId(), courseId: newCourseId() }), {
      code,
      message: says,
    });
    server.close();
    server.closeAllConnections();
  });
}

test('a server behind a path keeps it', async () => {
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    response.end('{"status":"ok"}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  assert.ok(address !== null && typeof address === 'object');
  for (const path of ['', '/', '/stats', '/stats/']) {
    await using stats = connectStats({ server: `http://127.0.0.1:${address.port}${path}` });
    await stats.ready();
  }
  assert.deepEqual(paths, ['/readyz', '/readyz', '/stats/readyz', '/stats/readyz']);
  server.close();
});

test('what is no server URL is refused before anything is sent', () => {
  for (const server of ['', 'x', 'ftp://x', 'localhost:8080']) {
    assert.throws(() => connectStats({ server }), { code: 'invalid-server-url' });
  }
});
