import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { DocumentedClient } from '../support/http-documented.js';
import { createService } from '../support/http-service.js';

test('The server returns every documented success, and each matches its schema', async () => {
  await using service = await createService('sqlite');
  const client = await DocumentedClient.of(service.send);
  const { courseId } = service;
  const userId = newUserId();
  const sessionId = newSessionId();
  const session = { sessionId: newSessionId(), ...sessionContent() };
  const zero = sessionContent({ totalModulesStudied: 0, averageScore: 0, timeStudied: 0 });

  await client.call('live');
  await client.call('whoami', { userId });
  await client.call('ready');
  await client.call('getStats', { userId, courseId });
  await client.call('listSessions', { userId, courseId });
  await client.call('addCourse', { userId, json: { name: 'Logic' } });
  const set = { userId, courseId: newCourseId(), json: { name: 'Set Theory' } };
  await client.call('setCourse', set);
  await client.call('setCourse', set);
  await client.call('deleteCourse', set);
  await client.call('setCourse', set);
  await client.call('listCourses', { userId });
  await client.call('listCourses', { userId, query: '?limit=1' });
  const enrolment = { userId, courseId, json: { displayName: 'Ann', groups: ['b', 'a'] } };
  await client.call('enrolLearner', enrolment);
  await client.call('enrolLearner', enrolment);
  await client.call('unenrolLearner', { userId, courseId });
  await client.call('getSummary', { userId, courseId });
  await client.call('getCourseActivity', { userId, courseId });
  await client.call('recordSession', { userId, courseId, json: session });
  await client.call('recordSession', { userId, courseId, json: session });
  const batch = [session, { ...session, userId }, session].map((each) => ({ userId, courseId, ...each }));
  await client.call('recordSessions', { userId, json: { sessions: batch } });
  await client.call('putSession', { userId, courseId, sessionId, json: zero });
  await client.call('putSession', {
    userId,
    courseId,
    sessionId,
    json: sessionContent({ averageScore: 0.1 }),
  });
  await client.call('getSession', { userId, courseId, sessionId });
  await client.call('getStats', { userId, courseId });
  await client.call('listSessions', { userId, courseId, query: '?limit=1' });
  await client.call('getHistory', { userId, courseId, query: '?interval=week' });
  await client.call('enrolLearner', { ...enrolment, userId: newUserId() });
  await client.call('listLearners', { userId, courseId, query: '?sort=progress&order=desc&limit=1' });
  await client.call('getLearner', { userId, courseId });
  await client.call('getSummary', { userId, courseId });
  await client.call('getCourseActivity', { userId, courseId, query: '?timeZone=Asia/Tokyo' });
  await client.call('drawHistory', { userId, courseId, query: '?measure=averageScore&width=320' });
  await client.call('drawCourseActivity', { userId, courseId });
  await client.call('getLearnerActivity', { userId, query: '?timeZone=Europe/London&dayStart=04:00' });
  await client.call('listStudiedCourses', { userId });
  await client.call('deleteSession', { userId, courseId, sessionId });
  await client.call('eraseUser', { userId });
  await client.call('listStudiedCourses', { userId });
  await client.call('metrics');
  await client.call('docs');

  const successes = client.endpoints.flatMap(({ operationId, responses }) =>
    Object.keys(responses)
      .filter((status) => Number(status) < 400)
      .map((status) => `${operationId} ${status}`),
  );
  // The calls above used the description itself.
  assert.deepEqual(client.seen, new Set(successes.filter((success) => success !== 'describe 200')));
});

describe('documented problems', () => {
  for (const [status, request] of [
    [401, { userId: 'ada' }],
    [400, { userId: newUserId(), query: '?unknown=1' }],
    [400, { userId: newUserId(), query: '?unknown=1&unknown=2' }],
    [414, { userId: newUserId(), query: `?${'x'.repeat(8_192)}` }],
  ] as const) {
    test(`Calls with ${Object.values(request).at(-1)?.slice(0, 22)} get a documented ${status}`, async () => {
      await using service = await createService('sqlite');
      const client = await DocumentedClient.of(service.send);
      for (const { operationId, requestBody, userHeader } of client.endpoints) {
        if (userHeader === undefined) continue;
        const json = operationId.endsWith('Course') ? { name: 'Logic' } : sessionContent();
        const answer = await client.call(operationId, { ...request, ...(requestBody && { json }) });
        assert.equal(answer.status, status, operationId);
      }
    });
  }

  for (const [status, request] of [
    [400, { body: '{' }],
    [400, { body: Buffer.from([0x22, 0xff, 0x22]) }],
    [400, { json: { sessionId: 7, name: 7, 'a/b': null } }],
    [413, { body: ' '.repeat(1_048_577) }],
    [415, { json: {}, headers: { 'content-type': 'text/plain' } }],
  ] as const) {
    test(`Calls with ${JSON.stringify(request).slice(0, 60)} get a documented ${status}`, async () => {
      await using service = await createService('sqlite');
      const client = await DocumentedClient.of(service.send);
      for (const { operationId, requestBody } of client.endpoints) {
        if (!requestBody) continue;
        const answer = await client.call(operationId, { userId: newUserId(), ...request });
        assert.equal(answer.status, status, operationId);
      }
    });
  }

  test('Unknown resources return a documented 404, and conflicts a documented 409', async () => {
    await using service = await createService('sqlite');
    const client = await DocumentedClient.of(service.send);
    const { courseId } = service;
    const userId = newUserId();
    const json = { sessionId: newSessionId(), ...sessionContent() };
    await client.call('recordSession', { userId, courseId, json });
    const answers = [
      await client.call('recordSession', { userId, courseId, json: { ...json, timeStudied: 1 } }),
      await client.call('addCourse', { userId, json: { name: 'Algebra' } }),
      await client.call('addCourse', { userId, json: { courseId, name: 'Logic' } }),
      await client.call('setCourse', { userId, json: { name: 'Algebra' } }),
      await client.call('getSession', { userId, courseId }),
      await client.call('deleteSession', { userId, courseId }),
      await client.call('enrolLearner', { userId, json: {} }),
      await client.call('unenrolLearner', { userId, courseId }),
      await client.call('unenrolLearner', { userId }),
      await client.call('recordSession', { userId, json }),
      await client.call('putSession', { userId, json: sessionContent() }),
      await client.call('getSession', { userId }),
      await client.call('deleteSession', { userId }),
      await client.call('listSessions', { userId }),
      await client.call('getStats', { userId }),
      await client.call('getHistory', { userId, query: '?interval=day' }),
      await client.call('listLearners', { userId }),
      await client.call('getLearner', { userId: newUserId(), courseId }),
      await client.call('getLearner', { userId }),
      await client.call('getSummary', { userId }),
      await client.call('getCourseActivity', { userId }),
    ];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [409, 409, 409, 409, ...Array.from({ length: 17 }, () => 404)],
    );
  });
});

describe('bodies and their schemas', () => {
  const session = sessionContent();
  const bodies: readonly [operation: string, body: unknown, accepted: boolean][] = [
    ['recordSession', session, true],
    ['recordSession', { ...session, sessionId: newSessionId().toUpperCase() }, true],
    ['recordSession', { ...session, completedAt: '2026-11-22T10:00:00+01:00' }, true],
    ['recordSession', { totalModulesStudied: 100_000, averageScore: 1e6, timeStudied: 1_000_000_000 }, true],
    ['recordSession', { totalModulesStudied: 0, averageScore: 0, timeStudied: 0 }, true],
    ['recordSession', { ...session, moduleIds: [] }, true],
    ['recordSession', { ...session, moduleIds: ['b', 'a', '!'.repeat(128), 'a'] }, true],
    ['recordSession', { ...session, moduleIds: ['a;b'] }, false],
    ['recordSession', { ...session, moduleIds: ['a b'] }, false],
    ['recordSession', { ...session, moduleIds: [''] }, false],
    ['recordSession', { ...session, moduleIds: ['a'.repeat(129)] }, false],
    ['recordSession', { ...session, moduleIds: [1] }, false],
    ['recordSession', { ...session, moduleIds: 'a' }, false],
    ['recordSession', { ...session, moduleIds: null }, false],
    ['recordSession', { ...session, moduleIds: Array.from({ length: 1_000 }, () => 'a') }, true],
    ['recordSession', { ...session, moduleIds: Array.from({ length: 1_001 }, () => 'a') }, false],
    ['recordSession', { ...session, sessionId: 'x' }, false],
    ['recordSession', { ...session, sessionId: null }, false],
    ['recordSession', { ...session, completedAt: 'yesterday' }, false],
    ['recordSession', { ...session, totalModulesStudied: 100_001 }, false],
    ['recordSession', { ...session, totalModulesStudied: 1.5 }, false],
    ['recordSession', { ...session, totalModulesStudied: '6' }, false],
    ['recordSession', { ...session, averageScore: 1_000_000.1 }, false],
    ['recordSession', { ...session, averageScore: -0.1 }, false],
    ['recordSession', { ...session, timeStudied: 1_000_000_001 }, false],
    ['recordSession', { totalModulesStudied: 1, averageScore: 1 }, false],
    ['recordSession', { ...session, score: 1 }, false],
    ['recordSession', [session], false],
    ['putSession', session, true],
    ['putSession', { ...session, sessionId: newSessionId() }, false],
    ['addCourse', { name: 'Logic' }, true],
    ['addCourse', { courseId: newCourseId(), name: '\u{1F600}'.repeat(255) }, true],
    ['addCourse', { name: 'Logic', moduleIds: ['b', 'a'] }, true],
    ['addCourse', { name: 'Logic', moduleIds: ['é'] }, false],
    ['addCourse', { name: '' }, false],
    ['addCourse', { name: ' ' }, false],
    ['addCourse', { name: 3 }, false],
    ['addCourse', { courseId: 'x', name: 'Logic' }, false],
    ['enrolLearner', {}, true],
    ['enrolLearner', { displayName: null, groups: null }, true],
    ['enrolLearner', { displayName: 'Ann', groups: ['b', 'a', 'a'] }, true],
    ['enrolLearner', { displayName: ' ' }, false],
    ['enrolLearner', { displayName: 1 }, false],
    ['enrolLearner', { groups: 'a' }, false],
    ['enrolLearner', { groups: ['a;b'] }, false],
    ['enrolLearner', { groups: [' '] }, false],
    ['enrolLearner', { groups: Array.from({ length: 20 }, (_, index) => String(index)) }, true],
    ['enrolLearner', { groups: Array.from({ length: 21 }, (_, index) => String(index)) }, false],
    ['enrolLearner', { name: 'Ann' }, false],
    ['setCourse', { name: 'Logic' }, true],
    ['setCourse', { courseId: newCourseId(), name: 'Logic' }, false],
  ];
  for (const [operation, json, accepted] of bodies) {
    test(`\`${operation}\` ${accepted ? 'accepts' : 'rejects'} ${JSON.stringify(json).slice(0, 88)}`, async () => {
      await using service = await createService('sqlite');
      const client = await DocumentedClient.of(service.send);
      const courseId = operation === 'setCourse' ? newCourseId() : service.courseId;
      const { status } = await client.call(operation, { userId: newUserId(), courseId, json });
      assert.equal(status, accepted ? 201 : 400);
      const { content } = client.endpoint(operation).requestBody ?? {};
      const schema = content?.['application/json']?.schema;
      assert.ok(schema);
      assert.equal(client.judge.accepts(schema, json), accepted);
    });
  }
});

test('Every operation accepts each of its documented query parameters', async () => {
  await using service = await createService('sqlite');
  const client = await DocumentedClient.of(service.send);
  const userId = newUserId();
  const { courseId } = service;
  const values: Readonly<Record<string, string>> = {
    limit: '1',
    courseId,
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-01T00:00:00Z',
    interval: 'month',
    timeZone: 'Europe/London',
  };
  const queries = client.endpoints.flatMap(({ operationId, parameters = [] }) => {
    const inQuery = parameters.filter((parameter) => parameter.in === 'query' && parameter.name in values);
    const required = inQuery.filter((parameter) => parameter.required);
    return inQuery.map((parameter) => {
      const names = new Set([...required, parameter].map(({ name }) => name));
      return { operationId, query: `?${Array.from(names, (name) => `${name}=${values[name]}`).join('&')}` };
    });
  });
  assert.ok(queries.length >= 10);
  for (const { operationId, query } of queries) {
    const { status } = await client.call(operationId, { userId, courseId, query });
    assert.equal(status, 200, `${operationId} ${query}`);
  }
});
