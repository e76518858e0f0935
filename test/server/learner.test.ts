import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as z from 'zod';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { assertFaults, assertProblem, bodyOf, comparable } from '../support/http-answer.js';
import { createService, type HttpService } from '../support/http-service.js';

const pageSchema = z.strictObject({
  items: z.array(z.looseObject({ name: z.string(), courseId: z.string() })),
  next: z.string().nullable(),
});

async function record({ send, courseId }: HttpService, userId: string, values: object, course = courseId) {
  const json = { ...sessionContent(), ...values };
  assert.equal((await send('POST', `/courses/${course}`, { userId, json })).status, 201);
}

async function addCourse({ send }: HttpService, name: string, moduleIds: readonly string[] = []) {
  const courseId = newCourseId();
  const json = { name, moduleIds };
  assert.equal((await send('PUT', `/courses/${courseId}`, { userId: newUserId(), json })).status, 201);
  return courseId;
}

for (const dialect of DIALECTS) {
  describe(`a learner on ${dialect}`, () => {
    test('`GET /courses/{courseId}/history` returns the stats per interval in a time zone', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const userId = newUserId();
      const path = `/courses/${courseId}/history`;
      await record(service, userId, { completedAt: '2026-03-28T23:30:00Z' });
      await record(service, userId, { completedAt: '2026-03-30T00:30:00+01:00', averageScore: 0 });

      const answer = await send('GET', `${path}?interval=day&timeZone=Europe/London`, { userId });

      assert.equal(answer.status, 200);
      assert.equal(answer.headers['content-type'], 'application/json');
      const sums = { sessionCount: 1, ...sessionContent() };
      assert.deepEqual(bodyOf(answer), {
        interval: 'day',
        timeZone: 'Europe/London',
        items: [
          { start: '2026-03-28T00:00:00+00:00', ...sums },
          {
            start: '2026-03-29T00:00:00+00:00',
            sessionCount: 0,
            totalModulesStudied: 0,
            averageScore: null,
            timeStudied: 0,
          },
          { start: '2026-03-30T00:00:00+01:00', ...sums, averageScore: 0 },
        ],
      });

      // The plus of the offset may be encoded or not, and so may the slash of the zone.
      const range = 'from=2026-03-29T01:00:00+01:00&to=2026-03-30T00:00:00%2B01:00';
      const cut = await send('GET', `${path}?interval=week&timeZone=Europe%2FLondon&${range}`, { userId });
      assert.partialDeepStrictEqual(bodyOf(cut), {
        items: [{ start: '2026-03-23T00:00:00+00:00', sessionCount: 0 }],
      });
      const months = await send('GET', `${path}?interval=month`, { userId });
      assert.partialDeepStrictEqual(bodyOf(months), {
        timeZone: 'UTC',
        items: [{ start: '2026-03-01T00:00:00+00:00', sessionCount: 2 }],
      });
      const head = await send('HEAD', `${path}?interval=month`, { userId });
      assert.deepEqual([head.status, head.text], [200, '']);
    });

    test('`GET /me/courses` lists each studied course by name, in pages linked by `Link`', async () => {
      await using service = await createService(dialect);
      const { send } = service;
      const userId = newUserId();
      const names = ['Logic & Sets; 100%', 'Zeta', 'a', 'é', '😀'];
      for (const name of names.toReversed()) {
        const courseId = await addCourse(service, name, ['a', 'b']);
        await record(service, userId, { moduleIds: ['b', 'c'] }, courseId);
      }
      // The list does not contain Algebra, which the learner has not studied.
      for (const limit of [1, 2, 5, 6]) {
        const found: string[] = [];
        let pages = 0;
        let path: string | undefined = `/me/courses?limit=${limit}`;
        while (path !== undefined) {
          const answer = await send('GET', path, { userId });
          assert.equal(answer.status, 200, answer.text);
          const { items, next } = pageSchema.parse(bodyOf(answer));
          found.push(...items.map(({ name }) => name));
          pages += 1;
          path = /^<(\/me\/courses\?[^>]+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
          assert.equal(path === undefined, next === null);
        }
        assert.deepEqual(found, names);
        assert.equal(pages, Math.ceil(names.length / limit));
      }

      const { items } = pageSchema.parse(bodyOf(await send('GET', '/me/courses', { userId })));
      for (const { name, ...stats } of items) {
        assert.deepEqual(stats, bodyOf(await send('GET', `/courses/${stats.courseId}`, { userId })), name);
        assert.deepEqual(
          [stats['distinctModulesStudied'], stats['moduleCount'], stats['progress']],
          [2, 2, 0.5],
        );
      }
    });

    test('`DELETE /me` erases every session of the learner and returns their number', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const userId = newUserId();
      const logic = await addCourse(service, 'Logic');
      await record(service, userId, { moduleIds: ['a'] });
      await record(service, userId, {});
      await record(service, userId, {}, logic);

      const erased = await send('DELETE', '/me', { userId });
      assert.equal(erased.status, 200);
      assert.deepEqual(bodyOf(erased), { sessionsDeleted: 3 });
      assert.deepEqual(bodyOf(await send('DELETE', '/me', { userId })), { sessionsDeleted: 0 });
      assert.deepEqual(bodyOf(await send('GET', '/me/courses', { userId })), { items: [], next: null });
      const stats = await send('GET', `/courses/${courseId}`, { userId });
      assert.partialDeepStrictEqual(bodyOf(stats), { sessionCount: 0, distinctModulesStudied: 0 });
    });

    test('A learner can neither see nor erase the courses and history of another learner', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const [owner, stranger, unknown] = [newUserId(), newUserId(), newUserId()];
      const logic = await addCourse(service, 'Logic');
      await record(service, owner, { moduleIds: ['a'] });
      await record(service, owner, {}, logic);
      const own = await send('GET', '/me/courses?limit=1', { userId: owner });
      const next = /<([^>]+)>/.exec(own.headers['link'] ?? '')?.[1];
      assert.ok(next);
      const paths = ['/me/courses', next, `/courses/${courseId}/history?interval=day`];
      const seenBy = async (userId: string) =>
        Promise.all(paths.map(async (path) => comparable(await send('GET', path, { userId }))));
      const before = await seenBy(owner);

      assert.deepEqual(await seenBy(stranger), await seenBy(unknown));
      assert.deepEqual(bodyOf(await send('DELETE', '/me', { userId: stranger })), { sessionsDeleted: 0 });
      assert.deepEqual(await seenBy(owner), before);
    });

    test('The modules of a course and of a session are stored as a sorted set', async () => {
      await using service = await createService(dialect);
      const { send, courseId } = service;
      const userId = newUserId();
      const json = { name: 'Logic', moduleIds: ['b', 'a', 'b'] };
      const course = await send('POST', '/courses', { userId, json });
      assert.equal(course.status, 201);
      assert.partialDeepStrictEqual(bodyOf(course), { moduleIds: ['a', 'b'] });
      const session = await send('POST', `/courses/${courseId}`, {
        userId,
        json: { ...sessionContent(), moduleIds: ['b', 'a', 'b'] },
      });
      assert.equal(session.status, 201);
      assert.partialDeepStrictEqual(bodyOf(session), { moduleIds: ['a', 'b'] });
      const location = session.headers['location'] ?? '';
      assert.equal((await send('GET', location, { userId })).text, session.text);
    });
  });
}

test('`GET /me/activity` returns the streaks and days of the learner in all courses', async () => {
  await using service = await createService('sqlite');
  const userId = newUserId();
  await record(service, userId, { completedAt: '2026-11-20T04:00:00+01:00' });
  await record(service, userId, { completedAt: '2026-11-21T22:00:00Z' }, await addCourse(service, 'Logic'));
  const { totalModulesStudied, timeStudied } = sessionContent();
  const sums = { sessionCount: 1, totalModulesStudied, timeStudied };

  const query = 'timeZone=Europe/Paris&dayStart=04:00&from=2026-11-20T04:00:00%2B01:00';
  const answer = await service.send('GET', `/me/activity?${query}`, { userId });

  assert.equal(answer.status, 200);
  assert.deepEqual(bodyOf(answer), {
    timeZone: 'Europe/Paris',
    dayStart: '04:00',
    currentStreak: 2,
    longestStreak: 2,
    activeDays: 2,
    items: [
      { date: '2026-11-20', ...sums },
      { date: '2026-11-21', ...sums },
    ],
  });
});

describe('invalid requests of a learner', () => {
  const requests: readonly [method: string, path: string, places: readonly string[]][] = [
    ['GET', '/courses/ID/history?interval=', ['interval']],
    [
      'GET',
      '/courses/x/history?interval=year&timeZone=Mars&from=now&to=2026',
      ['courseId', 'interval', 'timeZone', 'from', 'to'],
    ],
    ['GET', '/courses/ID/history?interval=day&interval=week', ['interval']],
    ['GET', '/courses/ID/history?interval=day&timezone=UTC', ['timezone']],
    ['GET', '/courses/ID/history?interval=day&timeZone=', ['timeZone']],
    ['GET', '/courses/ID/history?interval=day&timeZone=+01:00', ['timeZone']],
    ['GET', '/courses/ID/history?interval=day&limit=10', ['limit']],
    [
      'GET',
      '/courses/ID/history?interval=day&from=1970-01-01T00:00:00Z&to=2026-01-01T00:00:00Z',
      ['interval'],
    ],
    [
      'GET',
      '/me/activity?dayStart=4&timeZone=Mars&from=now&to=2026&courseId=ID',
      ['dayStart', 'timeZone', 'from', 'to', 'courseId'],
    ],
    ['GET', '/me/activity?from=2020-01-01T00:00:00Z', ['from']],
    ['GET', '/me/courses?limit=0&cursor=x&courseId=ID', ['limit', 'cursor', 'courseId']],
    ['GET', '/me/courses?userId=ID', ['userId']],
    ['DELETE', '/me?courseId=ID', ['courseId']],
    ['DELETE', '/me?userId=ID', ['userId']],
  ];
  for (const [method, path, places] of requests) {
    test(`\`${method} ${path}\` returns 400 for ${places.join(', ')}`, async () => {
      await using service = await createService('sqlite');
      const userId = newUserId();
      await record(service, userId, {});
      const answer = await service.send(method, path.replaceAll('ID', service.courseId), { userId });
      assertFaults(answer, 400, 'invalid-request', places);
      assert.equal(
        (await service.stats.listSessions({ userId, courseId: service.courseId })).items.length,
        1,
      );
    });
  }

  test('A body with invalid module ids returns 400 with the JSON pointer of each of them', async () => {
    await using service = await createService('sqlite');
    const { send, courseId } = service;
    const userId = newUserId();
    const moduleIds = ['a', 'b;c', 'd', ' ', 5];
    const places = ['/moduleIds/1', '/moduleIds/3', '/moduleIds/4'];
    const session = { ...sessionContent(), moduleIds };
    const answers = [
      await send('POST', `/courses/${courseId}`, { userId, json: session }),
      await send('PUT', `/courses/${courseId}/sessions/${crypto.randomUUID()}`, { userId, json: session }),
      await send('POST', '/courses', { userId, json: { name: 'Logic', moduleIds } }),
      await send('PUT', `/courses/${courseId}`, { userId, json: { name: 'Logic', moduleIds } }),
    ];
    for (const answer of answers) assertFaults(answer, 400, 'invalid-request', places);
    const tooMany = { name: 'Logic', moduleIds: Array.from({ length: 1_001 }, (_, index) => `m${index}`) };
    assertFaults(await send('POST', '/courses', { userId, json: tooMany }), 400, 'invalid-request', [
      '/moduleIds',
    ]);
  });
});

test('`GET /courses/{courseId}/history` returns 404 for an unknown course', async () => {
  await using service = await createService('sqlite');
  const path = `/courses/${newCourseId()}/history?interval=day`;
  assertProblem(await service.send('GET', path, { userId: newUserId() }), 404, 'course-not-found');
});

test('The routes of a learner return 401 without a valid `X-User-Id`', async () => {
  await using service = await createService('sqlite');
  const { send, courseId } = service;
  for (const [method, path] of [
    ['GET', `/courses/${courseId}/history?interval=day`],
    ['GET', '/me/activity'],
    ['GET', '/me/courses'],
    ['DELETE', '/me'],
  ] as const) {
    assertProblem(await send(method, path), 401, 'unauthenticated');
    assertProblem(await send(method, path, { userId: 'ada' }), 401, 'unauthenticated');
  }
});

test('`GET /me` and `DELETE /me/courses` are not routes and return 405', async () => {
  await using service = await createService('sqlite');
  const userId = newUserId();
  const refused = await service.send('GET', '/me', { userId });
  assert.deepEqual([refused.status, refused.headers['allow']], [405, 'DELETE, OPTIONS']);
  assert.equal((await service.send('DELETE', '/me/courses', { userId })).status, 405);
});
