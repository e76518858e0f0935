import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults, assertProblem } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';

describe('401: missing or invalid X-User-Id', () => {
  const uuid = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
  const cases: readonly [what: string, userId: string | undefined][] = [
    ['missing', undefined],
    ['empty', ''],
    ['a name', 'ada'],
    ['a UUID in braces', `{${uuid}}`],
    ['two UUIDs', `${uuid}, ${uuid}`],
  ];
  for (const [what, userId] of cases) {
    test(`A request whose \`X-User-Id\` is ${what} returns 401`, async () => {
      await using service = await createService('sqlite');
      const { send, courseId } = service;
      const named = userId === undefined ? {} : { userId };
      for (const path of ['/courses', `/courses/${courseId}`, `/courses/${courseId}/sessions`]) {
        const answer = await send('GET', path, named);
        assertFaults(answer, 401, 'unauthenticated', ['X-User-Id']);
        assert.equal(answer.headers['www-authenticate'], 'X-User-Id');
      }
      // A 401 does not report other errors.
      const answer = await send('POST', '/courses/x?y=1', { ...named, body: '{' });
      assertFaults(answer, 401, 'unauthenticated', ['X-User-Id']);
    });
  }
});

describe('404: unknown paths', () => {
  for (const path of [
    '/course',
    '/Courses',
    '/courses/',
    '//courses',
    '/courses/x/',
    '/courses//sessions',
    '/courses/x/session',
    '/courses/x/sessions/',
    '/courses/x/sessions/y/z',
    '/livez/',
    '/courses;v=1',
  ]) {
    test(`Every method on \`${path}\` returns 404 \`route-not-found\``, async () => {
      await using service = await createService('sqlite');
      for (const method of ['GET', 'POST', 'OPTIONS', 'PATCH']) {
        const answer = await service.send(method, path, { userId: newUserId() });
        assertFaults(answer, 404, 'route-not-found', []);
      }
    });
  }
});

test('Session and stats routes return 404 for an unknown course or an unknown session', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  const userId = newUserId();
  const json = sessionContent();
  const missing = `/courses/${newCourseId()}`;
  const sessionId = newSessionId();
  const courses = [
    await send('POST', missing, { userId, json }),
    await send('GET', missing, { userId }),
    await send('GET', `${missing}/sessions`, { userId }),
    await send('GET', `${missing}/sessions/${sessionId}`, { userId }),
    await send('PUT', `${missing}/sessions/${sessionId}`, { userId, json }),
    await send('DELETE', `${missing}/sessions/${sessionId}`, { userId }),
  ];
  for (const answer of courses) assertFaults(answer, 404, 'course-not-found', ['courseId']);
  const session = `/courses/${courseId}/sessions/${sessionId}`;
  for (const method of ['GET', 'DELETE']) {
    assertFaults(await send(method, session, { userId }), 404, 'session-not-found', ['sessionId']);
  }
});

describe('405: methods that a path does not support', () => {
  const cases: readonly [path: string, allow: string, methods: readonly string[]][] = [
    ['/courses', 'GET, HEAD, POST, OPTIONS', ['PUT', 'DELETE', 'PATCH', 'TRACE']],
    ['/courses/x', 'GET, HEAD, POST, PUT, DELETE, OPTIONS', ['PATCH']],
    ['/courses/x/sessions', 'GET, HEAD, OPTIONS', ['POST', 'PUT', 'DELETE']],
    ['/courses/x/sessions/y', 'GET, HEAD, PUT, DELETE, OPTIONS', ['POST', 'PATCH']],
    ['/livez', 'GET, HEAD, OPTIONS', ['POST', 'DELETE']],
    ['/readyz', 'GET, HEAD, OPTIONS', ['POST']],
    ['/openapi.json', 'GET, HEAD, OPTIONS', ['PUT']],
  ];
  for (const [path, allow, methods] of cases) {
    test(`Other methods on \`${path}\` return 405 with \`Allow: ${allow}\``, async () => {
      await using service = await createService('sqlite');
      for (const method of methods) {
        const answer = await service.send(method, path);
        assertFaults(answer, 405, 'method-not-allowed', []);
        assert.equal(answer.headers['allow'], allow);
      }
    });
  }
});

describe('409: conflicts with stored data', () => {
  test('A course with the id or the name of another course returns 409', async () => {
    await using service = await createService('sqlite');
    const { send, courseId } = service;
    const userId = newUserId();
    const add = (json: unknown) => send('POST', '/courses', { userId, json });
    const id = await add({ courseId: courseId.toUpperCase(), name: 'Logic' });
    assertFaults(id, 409, 'course-id-taken', ['/courseId']);
    assertFaults(await add({ name: ' Algebra ' }), 409, 'course-name-taken', ['/name']);
    assertFaults(await add({ courseId, name: 'Algebra' }), 409, 'course-id-taken', ['/courseId', '/name']);
    const set = await send('PUT', `/courses/${newCourseId()}`, { userId, json: { name: 'Algebra' } });
    assertFaults(set, 409, 'course-name-taken', ['/name']);
  });

  test('`POST` of a session with an existing id and other content returns 409', async () => {
    await using service = await createService('sqlite');
    const { send, courseId } = service;
    const userId = newUserId();
    const session = { sessionId: newSessionId(), ...sessionContent() };
    const first = await send('POST', `/courses/${courseId}`, { userId, json: session });
    assert.equal(first.status, 201);
    for (const other of [
      { totalModulesStudied: 7 },
      { averageScore: 68.4001 },
      { timeStudied: 280_001 },
      { completedAt: '2026-11-22T10:00:00.001Z' },
    ]) {
      const answer = await send('POST', `/courses/${courseId}`, { userId, json: { ...session, ...other } });
      assertFaults(answer, 409, 'session-conflict', ['/sessionId']);
    }
    const stored = await send('GET', `/courses/${courseId}/sessions/${session.sessionId}`, { userId });
    assert.equal(stored.text, first.text);
  });
});

test('`HEAD` of an unknown path returns the headers of the problem without its body', async () => {
  await using service = await createService('sqlite');
  const got = await service.send('GET', '/nowhere');
  assertProblem(got, 404, 'route-not-found');
  const { status, headers, text } = await service.send('HEAD', '/nowhere');
  assert.equal(status, 404);
  assert.equal(headers['content-type'], 'application/problem+json');
  assert.equal(headers['content-length'], got.headers['content-length']);
  assert.equal(text, '');
});
