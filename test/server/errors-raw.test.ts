import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newUserId } from '../support/factories.js';
import { assertFaults } from '../support/http-answer.js';
import { exchange, head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';

const MAX_BODY = 1_048_576;
const MAX_URL = 8_192;
const HOST = 'Host: localhost';
const USER = `X-User-Id: ${newUserId()}`;
const TYPE = 'Content-Type: application/json';

const target = (length: number) => '/livez?'.padEnd(length, 'x');

describe('400: duplicate headers', () => {
  const cases: readonly [name: string, repeated: readonly string[]][] = [
    ['Host', ['Host: localhost', 'host: localhost']],
    ['Content-Type', [TYPE, TYPE]],
    ['X-User-Id', [USER, USER.toUpperCase()]],
  ];
  for (const [name, repeated] of cases) {
    test(`A request with two \`${name}\` headers returns 400 and names the header`, async () => {
      await using service = await createService('sqlite');
      const others = [HOST, USER, TYPE].filter((line) => !line.startsWith(name));
      const lines = ['POST /courses HTTP/1.1', ...others, ...repeated, 'Content-Length: 2'];
      const answer = await exchange(service.url, head(...lines), '{}');
      assertFaults(answer, 400, 'duplicate-header', [name]);
    });
  }

  test('A request with several duplicate headers returns 400 and names them all', async () => {
    await using service = await createService('sqlite');
    const lines = ['GET /courses HTTP/1.1', HOST, HOST, USER, USER, USER, TYPE, TYPE];
    const answer = await exchange(service.url, head(...lines));
    assertFaults(answer, 400, 'duplicate-header', ['Host', 'X-User-Id', 'Content-Type']);
  });

  test('A request may repeat other headers, such as `Accept`', async () => {
    await using service = await createService('sqlite');
    const lines = ['GET /courses HTTP/1.1', HOST, USER, 'Accept: text/html', 'Accept: */*'];
    assert.equal((await exchange(service.url, head(...lines))).status, 200);
  });
});

describe('400: malformed requests', () => {
  test('A request without `Host` returns 400 in HTTP/1.1 and succeeds in HTTP/1.0', async () => {
    await using service = await createService('sqlite');
    const answer = await exchange(service.url, head('GET /courses HTTP/1.1', USER));
    assertFaults(answer, 400, 'malformed-request', ['Host']);
    assert.equal((await exchange(service.url, head('GET /courses HTTP/1.0', USER))).status, 200);
  });

  const cases: readonly [what: string, text: string][] = [
    ['no HTTP version', head('Hello')],
    ['an unknown method', head('STUDY /courses HTTP/1.1', HOST)],
    ['a header without a colon', head('GET /courses HTTP/1.1', HOST, 'X-User-Id')],
    ['a space in the target', head('GET /courses x HTTP/1.1', HOST)],
    ['two framings', head('POST /courses HTTP/1.1', HOST, 'Content-Length: 2', 'Transfer-Encoding: chunked')],
    ['two lengths', head('POST /courses HTTP/1.1', HOST, 'Content-Length: 2', 'Content-Length: 3')],
  ];
  for (const [what, text] of cases) {
    test(`A request with ${what} returns 400 and closes the connection`, async () => {
      await using service = await createService('sqlite');
      using connection = await RawConnection.open(service.url);
      connection.write(text);
      const answer = await connection.read();
      assertFaults(answer, 400, 'malformed-request', []);
      assert.equal(answer.headers['connection'], 'close');
      await connection.assertEnded();
    });
  }

  test('A chunked body with an invalid chunk length returns 400 and is not logged', async () => {
    await using service = await createService('sqlite');
    const lines = ['POST /courses HTTP/1.1', HOST, USER, TYPE, 'Transfer-Encoding: chunked'];
    const answer = await exchange(service.url, head(...lines), 'zz\r\n{}\r\n');
    assertFaults(answer, 400, 'malformed-request', []);
    assert.deepEqual(service.reported, []);
  });
});

describe('408: slow requests', () => {
  const cases: readonly [what: string, text: string][] = [
    ['the beginning of a method', 'GE'],
    ['half of the headers', `GET /courses HTTP/1.1\r\n${HOST}\r\n`],
    [
      'half of a declared body',
      `${head('POST /courses HTTP/1.1', HOST, USER, TYPE, 'Content-Length: 9')}{"na`,
    ],
    [
      'half of a chunked body',
      `${head('POST /courses HTTP/1.1', HOST, USER, TYPE, 'Transfer-Encoding: chunked')}2\r\n{}\r\n`,
    ],
  ];
  for (const [what, text] of cases) {
    test(`A client that sends only ${what} gets 408, and its connection is closed`, async () => {
      await using service = await createService('sqlite', { requestTimeout: 100 });
      using connection = await RawConnection.open(service.url);
      connection.write(text);
      const answer = await connection.read();
      assertFaults(answer, 408, 'request-timeout', []);
      assert.equal(answer.headers['connection'], 'close');
      await connection.assertEnded();
      assert.deepEqual(service.reported, []);
    });
  }

  test('A connection without a request is closed at the request timeout without a 408', async () => {
    await using service = await createService('sqlite', { requestTimeout: 100 });
    using connection = await RawConnection.open(service.url);
    await connection.assertEnded();
  });
});

describe('413: bodies over 1 MiB', () => {
  test('A `Content-Length` over 1 MiB returns 413 before the client sends the body', async () => {
    await using service = await createService('sqlite');
    using connection = await RawConnection.open(service.url);
    const length = `Content-Length: ${MAX_BODY + 1}`;
    connection.write(head('POST /courses HTTP/1.1', HOST, USER, TYPE, length));
    assertFaults(await connection.read(), 413, 'body-too-large', ['']);
    await connection.assertEnded();
  });

  test('A chunked body returns 413 as soon as it exceeds 1 MiB', async () => {
    await using service = await createService('sqlite');
    using connection = await RawConnection.open(service.url);
    connection.write(head('POST /courses HTTP/1.1', HOST, USER, TYPE, 'Transfer-Encoding: chunked'));
    const body = '{"name":"Logic"}'.padEnd(MAX_BODY + 1);
    connection.write(`${body.length.toString(16)}\r\n${body}`);
    const answer = await connection.read();
    assertFaults(answer, 413, 'body-too-large', ['']);
    assert.equal(answer.headers['connection'], 'close');
    await connection.assertEnded();
  });

  test('A chunked body of exactly 1 MiB is accepted', async () => {
    await using service = await createService('sqlite');
    const body = '{"name":"Logic"}'.padEnd(MAX_BODY);
    const lines = ['POST /courses HTTP/1.1', HOST, USER, TYPE, 'Transfer-Encoding: chunked'];
    const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`;
    assert.equal((await exchange(service.url, head(...lines), chunk)).status, 201);
  });
});

describe('414: URLs over 8 KiB', () => {
  test('A URL of 8 KiB is accepted', async () => {
    await using service = await createService('sqlite');
    const answer = await exchange(service.url, head(`GET ${target(MAX_URL)} HTTP/1.1`, HOST));
    assert.equal(answer.status, 200);
  });

  for (const length of [MAX_URL + 1, 20_000, 30_000]) {
    test(`A URL of ${length} bytes returns 414`, async () => {
      await using service = await createService('sqlite');
      const answer = await exchange(service.url, head(`GET ${target(length)} HTTP/1.1`, HOST));
      assertFaults(answer, 414, 'uri-too-long', []);
    });
  }
});

describe('431: headers too large', () => {
  test('A header of 16 KB is accepted together with the longest URL', async () => {
    await using service = await createService('sqlite');
    const line = `GET ${target(MAX_URL)} HTTP/1.1`;
    const answer = await exchange(service.url, head(line, HOST, `X: ${'x'.repeat(16_000)}`));
    assert.equal(answer.status, 200);
  });

  test('Headers of 25 KB return 431, whether in one header or in many', async () => {
    await using service = await createService('sqlite');
    const many = Array.from({ length: 1_000 }, (_, index) => `X-${index}: ${'x'.repeat(20)}`);
    for (const lines of [[`X: ${'x'.repeat(25_000)}`], many]) {
      using connection = await RawConnection.open(service.url);
      connection.write(head('GET /livez HTTP/1.1', HOST, ...lines));
      const answer = await connection.read();
      assertFaults(answer, 431, 'headers-too-large', []);
      assert.equal(answer.headers['connection'], 'close');
      await connection.assertEnded();
    }
  });
});
