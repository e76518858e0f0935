import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newUserId } from '../support/factories.js';
import { assertProblem } from '../support/http-answer.js';
import { head, RawConnection } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';
import { createTokenService } from '../support/token-service.js';

const HOST = 'Host: localhost';
const USER = `X-User-Id: ${newUserId()}`;
const TYPE = 'Content-Type: application/json';
const BODY = '{"name":"Logic"}';
const LENGTH = `Content-Length: ${BODY.length}`;

describe('Expect: 100-continue', () => {
  test('A client that sends `Expect: 100-continue` gets 100 before it sends its body', async () => {
    await using service = await createService('sqlite');
    using connection = await RawConnection.open(service.url);
    connection.write(head('POST /courses HTTP/1.1', HOST, USER, TYPE, LENGTH, 'Expect: 100-continue'));
    assert.equal((await connection.read()).status, 100);
    connection.write(BODY);
    assert.equal((await connection.read()).status, 201);
  });

  test('The form of the sign-in gets 100, too', async () => {
    await using service = await createTokenService();
    using connection = await RawConnection.open(service.url);
    const form = `credential=${await service.createKey(['stats:read'])}`;
    const lines = ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`];
    connection.write(head('POST /dashboard/session HTTP/1.1', HOST, ...lines, 'Expect: 100-continue'));
    assert.equal((await connection.read()).status, 100);
    connection.write(form);
    assert.equal((await connection.read()).status, 303);
  });

  const refused: readonly [status: number, code: string, lines: readonly string[]][] = [
    [400, 'duplicate-header', ['POST /courses HTTP/1.1', HOST, USER, USER, TYPE, LENGTH]],
    [401, 'unauthenticated', ['POST /courses HTTP/1.1', HOST, TYPE, LENGTH]],
    [404, 'route-not-found', ['POST /course HTTP/1.1', HOST, USER, TYPE, LENGTH]],
    [405, 'method-not-allowed', ['PATCH /courses HTTP/1.1', HOST, USER, TYPE, LENGTH]],
    [413, 'body-too-large', ['POST /courses HTTP/1.1', HOST, USER, TYPE, 'Content-Length: 1048577']],
    [415, 'unsupported-media-type', ['POST /courses HTTP/1.1', HOST, USER, LENGTH]],
  ];
  for (const [status, code, lines] of refused) {
    test(`A request with \`Expect: 100-continue\` gets ${status} \`${code}\` before its body`, async () => {
      await using service = await createService('sqlite');
      using connection = await RawConnection.open(service.url);
      connection.write(head(...lines, 'Expect: 100-continue'));
      assertProblem(await connection.read(), status, code);
    });
  }
});
