import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newCourseId, newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults, assertProblem, bodyOf } from '../support/http-answer.js';
import { createService } from '../support/http-service.js';
import { runSql } from '../support/sql.js';

test('One response reports every error of the path, the query and the body', async () => {
  await using service = await createService('sqlite');
  const body = `{"sessionId":"x","totalModulesStudied":"3","averageScore":-1,"timeStudied":3.5,
    "completedAt":"yesterday","__proto__":{"averageScore":1},"avarageScore":3,"a/b~c":1}`;
  const answer = await service.send('POST', '/courses/algebra?dryRun=true&courseId=algebra', {
    userId: newUserId(),
    body,
  });
  const problem = assertFaults(answer, 400, 'invalid-request', [
    'courseId',
    'courseId',
    'dryRun',
    '/sessionId',
    '/totalModulesStudied',
    '/averageScore',
    '/timeStudied',
    '/completedAt',
    '/__proto__',
    '/avarageScore',
    '/a~1b~0c',
  ]);
  assert.match(problem.detail, /^11 /);
});

test('`PUT` of a session rejects a `sessionId` in the body', async () => {
  await using service = await createService('sqlite');
  const answer = await service.send('PUT', '/courses/algebra/sessions/first?x=', {
    userId: newUserId(),
    json: { ...sessionContent(), sessionId: newSessionId() },
  });
  assertFaults(answer, 400, 'invalid-request', ['courseId', 'sessionId', 'x', '/sessionId']);
});

test('The response to an incomplete body names every missing field', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  const userId = newUserId();
  const session = await send('POST', `/courses/${courseId}`, { userId, json: {} });
  const required = ['/totalModulesStudied', '/averageScore', '/timeStudied'];
  const problem = assertFaults(session, 400, 'invalid-request', required);
  for (const { detail } of problem.errors ?? []) assert.match(detail, /^is required and must be /);
  const course = await send('POST', '/courses', { userId, json: { title: 'Logic' } });
  assertFaults(course, 400, 'invalid-request', ['/name', '/title']);
});

describe('bodies that are not objects', () => {
  for (const body of ['null', '[]', '3', '"text"', 'true', '[{"name":"Logic"}]']) {
    test(`The body \`${body}\` is rejected as a whole because it is not an object`, async () => {
      await using service = await createService('sqlite');
      const answer = await service.send('POST', '/courses', { userId: newUserId(), body });
      assertFaults(answer, 400, 'invalid-request', ['']);
    });
  }
});

const FIELDS = ['totalModulesStudied', 'averageScore', 'timeStudied'] as const;

describe('numbers of a session', () => {
  for (const field of FIELDS) {
    const refused = ['1e400', '-1e400', '9007199254740993', '"3"', '-1', 'true', '[3]', '{}'];
    const more = { averageScore: [], totalModulesStudied: ['null', '3.5'], timeStudied: ['null', '3.5'] };
    for (const text of [...refused, ...more[field]]) {
      test(`A session with the \`${field}\` ${text} returns 400 and is not recorded`, async () => {
        await using service = await createService('sqlite');
        const { send, courseId } = service;
        const userId = newUserId();
        const body = JSON.stringify({ ...sessionContent(), [field]: 'HERE' }).replace('"HERE"', text);
        const answer = await send('POST', `/courses/${courseId}`, { userId, body });
        assertFaults(answer, 400, 'invalid-request', [`/${field}`]);
        assert.equal((await service.stats.getStats({ userId, courseId })).sessionCount, 0);
      });
    }

    test(`A session with the \`${field}\` NaN returns 400 \`malformed-json\``, async () => {
      await using service = await createService('sqlite');
      const body = JSON.stringify({ ...sessionContent(), [field]: 'HERE' }).replace('"HERE"', 'NaN');
      const answer = await service.send('POST', `/courses/${service.courseId}`, {
        userId: newUserId(),
        body,
      });
      assertFaults(answer, 400, 'malformed-json', ['']);
    });
  }

  test('A session with the numbers -0 and 3.0 is recorded with 0 and 3', async () => {
    await using service = await createService('sqlite');
    const answer = await service.send('POST', `/courses/${service.courseId}`, {
      userId: newUserId(),
      body: '{"totalModulesStudied":3.0,"averageScore":-0,"timeStudied":-0}',
    });
    assert.equal(answer.status, 201);
    assert.match(answer.text, /"totalModulesStudied":3,"averageScore":0,"timeStudied":0,/);
  });
});

describe('query parameters', () => {
  const cases: readonly [query: string, places: readonly string[]][] = [
    ['limit=0', ['limit']],
    ['limit=1001', ['limit']],
    ['limit=', ['limit']],
    ['limit', ['limit']],
    ['limit=1.5', ['limit']],
    ['limit=-1', ['limit']],
    ['limit=%31%30x', ['limit']],
    ['limit=99999999999999999999', ['limit']],
    ['cursor=', ['cursor']],
    ['cursor=1', ['cursor']],
    ['cursor=%FF', ['cursor']],
    ['from=2026-11-22', ['from']],
    ['from=2026-11-22T10:00:00', ['from']],
    ['to=1795341600000', ['to']],
    ['to=2026-02-30T00:00:00Z', ['to']],
    ['Limit=10', ['Limit']],
    ['__proto__=1', ['__proto__']],
    ['userId=7c7b7d42-ff2f-57e0-b43e-bdac13420b81', ['userId']],
    ['%3Flimit=1', ['?limit']],
    ['limit=0&cursor=x&from=x&to=x&offset=1', ['limit', 'cursor', 'from', 'to', 'offset']],
  ];
  for (const [query, places] of cases) {
    test(`A list of sessions with the query \`${query}\` returns 400`, async () => {
      await using service = await createService('sqlite');
      const path = `/courses/${service.courseId}/sessions?${query}`;
      const answer = await service.send('GET', path, { userId: newUserId() });
      assertFaults(answer, 400, 'invalid-request', places);
    });
  }

  test('A repeated query parameter returns 400, whatever its values and its encoding', async () => {
    await using service = await createService('sqlite');
    for (const query of ['limit=1&limit=1', 'limit=1&%6Cimit=2', 'limit=1&cursor=x&cursor=x&limit=&x=1']) {
      const answer = await service.send('GET', `/courses?${query}`, { userId: newUserId() });
      const places = query.includes('cursor') ? ['limit', 'cursor', 'x'] : ['limit'];
      assertFaults(answer, 400, 'invalid-request', places);
    }
  });

  test('Routes without query parameters reject every query parameter', async () => {
    await using service = await createService('sqlite');
    const { send, courseId } = service;
    const userId = newUserId();
    const session = `/courses/${courseId}/sessions/${newSessionId()}`;
    const json = sessionContent();
    const answers = [
      await send('POST', '/courses?limit=1', { userId, json: { name: 'Logic' } }),
      await send('PUT', `/courses/${newCourseId()}?limit=1`, { userId, json: { name: 'Logic' } }),
      await send('POST', `/courses/${courseId}?limit=1`, { userId, json }),
      await send('GET', `/courses/${courseId}?limit=1`, { userId }),
      await send('PUT', `${session}?limit=1`, { userId, json }),
      await send('GET', `${session}?limit=1`, { userId }),
      await send('DELETE', `${session}?limit=1`, { userId }),
    ];
    for (const answer of answers) assertFaults(answer, 400, 'invalid-request', ['limit']);
    assert.deepEqual(bodyOf(await send('GET', `/courses/${courseId}/sessions`, { userId })), {
      items: [],
      next: null,
    });
  });
});

describe('ids in the path', () => {
  const uuid = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
  for (const id of ['1', `${uuid}0`, `{${uuid}}`, uuid.replaceAll('-', ''), `${uuid}%0A`, '%ZZ', '..%2F..']) {
    test(`A path with the id \`${id}\` returns 400 because it is not a UUID`, async () => {
      await using service = await createService('sqlite');
      const userId = newUserId();
      assertFaults(await service.send('GET', `/courses/${id}`, { userId }), 400, 'invalid-request', [
        'courseId',
      ]);
      const session = await service.send('GET', `/courses/${id}/sessions/${id}`, { userId });
      assertFaults(session, 400, 'invalid-request', ['courseId', 'sessionId']);
    });
  }
});

test('A session that would make a total inexact returns 400 `total-out-of-range`', async () => {
  await using service = await createService('sqlite');
  const { send, courseId, database } = service;
  const userId = newUserId();
  const json = sessionContent({ timeStudied: 1 });
  assert.equal((await send('POST', `/courses/${courseId}`, { userId, json })).status, 201);
  await runSql(database.url, `update course_stats set time_studied = ${Number.MAX_SAFE_INTEGER}`);
  const answer = await send('POST', `/courses/${courseId}`, { userId, json });
  assertFaults(answer, 400, 'total-out-of-range', ['']);
  assertProblem(
    await send('PUT', `/courses/${courseId}/sessions/${newSessionId()}`, { userId, json }),
    400,
    'total-out-of-range',
  );
});
