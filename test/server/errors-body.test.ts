import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';

const MAX_BODY = 1_048_576;
const JSON_TYPE = { 'content-type': 'application/json' };

describe('400: bodies that are not JSON in UTF-8', () => {
  const cases: readonly [what: string, body: string | Buffer, code: string][] = [
    ['no content', '', 'malformed-json'],
    ['its end cut off', '{"name":"Logic"', 'malformed-json'],
    ['trailing text', '{"name":"Logic"} {}', 'malformed-json'],
    ['a key twice', '{"name":"Logic","na\\u006de":"Set theory"}', 'malformed-json'],
    ['single quotes', "{'name':'Logic'}", 'malformed-json'],
    ['a byte that is invalid in UTF-8', Buffer.from('{"name":"Logic\xFF"}', 'latin1'), 'invalid-utf-8'],
    ['latin1 text', Buffer.from('{"name":"Algèbre"}', 'latin1'), 'invalid-utf-8'],
    ['half a surrogate pair in UTF-8', Buffer.from('{"name":"\xED\xA0\x80"}', 'latin1'), 'invalid-utf-8'],
    ['UTF-16 text', Buffer.from('\uFEFF{"name":"Logic"}', 'utf16le'), 'invalid-utf-8'],
  ];
  for (const [what, body, code] of cases) {
    test(`A JSON body with ${what} returns 400 \`${code}\``, async () => {
      await using service = await createService('sqlite');
      const answer = await service.send('POST', '/courses', {
        userId: newUserId(),
        body,
        headers: JSON_TYPE,
      });
      assertFaults(answer, 400, code, ['']);
    });
  }
});

describe('413: bodies over 1 MiB', () => {
  const course = JSON.stringify({ name: 'Logic' });

  test('A body of 1 MiB is accepted, and a `Content-Length` over 1 MiB returns 413', async () => {
    await using service = await createService('sqlite');
    const userId = newUserId();
    const largest = await service.send('POST', '/courses', { userId, body: course.padEnd(MAX_BODY) });
    assert.equal(largest.status, 201);
    const answer = await service.send('POST', '/courses', { userId, body: course.padEnd(MAX_BODY + 1) });
    assertFaults(answer, 413, 'body-too-large', ['']);
    assert.equal(answer.headers['connection'], 'close');
  });
});

describe('415: bodies that are not declared as JSON', () => {
  const refused: readonly [what: string, headers: Readonly<Record<string, string>>, place: string][] = [
    ['no type', { 'content-type': '' }, 'Content-Type'],
    ['a text type', { 'content-type': 'text/plain' }, 'Content-Type'],
    ['a form type', { 'content-type': 'application/x-www-form-urlencoded' }, 'Content-Type'],
    ['a JSON Patch type', { 'content-type': 'application/json-patch+json' }, 'Content-Type'],
    ['a latin1 charset', { 'content-type': 'application/json; charset=iso-8859-1' }, 'Content-Type'],
    ['gzip compression', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'Content-Encoding'],
  ];
  for (const [what, headers, place] of refused) {
    test(`A JSON body declared with ${what} returns 415 and names \`${place}\``, async () => {
      await using service = await createService('sqlite');
      const { send, courseId } = service;
      const options = { userId: newUserId(), json: sessionContent(), headers };
      for (const [method, path] of [
        ['POST', `/courses/${courseId}`],
        ['PUT', `/courses/${courseId}/sessions/${newSessionId()}`],
      ] as const) {
        assertFaults(await send(method, path, options), 415, 'unsupported-media-type', [place]);
      }
    });
  }

  for (const type of [
    'application/json; charset=utf-8',
    'Application/JSON;charset="UTF-8"',
    'application/json ; charset=UTF-8',
  ]) {
    test(`A body with \`Content-Type: ${type}\` is accepted`, async () => {
      await using service = await createService('sqlite');
      const options = { userId: newUserId(), json: { name: 'Logic' }, headers: { 'content-type': type } };
      assert.equal((await service.send('POST', '/courses', options)).status, 201);
    });
  }
});
