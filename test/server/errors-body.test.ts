import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';

const MAX_BODY = 1_048_576;
const JSON_TYPE = { 'content-type': 'application/json' };

describe('400: a body that is not JSON in UTF-8', () => {
  const cases: readonly [what: string, body: string | Buffer, code: string][] = [
    ['empty', '', 'malformed-json'],
    ['cut off', '{"name":"Logic"', 'malformed-json'],
    ['followed by more', '{"name":"Logic"} {}', 'malformed-json'],
    ['single quotes', "{'name':'Logic'}", 'malformed-json'],
    ['a byte that UTF-8 never has', Buffer.from('{"name":"Logic\xFF"}', 'latin1'), 'invalid-utf-8'],
    ['latin1', Buffer.from('{"name":"Algèbre"}', 'latin1'), 'invalid-utf-8'],
    ['half a surrogate pair in UTF-8', Buffer.from('{"name":"\xED\xA0\x80"}', 'latin1'), 'invalid-utf-8'],
    ['UTF-16', Buffer.from('\uFEFF{"name":"Logic"}', 'utf16le'), 'invalid-utf-8'],
  ];
  for (const [what, body, code] of cases) {
    test(what, async () => {
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

describe('413: a body over 1 MiB', () => {
  const course = JSON.stringify({ name: 'Logic' });

  test('a declared one, and none to the byte', async () => {
    await using service = await createService('sqlite');
    const userId = newUserId();
    const largest = await service.send('POST', '/courses', { userId, body: course.padEnd(MAX_BODY) });
    assert.equal(largest.status, 201);
    const answer = await service.send('POST', '/courses', { userId, body: course.padEnd(MAX_BODY + 1) });
    assertFaults(answer, 413, 'body-too-large', ['']);
    assert.equal(answer.headers['connection'], 'close');
  });
});

describe('415: a body that is not declared as JSON', () => {
  const refused: readonly [what: string, headers: Readonly<Record<string, string>>, place: string][] = [
    ['no type', { 'content-type': '' }, 'Content-Type'],
    ['text', { 'content-type': 'text/plain' }, 'Content-Type'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'Content-Type'],
    ['JSON of another kind', { 'content-type': 'application/json-patch+json' }, 'Content-Type'],
    ['latin1', { 'content-type': 'application/json; charset=iso-8859-1' }, 'Content-Type'],
    ['compressed', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 'Content-Encoding'],
  ];
  for (const [what, headers, place] of refused) {
    test(what, async () => {
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
    test(`${type} is taken`, async () => {
      await using service = await createService('sqlite');
      const options = { userId: newUserId(), json: { name: 'Logic' }, headers: { 'content-type': type } };
      assert.equal((await service.send('POST', '/courses', options)).status, 201);
    });
  }
});
