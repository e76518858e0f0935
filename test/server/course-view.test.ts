import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as z from 'zod';
import { addLearners, learnerId } from '../support/classroom.js';
import { newCourseId, newUserId } from '../support/factories.js';
import { assertFaults, assertProblem, bodyOf, comparable, type HttpAnswer } from '../support/http-answer.js';
import { createService, type HttpService } from '../support/http-service.js';

const rosterSchema = z.strictObject({
  items: z.array(z.looseObject({ userId: z.string() })),
  next: z.string().nullable(),
  inactiveAfter: z.int(),
  asOf: z.literal('2026-11-22T10:00:00.000Z'),
});

function rosterOf(answer: HttpAnswer) {
  assert.equal(answer.status, 200, answer.text);
  return rosterSchema.parse(bodyOf(answer));
}

function enrolled(displayName: string, ...groups: string[]) {
  return { enrolment: { displayName, groups } };
}

describe("routes of the course's view", () => {
  let service: HttpService;
  let course: string;
  before(async () => {
    service = await createService('sqlite');
    course = `/courses/${service.courseId}`;
    await addLearners(service, service.courseId, [
      { ...enrolled('Ann', '2026'), sessions: [['a']], daysAgo: 5 },
      { ...enrolled('Anna', '2026', 'evening'), sessions: [['a'], ['a'], ['a']], daysAgo: 5 },
      { ...enrolled('ANNE', '2026'), sessions: [['a'], ['a']], daysAgo: 5 },
      // Active, of another group, and with another name.
      { ...enrolled('Anton', '2026'), sessions: [['a']] },
      { ...enrolled('Anja', '2025'), sessions: [['a']], daysAgo: 5 },
      { ...enrolled('123', '2026'), sessions: [['a']], daysAgo: 5 },
    ]);
  });
  after(() => service[Symbol.asyncDispose]());
  const get = (path: string, userId = newUserId()) => service.send('GET', `${course}${path}`, { userId });

  test('The link to the next page of a roster keeps all parameters', async () => {
    const query = {
      sort: 'sessionCount',
      order: 'desc',
      status: 'inactive',
      group: '2026',
      search: 'an',
      inactiveAfter: '3',
      limit: '1',
    };
    const found: string[] = [];
    let path: string | undefined = `${course}/learners?${new URLSearchParams(query).toString()}`;
    while (path !== undefined) {
      const answer: HttpAnswer = await service.send('GET', path, { userId: newUserId() });
      const { items, next, inactiveAfter } = rosterOf(answer);
      assert.equal(inactiveAfter, 3);
      found.push(...items.map(({ userId }) => userId));
      path = /^<(.+)>; rel="next"$/.exec(answer.headers['link'] ?? '')?.[1];
      assert.equal(path === undefined, next === null);
      if (path === undefined) continue;
      const [pathname, search] = path.split('?');
      assert.equal(pathname, `${course}/learners`);
      assert.deepEqual(Object.fromEntries(new URLSearchParams(search)), { ...query, cursor: next });
    }
    assert.deepEqual(found, [1, 2, 0].map(learnerId));
  });

  test('Digits are text in a search and a group, and a number in `inactiveAfter`', async () => {
    const all = [0, 1, 2, 3, 4, 5];
    for (const [query, inactiveAfter, learners] of [
      ['search=123', 14, [5]],
      ['search=0', 14, all],
      ['group=2025', 14, [4]],
      ['inactiveAfter=014', 14, all],
      ['inactiveAfter=365', 365, all],
    ] as const) {
      const roster = rosterOf(await get(`/learners?${query}`));
      assert.equal(roster.inactiveAfter, inactiveAfter, query);
      assert.deepEqual(
        roster.items.map(({ userId }) => userId),
        learners.map(learnerId),
        query,
      );
    }
    for (const value of ['1e1', '+14', '14.0', '0x0e', '', ' 14', '14&inactiveAfter=14']) {
      for (const path of ['/learners', `/learners/${learnerId(0)}`, '/summary']) {
        const answer = await get(`${path}?inactiveAfter=${encodeURI(value)}`);
        assertFaults(answer, 400, 'invalid-request', ['inactiveAfter']);
      }
    }
  });

  test('Every fault of a request is reported', async () => {
    for (const [path, ...places] of [
      ['/learners?inactiveAfter=0&sort=x&limit=0', 'inactiveAfter', 'sort', 'limit'],
      ['/learners?status=late&order=up&cursor=x&courseId=y', 'status', 'order', 'cursor', 'courseId'],
      ['/learners/x?inactiveAfter=366&sort=userId', 'userId', 'inactiveAfter', 'sort'],
      ['/summary?inactiveAfter=x&minLearners=1', 'inactiveAfter', 'minLearners'],
      ['/activity?interval=year&timeZone=Mars&from=now&limit=1', 'interval', 'timeZone', 'from', 'limit'],
    ] as const) {
      assertFaults(await get(path), 400, 'invalid-request', places);
    }
  });

  test('The learner is the one in the path, whoever sends the request', async () => {
    const path = `/learners/${learnerId(1)}`;
    const own = await get(path, learnerId(1));
    assert.partialDeepStrictEqual(bodyOf(own), {
      userId: learnerId(1),
      displayName: 'Anna',
      status: 'active',
      sessionCount: 3,
      inactiveAfter: 14,
      asOf: '2026-11-22T10:00:00.000Z',
    });
    for (const sender of [learnerId(0), newUserId()]) {
      assert.deepEqual(comparable(await get(path, sender)), comparable(own));
    }
    assert.partialDeepStrictEqual(bodyOf(await get(`${path}?inactiveAfter=4`)), { status: 'inactive' });
    assertProblem(await get(`/learners/${newUserId()}`, learnerId(0)), 404, 'learner-not-found');
    for (const route of [path, '/learners', '/summary', '/activity']) {
      const elsewhere = `/courses/${newCourseId()}${route}`;
      const answer = await service.send('GET', elsewhere, { userId: learnerId(1) });
      assertProblem(answer, 404, 'course-not-found');
    }
  });
});
