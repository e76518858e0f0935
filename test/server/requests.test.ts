import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { bodyOf, comparable } from '../support/http-answer.js';
import { exchange, head } from '../support/http-raw.js';
import { createService } from '../support/http-service.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const encodeAll = (text: string) =>
  Array.from(text, (character) => `%${character.charCodeAt(0).toString(16)}`).join('');

describe('X-Request-Id', () => {
  for (const id of ['a', 'B7.c_d-e', '7c7b7d42-ff2f-57e0-b43e-bdac13420b81', 'x'.repeat(128)]) {
    test(`The \`X-Request-Id\` \`${id.slice(0, 40)}\` is returned as it was sent`, async () => {
      await using service = await createService('sqlite');
      for (const path of ['/livez', '/nowhere']) {
        const { headers } = await service.send('GET', path, { headers: { 'x-request-id': id } });
        assert.equal(headers['x-request-id'], id);
      }
    });
  }

  for (const id of ['', 'a b', 'a,b', 'é', '{"a":1}', 'x'.repeat(129)]) {
    test(`The \`X-Request-Id\` ${JSON.stringify(id.slice(0, 40))} is replaced with a UUID`, async () => {
      await using service = await createService('sqlite');
      const send = async () => {
        const { headers } = await service.send('GET', '/livez', { headers: { 'x-request-id': id } });
        return headers['x-request-id'] ?? '';
      };
      const first = await send();
      assert.match(first, UUID);
      assert.notEqual(await send(), first);
    });
  }
});

test('Responses of every status forbid caching and content type sniffing', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  const userId = newUserId();
  const answers = [
    await send('POST', `/courses/${courseId}`, { userId, json: sessionContent() }),
    await send('GET', `/courses/${courseId}`, { userId }),
    await send('DELETE', `/courses/${courseId}/sessions/${newSessionId()}`, { userId }),
    await send('OPTIONS', '/courses'),
    await send('GET', '/nowhere'),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [201, 200, 404, 204, 404],
  );
  for (const { headers } of answers) {
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

describe('spellings of ids and paths', () => {
  test('Ids in upper case, percent-encoded or in an absolute URL find the same session', async () => {
    await using service = await createService('sqlite');
    const { send, url, courseId } = service;
    const userId = newUserId();
    const sessionId = newSessionId();
    const path = `/courses/${courseId}/sessions/${sessionId}`;
    assert.equal((await send('PUT', path, { userId, json: sessionContent() })).status, 201);
    const expected = comparable(await send('GET', path, { userId }));
    assert.equal(expected.status, 200);

    const upper = `/courses/${courseId.toUpperCase()}/sessions/${sessionId.toUpperCase()}`;
    assert.deepEqual(comparable(await send('GET', upper, { userId: userId.toUpperCase() })), expected);
    const encoded = `/courses/${encodeAll(courseId)}/sessions/${encodeAll(sessionId)}`;
    assert.deepEqual(comparable(await send('GET', encoded, { userId })), expected);
    for (const origin of ['http://stats.example', 'HTTPS://stats.example:8443', url]) {
      const lines = [`GET ${origin}${path} HTTP/1.1`, 'Host: localhost', `X-User-Id: ${userId}`];
      assert.deepEqual(comparable(await exchange(url, head(...lines))), expected);
    }
  });

  test('A replay with its ids in upper case returns the recorded session', async () => {
    await using service = await createService('sqlite');
    const { send, courseId } = service;
    const userId = newUserId();
    const session = { sessionId: newSessionId(), ...sessionContent() };
    const first = await send('POST', `/courses/${courseId}`, { userId, json: session });
    assert.equal(first.status, 201);
    const upper = { ...session, sessionId: session.sessionId.toUpperCase() };
    const repeat = await send('POST', `/courses/${courseId.toUpperCase()}`, {
      userId: userId.toUpperCase(),
      json: upper,
    });
    assert.equal(repeat.status, 200);
    assert.equal(repeat.text, first.text);
    assert.equal(repeat.headers['location'], first.headers['location']);
  });
});

test('A plus sign in the query is a plus sign, for example in the offset of a time', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  const userId = newUserId();
  const json = sessionContent({ completedAt: '2026-11-22T09:00:00Z' });
  await send('POST', `/courses/${courseId}`, { userId, json });
  const count = async (query: string) => {
    const answer = await send('GET', `/courses/${courseId}/sessions?${query}`, { userId });
    assert.equal(answer.status, 200, answer.text);
    return answer.text.split('"sessionId"').length - 1;
  };
  assert.equal(await count('from=2026-11-22T10:00:00+01:00'), 1);
  assert.equal(await count('from=2026-11-22T10:00:00%2B01:00'), 1);
  assert.equal(await count('from=2026-11-22T10:00:00-01:00'), 0);
  assert.equal(await count('to=2026-11-22T10:00:00+01:00'), 0);
});

test('Non-ASCII text is preserved, even if a chunk of the body ends within a character', async () => {
  await using service = await createService('sqlite');
  const userId = newUserId();
  const body = Buffer.from(JSON.stringify({ name: 'Алгебра 😀' }));
  const cut = body.indexOf(0xf0) + 2;
  const chunks = [body.subarray(0, cut), body.subarray(cut)].flatMap((chunk) => [
    `${chunk.length.toString(16)}\r\n`,
    chunk,
    '\r\n',
  ]);
  const lines = [
    'POST /courses HTTP/1.1',
    'Host: localhost',
    `X-User-Id: ${userId}`,
    'Content-Type: application/json',
    'Transfer-Encoding: chunked',
  ];
  const created = await exchange(service.url, head(...lines), ...chunks, '0\r\n\r\n');
  assert.equal(created.status, 201);
  assert.match(created.text, /"name":"Алгебра 😀"/);
  assert.equal(Number(created.headers['content-length']), Buffer.byteLength(created.text));
  assert.match(JSON.stringify(bodyOf(await service.send('GET', '/courses', { userId }))), /Алгебра 😀/);
});
