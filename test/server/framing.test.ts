import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { newUserId, sessionContent } from '../support/factories.js';
import { assertFaults, assertProblem } from '../support/http-answer.js';
import { exchange, head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';

const HOST = 'Host: localhost';
const TYPE = 'Content-Type: application/json';
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('request smuggling', () => {
  const shapes: readonly [what: string, framing: readonly string[], body: (text: string) => string][] = [
    ['a length and chunks', ['Content-Length: 4', 'Transfer-Encoding: chunked'], chunked],
    ['chunks and a length', ['Transfer-Encoding: chunked', 'Content-Length: 4'], chunked],
    ['two lengths', ['Content-Length: 2', 'Content-Length: 60'], (text) => text],
    ['two lengths in one header', ['Content-Length: 2, 60'], (text) => text],
    ['a length with a sign', ['Content-Length: +2'], (text) => text],
    ['a hexadecimal length', ['Content-Length: 0x2'], (text) => text],
    ['an unknown encoding', ['Transfer-Encoding: xchunked'], chunked],
    ['a space before a colon', ['Transfer-Encoding : chunked'], chunked],
    ['a space before a header name', ['X: 1', ' Transfer-Encoding: chunked'], chunked],
    ['chunked before another encoding', ['Transfer-Encoding: chunked, identity'], chunked],
    ['encodings in two headers', ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], chunked],
    ['a vertical tab in a header', ['Transfer-Encoding: \vchunked'], chunked],
    ['NUL in a header', ['X: a\0b', 'Content-Length: 2'], (text) => text],
  ];
  for (const [what, framing, body] of shapes) {
    test(`A request with ${what} returns 400, and the request behind it is not run`, async () => {
      await using service = await createService('sqlite');
      const { url, courseId, stats } = service;
      const userId = newUserId();
      using connection = await RawConnection.open(url);
      const text = JSON.stringify(sessionContent());
      const line = `POST /courses/${courseId} HTTP/1.1`;
      const user = `X-User-Id: ${userId}`;
      const smuggled = head(line, HOST, user, TYPE, `Content-Length: ${text.length}`) + text;
      connection.write(head('POST /courses HTTP/1.1', HOST, user, TYPE, ...framing) + body('{}') + smuggled);
      const answer = await connection.read();
      assertProblem(answer, 400, 'malformed-request');
      assert.equal(answer.headers['connection'], 'close');
      assert.match(answer.headers['x-request-id'] ?? '', UUID);
      await connection.assertEnded();
      assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 0);
      assert.deepEqual(service.reported, []);
    });
  }

  test('A request whose lines end with a bare line feed returns 400', async () => {
    await using service = await createService('sqlite');
    const answer = await exchange(service.url, `GET /livez HTTP/1.1\n${HOST}\n\n`);
    assertFaults(answer, 400, 'malformed-request', []);
  });
});

describe('requests outside the API', () => {
  test('`CONNECT` returns 405 and closes its connection, and the server keeps running', async () => {
    await using service = await createService('sqlite');
    using connection = await RawConnection.open(service.url);
    connection.write(head('CONNECT example.com:443 HTTP/1.1', HOST));
    const answer = await connection.read();
    assertFaults(answer, 405, 'method-not-allowed', []);
    assert.equal(answer.headers['allow'], '');
    assert.match(answer.headers['x-request-id'] ?? '', UUID);
    await connection.assertEnded();
    assert.equal((await service.send('GET', '/livez')).status, 200);
  });

  test('A client that resets its connection after `CONNECT` does not stop the server', async () => {
    await using service = await createService('sqlite');
    const { hostname, port } = new URL(service.url);
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(Number(port), hostname);
      socket.write(head('CONNECT example.com:443 HTTP/1.1', HOST), () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    assert.equal((await service.send('GET', '/livez')).status, 200);
  });

  test('A request with `Upgrade` is answered like any other request', async () => {
    await using service = await createService('sqlite');
    const lines = ['GET /livez HTTP/1.1', HOST, 'Connection: Upgrade', 'Upgrade: websocket'];
    assert.equal((await exchange(service.url, head(...lines))).status, 200);
  });

  test('A request with an unknown `Expect` returns 417', async () => {
    await using service = await createService('sqlite');
    const lines = ['GET /livez HTTP/1.1', HOST, 'Expect: foo', 'X-Request-Id: mine'];
    const answer = await exchange(service.url, head(...lines));
    assertFaults(answer, 417, 'expectation-failed', ['Expect']);
    assert.equal(answer.headers['x-request-id'], 'mine');
  });

  test('`OPTIONS *` lists every method, and `GET *` returns 404', async () => {
    await using service = await createService('sqlite');
    const answer = await exchange(service.url, head('OPTIONS * HTTP/1.1', HOST));
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['allow'], 'GET, HEAD, POST, PUT, DELETE, OPTIONS');
    assertProblem(await exchange(service.url, head('GET * HTTP/1.1', HOST)), 404, 'route-not-found');
  });
});

describe('encoded and dotted paths', () => {
  for (const [path, status, code] of [
    ['/courses%2F', 404, 'route-not-found'],
    ['/%63ourses', 404, 'route-not-found'],
    ['/courses/../livez', 404, 'route-not-found'],
    ['/./livez', 404, 'route-not-found'],
    ['/livez%00', 404, 'route-not-found'],
    ['/courses/%00', 400, 'invalid-request'],
    ['/courses/%2F', 400, 'invalid-request'],
    ['/courses/%C0%AF', 400, 'invalid-request'],
  ] as const) {
    test(`A raw \`GET ${path}\` returns ${status} \`${code}\``, async () => {
      await using service = await createService('sqlite');
      // Sent raw, because a client would normalize the path.
      const lines = [`GET ${path} HTTP/1.1`, HOST, `X-User-Id: ${newUserId()}`];
      assertProblem(await exchange(service.url, head(...lines)), status, code);
    });
  }
});

for (const { depth, isTold } of [
  { depth: 2_000, isTold: true },
  { depth: 100_000, isTold: false },
]) {
  test(`A body nested ${depth} levels deep returns 400 like any other invalid body`, async () => {
    await using service = await createService('sqlite');
    const userId = newUserId();
    const deep = `${'['.repeat(depth)}${']'.repeat(depth)}`;
    const path = `/courses/${service.courseId}`;
    for (const [body, places] of [
      [deep, ['']],
      [`{"totalModulesStudied":1,"averageScore":1,"timeStudied":${deep}}`, ['/timeStudied']],
      [`{"totalModulesStudied":1,"averageScore":1,"timeStudied":1,"moduleIds":${deep}}`, ['/moduleIds/0']],
      [
        `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
        ['/a', '/averageScore', '/timeStudied', '/totalModulesStudied'],
      ],
    ] as const) {
      const answer = await service.send('POST', path, { userId, body });
      assertFaults(answer, 400, 'invalid-request', isTold ? places : ['']);
    }
    const cut = await service.send('POST', path, { userId, body: '['.repeat(depth) });
    assertFaults(cut, 400, isTold ? 'malformed-json' : 'invalid-request', ['']);
    assert.deepEqual(service.reported, []);
  });
}
