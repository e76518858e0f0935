import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { CSV_LISTS } from '../../src/core/index.js';
import { cellsOf, HOSTILE_NAMES, parseCsv } from '../support/csv.js';
import { DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { assertProblem, bodyOf } from '../support/http-answer.js';
import { HttpClient, type HttpOptions } from '../support/http-client.js';
import { createService } from '../support/http-service.js';
import type { Fixture } from '../support/fixture.js';
import { createTokenService } from '../support/token-service.js';

const CSV = 'text/csv; charset=utf-8; header=present';

const bodySchema = z.record(z.string(), z.unknown());
const itemsSchema = z.array(z.looseObject({}));

/** Records scored and unscored sessions of one learner in courses with hostile names. */
async function study({ stats, courseId }: Pick<Fixture, 'stats' | 'courseId'>) {
  const userId = newUserId();
  const moduleIds = ['"', '=1', 'a,b'];
  for (const name of HOSTILE_NAMES) {
    const course = await stats.addCourse({ course: { name, moduleIds } });
    const session = sessionContent({ averageScore: null, moduleIds: moduleIds.slice(1) });
    await stats.recordSession({ userId, courseId: course.courseId, session });
  }
  for (const averageScore of [100, 0, 0, null]) {
    const completedAt = '2026-10-20T10:00:00Z';
    const session = sessionContent({ averageScore, moduleIds, completedAt });
    await stats.recordSession({ userId, courseId, session });
  }
  await stats.recordSession({ userId, courseId, session: sessionContent({ timeStudied: 0 }) });
  for (const displayName of HOSTILE_NAMES.filter((name) => !/\p{Cc}/u.test(name))) {
    const enrolment = { displayName, groups: ['=1', 'a,b'] };
    await stats.enrolLearner({ userId: newUserId(), courseId, enrolment });
  }
  return userId;
}

for (const dialect of DIALECTS) {
  test(`Each list on ${dialect} comes as CSV with the same rows, numbers and links as the JSON`, async () => {
    await using service = await createService(dialect);
    const userId = await study(service);
    const { courseId } = service;
    const lists: Readonly<Record<keyof typeof CSV_LISTS, readonly string[]>> = {
      listCourses: ['/courses', '/courses?limit=2'],
      listLearners: [`/courses/${courseId}/learners`, `/courses/${courseId}/learners?limit=2`],
      getCourseActivity: [`/courses/${courseId}/activity`],
      listSessions: [`/courses/${courseId}/sessions`, `/courses/${courseId}/sessions?limit=2`],
      getHistory: [`/courses/${courseId}/history`],
      getLearnerActivity: ['/me/activity?from=2026-01-01T00:00:00Z'],
      listStudiedCourses: ['/me/courses', '/me/courses?limit=2'],
    };
    for (const call of Object.keys(CSV_LISTS)) {
      for (const path of new Map(Object.entries(lists)).get(call) ?? []) {
        const ask = (method: string, accept: string) =>
          service.send(method, path, { userId, headers: { accept } });
        const [json, csv] = [await ask('GET', 'application/json'), await ask('GET', 'text/csv')];
        assert.equal(json.headers['content-type'], 'application/json');
        assert.equal(csv.headers['content-type'], CSV);
        const items = itemsSchema.parse(bodySchema.parse(bodyOf(json))['items']);
        assert.ok(items.length > 1, path);
        assert.deepEqual(
          parseCsv(csv.text),
          items.map((item) => cellsOf(item)),
        );
        assert.equal(csv.text.split('\n', 1)[0], Object.keys(items[0] ?? {}).join(','));
        assert.equal(json.headers['link'] !== undefined, path.endsWith('?limit=2'));
        assert.equal(csv.headers['link'], json.headers['link']);
        for (const { headers } of [json, csv]) assert.equal(headers['vary'], 'Accept');
        const head = await ask('HEAD', 'text/csv');
        assert.deepEqual(
          [head.text, head.headers['content-type'], head.headers['content-length']],
          ['', CSV, String(Buffer.byteLength(csv.text))],
        );
      }
    }
  });
}

test('`Accept` chooses CSV only if it gives CSV a higher weight than JSON', async () => {
  await using service = await createService('sqlite');
  const userId = newUserId();
  const cases: readonly (readonly [accept: string | undefined, type: 'csv' | 'json'])[] = [
    [undefined, 'json'],
    ['', 'json'],
    ['*/*', 'json'],
    ['application/json, text/plain, */*', 'json'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
    ['text/csv', 'csv'],
    ['TEXT/CSV', 'csv'],
    ['text/*', 'csv'],
    ['text/csv; charset=utf-8; header=present', 'csv'],
    ['text/csv, application/json', 'json'],
    ['text/csv, */*', 'json'],
    ['text/csv, application/json;q=0.9', 'csv'],
    ['text/csv ; Q = 0.5 , */* ; q=0.1', 'csv'],
    ['text/csv;q=0.1, application/*;q=0.2', 'json'],
    ['text/csv;q=0.3, text/*;q=0.9, application/json;q=0.5', 'json'],
    ['text/*;q=0.9, */*;q=0.1', 'csv'],
    ['text/csv;q=0', 'json'],
    ['text/csv;q=2', 'json'],
    ['application/json;q=-1', 'json'],
    ['text/csv;q=', 'json'],
    ['text/csv;q=high', 'json'],
    ['text/csv;note="a;q=0", application/json;q=0.9', 'csv'],
    ['text/plain;note="text/csv,text/csv', 'json'],
    ['*/*;q=0.5, application/json;q=0', 'csv'],
    ['image/png', 'json'],
    ['csv', 'json'],
    ['"\\'.repeat(7_000), 'json'],
  ];
  for (const [accept, type] of cases) {
    const options = { userId, ...(accept !== undefined && { headers: { accept } }) };
    const answer = await service.send('GET', '/courses', options);
    assert.equal(answer.headers['content-type'], type === 'csv' ? CSV : 'application/json', accept);
  }
});

test('An empty list is the header, errors stay problem documents, and other routes stay JSON', async () => {
  await using service = await createService('sqlite');
  const { courseId } = service;
  const ask = (path: string, options: HttpOptions = {}) =>
    service.send('GET', path, { userId: newUserId(), headers: { accept: 'text/csv' }, ...options });
  const history = await ask(`/courses/${courseId}/history`);
  assert.equal(history.text, 'start,sessionCount,totalModulesStudied,averageScore,timeStudied\n');
  assertProblem(await ask('/courses?limit=0'), 400, 'invalid-request');
  assertProblem(await ask(`/courses/${crypto.randomUUID()}/sessions`), 404, 'course-not-found');
  assertProblem(await ask('/courses', { userId: 'x' }), 401, 'unauthenticated');
  const stats = await ask(`/courses/${courseId}`);
  assert.deepEqual([stats.headers['content-type'], stats.headers['vary']], ['application/json', undefined]);
});

test('A credential that is limited to courses gets the CSV of these courses only', async () => {
  await using service = await createTokenService();
  const userId = await study(service);
  await using client = new HttpClient(service.url);
  const key = await service.createKey(['stats:read'], [service.courseId]);
  const ask = (path: string) =>
    client.send('GET', path, { userId, headers: { authorization: `Bearer ${key}`, accept: 'text/csv' } });
  for (const path of ['/courses', '/me/courses']) {
    const rows = parseCsv((await ask(path)).text);
    assert.deepEqual(
      rows.map((row) => row['courseId']),
      [service.courseId],
    );
  }
  const history = await ask(`/courses/${service.courseId}/history`);
  assert.equal(history.headers['content-type'], CSV);
  const [other] = (await service.stats.listCourses({ limit: 1 })).items;
  assert.notEqual(other?.courseId, service.courseId);
  assertProblem(await ask(`/courses/${other?.courseId}/history`), 403, 'course-refused');
});
