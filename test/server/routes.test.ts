import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { bodyOf, comparable } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';

const NOW = '2026-11-22T10:00:00.000Z';
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

for (const dialect of DIALECTS) {
  describe(`routes on ${dialect}`, () => {
    test('`POST /courses` creates a course and returns its `Location`', async () => {
      await using service = await createService(dialect);
      const { send } = service;
      const userId = newUserId();
      const courseId = newCourseId();
      const answer = await send('POST', '/courses', { userId, json: { courseId, name: ' Logic ' } });
      assert.equal(answer.status, 201);
      assert.equal(answer.headers['content-type'], 'application/json');
      assert.equal(answer.headers['location'], `/courses/${courseId}`);
      const course = { courseId, name: 'Logic', moduleIds: [], createdAt: NOW, updatedAt: NOW };
      assert.deepEqual(bodyOf(answer), course);
      const listed = await send('GET', `/courses?courseId=${courseId}`, { userId });
      assert.deepEqual(bodyOf(listed), { items: [course], next: null });
    });

    test('`PUT /courses/{courseId}` creates a course, and then replaces it', async () => {
      await using service = await createService(dialect);
      const { send, clock } = service;
      const userId = newUserId();
      const path = `/courses/${newCourseId()}`;
      const created = await send('PUT', path, { userId, json: { name: 'Logic' } });
      assert.equal(created.status, 201);
      assert.equal(created.headers['location'], path);
      clock.advance(1_000);
      const same = await send('PUT', path, { userId, json: { name: 'Logic' } });
      assert.equal(same.status, 200);
      assert.equal(same.headers['location'], undefined);
      assert.equal(same.text, created.text);
      const replaced = await send('PUT', path, { userId, json: { name: 'Set Theory' } });
      assert.equal(replaced.status, 200);
      assert.match(replaced.text, /"name":"Set Theory".*"updatedAt":"2026-11-22T10:00:01\.000Z"/);
    });

    test('`POST /courses/{courseId}` records a session once and answers a replay with 200', async () => {
      await using service = await createService(dialect);
      const { send, courseId, clock } = service;
      const userId = newUserId();
      const session = { sessionId: newSessionId(), ...sessionContent() };
      const recorded = await send('POST', `/courses/${courseId}`, { userId, json: session });
      assert.equal(recorded.status, 201);
      const location = `/courses/${courseId}/sessions/${session.sessionId}`;
      assert.equal(recorded.headers['location'], location);
      const stored = {
        ...session,
        courseId,
        completedAt: NOW,
        moduleIds: [],
        createdAt: NOW,
        updatedAt: NOW,
      };
      assert.deepEqual(bodyOf(recorded), stored);
      clock.advance(1_000);
      const replayed = await send('POST', `/courses/${courseId}`, { userId, json: session });
      assert.equal(replayed.status, 200);
      assert.equal(replayed.headers['location'], location);
      assert.equal(replayed.text, recorded.text);
      assert.equal((await send('GET', location, { userId })).text, recorded.text);
    });

    test('`POST /courses/{courseId}` generates a UUIDv7 for a session without an id', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const userId = newUserId();
      const { headers } = await send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });
      const path = headers['location'] ?? '';
      assert.match(path.replace(`/courses/${courseId}/sessions/`, ''), UUID_V7);
      assert.equal((await send('GET', path, { userId })).status, 200);
    });

    test('`PUT` and `DELETE` of a session update the lifetime stats', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const userId = newUserId();
      const path = `/courses/${courseId}/sessions/${newSessionId()}`;
      const put = (json: unknown) => send('PUT', path, { userId, json });
      const stats = async () => bodyOf(await send('GET', `/courses/${courseId}`, { userId }));
      const empty = {
        courseId,
        sessionCount: 0,
        totalModulesStudied: 0,
        averageScore: null,
        timeStudied: 0,
        distinctModulesStudied: 0,
        moduleCount: null,
        progress: null,
        firstCompletedAt: null,
        lastCompletedAt: null,
      };
      assert.deepEqual(await stats(), empty);

      const recorded = await put(sessionContent());
      assert.equal(recorded.status, 201);
      assert.equal(recorded.headers['location'], path);
      const completions = { firstCompletedAt: NOW, lastCompletedAt: NOW };
      assert.deepEqual(await stats(), { ...empty, sessionCount: 1, ...sessionContent(), ...completions });

      const content = sessionContent({ totalModulesStudied: 1, averageScore: 0, timeStudied: 5 });
      const replaced = await put(content);
      assert.equal(replaced.status, 200);
      assert.equal(replaced.headers['location'], undefined);
      assert.equal((await send('GET', path, { userId })).text, replaced.text);
      assert.deepEqual(await stats(), { ...empty, sessionCount: 1, ...content, ...completions });

      const deleted = await send('DELETE', path, { userId });
      assert.equal(deleted.status, 204);
      assert.equal(deleted.text, '');
      assert.equal(deleted.headers['content-type'], undefined);
      assert.deepEqual(await stats(), empty);
      assert.equal((await send('DELETE', path, { userId })).status, 404);
    });
  });
}

describe('probes', () => {
  for (const path of ['/livez', '/readyz']) {
    test(`\`GET ${path}\` returns ok without a learner`, async () => {
      await using service = await createService('sqlite');
      const answer = await service.send('GET', path);
      assert.equal(answer.status, 200);
      assert.deepEqual(bodyOf(answer), { status: 'ok' });
    });
  }
});

test('`HEAD` returns the status and the headers of `GET` without the body', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  const userId = newUserId();
  const sessionId = newSessionId();
  const session = `/courses/${courseId}/sessions/${sessionId}`;
  await send('PUT', session, { userId, json: sessionContent() });
  await send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });
  const paths = [
    '/courses',
    `/courses/${courseId}`,
    `/courses/${courseId}/sessions?limit=1`,
    session,
    '/livez',
    '/readyz',
    '/openapi.json',
  ];
  for (const path of paths) {
    const got = await send('GET', path, { userId });
    assert.equal(got.status, 200);
    assert.equal(Number(got.headers['content-length']), Buffer.byteLength(got.text));
    const { status, headers } = comparable(got);
    assert.deepEqual(comparable(await send('HEAD', path, { userId })), { status, headers, text: '' });
  }
});

test('`OPTIONS` lists the methods of a path and needs no learner', async () => {
  await using service = await createService('sqlite');
  const cases = {
    '/courses': 'GET, HEAD, POST, OPTIONS',
    '/courses/x': 'GET, HEAD, POST, PUT, DELETE, OPTIONS',
    '/courses/x/sessions': 'GET, HEAD, OPTIONS',
    '/courses/x/sessions/y': 'GET, HEAD, PUT, DELETE, OPTIONS',
    '/livez': 'GET, HEAD, OPTIONS',
    '/readyz': 'GET, HEAD, OPTIONS',
    '/openapi.json': 'GET, HEAD, OPTIONS',
  };
  for (const [path, allow] of Object.entries(cases)) {
    const answer = await service.send('OPTIONS', path);
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['allow'], allow);
    assert.equal(answer.text, '');
  }
});
