import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import { describe, it, test } from 'node:test';
import { connectStats, StatsError } from '../../src/client/index.js';
import { runCli } from '../support/cli.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { listen } from '../support/ports.js';

/** Responses of a gateway, of another program or of a defective server. */
const RESPONSES: readonly (readonly [
  what: string,
  listener: RequestListener,
  code: string,
  message: RegExp,
])[] = [
  [
    'a gateway without a backend',
    (_, response) => response.writeHead(502).end('<html>'),
    'server-unavailable',
    /502/,
  ],
  [
    'another program',
    (_, response) => response.end('<html>'),
    'server-incompatible',
    /is not a compatible stats-service server/,
  ],
  [
    'unknown JSON',
    (_, response) => response.end('{"status":"ok"}'),
    'server-incompatible',
    /is not a compatible stats-service server/,
  ],
  [
    'a defect of the server',
    (_, response) =>
      response.writeHead(500, { 'X-Request-Id': 'r1' }).end('{"code":"internal-error","detail":""}'),
    'server-incompatible',
    /500 \(internal-error, request id r1\)/,
  ],
  [
    'a response without an end',
    (_, response) => {
      const write = () => {
        while (response.write(' '.repeat(1_048_576)));
      };
      response.on('drain', write);
      write();
    },
    'server-incompatible',
    /is not a compatible stats-service server/,
  ],
  [
    'a connection that is cut',
    (request) => request.socket.destroy(),
    'server-unavailable',
    /cannot be reached/,
  ],
];

// Most of the time is pauses between retries.
describe('Responses that are not from the service', { concurrency: true }, () => {
  for (const [what, listener, code, message] of RESPONSES) {
    it(`The client reports ${what} as \`${code}\``, async () => {
      await using server = createServer(listener);
      const port = await listen(server);
      await using stats = connectStats({ server: `http://127.0.0.1:${port}` });
      await assert.rejects(stats.getStats({ userId: newUserId(), courseId: newCourseId() }), {
        code,
        message,
      });
    });
  }

  it('The error for a lost response has the session id for a retry, even if none was sent', async () => {
    await using server = createServer((request) => request.socket.destroy());
    const port = await listen(server);
    await using stats = connectStats({ server: `http://127.0.0.1:${port}` });
    const learner = { userId: newUserId(), courseId: newCourseId() };
    await assert.rejects(stats.recordSession({ ...learner, session: sessionContent() }), (error) => {
      assert.ok(error instanceof StatsError);
      assert.equal(error.code, 'server-unavailable');
      const [fault] = error.faults;
      assert.ok(fault && 'pointer' in fault);
      assert.equal(fault.pointer, '/sessionId');
      assert.match(fault.detail, /^must be [0-9a-f-]{36} when the call is repeated$/);
      return true;
    });
  });
});

/** Responses of other programs, and the beginning of the message. */
const OTHER_PROGRAMS: readonly (readonly [what: string, listener: RequestListener, message: string])[] = [
  [
    'a web page',
    (_, response) => response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<html>'),
    'GET /courses returned 200 and text/html',
  ],
  [
    'a foreign error',
    (_, response) => response.writeHead(404).end('{}'),
    'GET /courses returned 404 and no content type',
  ],
  [
    'unknown JSON',
    (_, response) => response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"items":[{}]}'),
    'GET /courses returned 200 and application/json that is invalid: ',
  ],
  [
    'a redirect',
    (_, response) => response.writeHead(301, { Location: 'https://example.org/' }).end(),
    'GET /courses returned 301 and no content type, redirecting to https://example.org/',
  ],
  ['another protocol', ({ socket }) => socket.end('SSH-2.0-OpenSSH_9.2\r\n'), 'It did not reply with HTTP.'],
];

for (const [what, listener, message] of OTHER_PROGRAMS) {
  test(`The CLI reports ${what} in place of the service in one line`, async () => {
    await using server = createServer(listener);
    const url = `http://127.0.0.1:${await listen(server)}`;
    const { code, stderr } = await runCli(['course', 'list', '--server', url]);
    assert.equal(code, 1, stderr);
    const beginning = `stats-service: ${url} is not a compatible stats-service server; check the URL and any proxy in front of it. (`;
    assert.ok(stderr.startsWith(`${beginning}${message}`), stderr);
    assert.match(stderr, /^[^\n]+[\w/.]\)\n$/);
  });
}

test('The CLI reports that a server with an `https` URL does not use TLS', async () => {
  await using server = createServer();
  const url = `https://127.0.0.1:${await listen(server)}`;
  const { code, stderr } = await runCli(['course', 'list', '--server', url]);
  assert.equal(code, 1, stderr);
  assert.match(stderr, /\(It did not reply with TLS; try an http:\/\/ URL\.\)\n$/);
});

test('`deleteSession` fails if the server answers with a web page', async () => {
  await using server = createServer((_, response) => response.end('<html>'));
  const port = await listen(server);
  await using stats = connectStats({ server: `http://127.0.0.1:${port}` });
  const key = { userId: newUserId(), courseId: newCourseId(), sessionId: newSessionId() };
  await assert.rejects(stats.deleteSession(key), { code: 'server-incompatible' });
});

test('A client may be closed more than once, and then fails like `openStats`', async () => {
  await using stats = connectStats({ server: 'http://127.0.0.1:1' });
  await stats.close();
  await assert.rejects(stats.ready(), new Error('These stats are closed.'));
});

test('An aborted signal throws its reason, from calls in flight and from later ones', async () => {
  const arrived = Promise.withResolvers<void>();
  await using server = createServer(() => arrived.resolve());
  const controller = new AbortController();
  const url = `http://127.0.0.1:${await listen(server)}`;
  await using stats = connectStats({ server: url, signal: controller.signal });
  const call = stats.ready();
  await arrived.promise;
  const reason = new Error('The user has left.');
  controller.abort(reason);
  await assert.rejects(call, reason);
  await assert.rejects(stats.ready(), reason);
});

test('The client keeps the path of its server URL', async () => {
  const paths: (string | undefined)[] = [];
  await using server = createServer((request, response) => {
    paths.push(request.url);
    response.end('{"status":"ok"}');
  });
  const port = await listen(server);
  for (const path of ['', '/', '/stats', '/stats/']) {
    await using stats = connectStats({ server: `http://127.0.0.1:${port}${path}` });
    await stats.ready();
  }
  assert.deepEqual(paths, ['/readyz', '/readyz', '/stats/readyz', '/stats/readyz']);
});

test('`connectStats` throws at once for an invalid server URL', () => {
  for (const server of ['', 'x', 'ftp://x', 'localhost:8080']) {
    assert.throws(() => connectStats({ server }), { code: 'invalid-server-url' });
  }
});
