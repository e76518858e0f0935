/**
 * Replays the sessions and courses in the files STATS_TEST_SESSIONS and STATS_TEST_COURSES over 64
 * connections. By default they are generated.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import type { DialectName } from '../../migrations/columns.js';
import { assertCourseView } from '../support/course-views.js';
import { DIALECTS } from '../support/databases.js';
import { newUserId } from '../support/factories.js';
import { createService, type HttpService } from '../support/http-service.js';
import {
  coursesOf,
  expectedStats,
  generateSessions,
  parseCourses,
  parseSessions,
  shuffled,
  type FileSession,
} from '../support/http-sessions.js';
import { assertRollups } from '../support/rollups.js';

const file = process.env['STATS_TEST_SESSIONS'];
const sessions = parseSessions(file === undefined ? generateSessions() : await readFile(file, 'utf8'));
const coursesFile = process.env['STATS_TEST_COURSES'];
const courses =
  coursesFile === undefined ? coursesOf(sessions) : parseCourses(await readFile(coursesFile, 'utf8'));
const courseById = new Map(courses.map((course) => [course.courseId, course]));
/** Some of the generated learners are inactive then. */
const INACTIVE_AFTER = 322;
const learners = Map.groupBy(sessions, ({ userId, courseId }) => `${userId} ${courseId}`);

async function createCourses({ send }: HttpService): Promise<void> {
  for (const { courseId, ...json } of courses) {
    const { status } = await send('PUT', `/courses/${courseId}`, { userId: newUserId(), json });
    assert.equal(status, 201);
  }
}

async function post({ send }: HttpService, lines: readonly FileSession[], expected: number): Promise<void> {
  const answers = await Promise.all(
    lines.map(async ({ userId, courseId, ...json }) =>
      send('POST', `/courses/${courseId}`, { userId, json }),
    ),
  );
  for (const { status, text } of answers) assert.equal(status, expected, text);
}

async function snapshot({ send }: HttpService): Promise<Map<string, string>> {
  const asked = Array.from(learners.values()).flatMap((ofLearner) => {
    const [{ userId, courseId } = { userId: '', courseId: '' }] = ofLearner;
    const paths = [
      `/courses/${courseId}`,
      `/courses/${courseId}/sessions?limit=1000`,
      // The list has every session; single ones are read for one in four.
      ...ofLearner
        .filter((_, index) => index % 4 === 0)
        .map(({ sessionId }) => `/courses/${courseId}/sessions/${sessionId}`),
    ];
    return paths.map((path) => ({ userId, path }));
  });
  const answers = await Promise.all(
    asked.map(async ({ userId, path }) => {
      const { status, text } = await send('GET', path, { userId });
      assert.equal(status, 200, text);
      return [`${userId} ${path}`, text] as const;
    }),
  );
  return new Map(answers);
}

function assertSame(actual: ReadonlyMap<string, string>, expected: ReadonlyMap<string, string>): void {
  assert.equal(actual.size, expected.size);
  for (const [asked, text] of expected) assert.equal(actual.get(asked), text, asked);
}

const answersOf = new Map<DialectName, ReadonlyMap<string, string>>();

for (const dialect of DIALECTS) {
  test(`The ${sessions.length} sessions are counted once on ${dialect}, even if replayed`, async () => {
    await using service = await createService(dialect);
    await createCourses(service);
    await post(service, sessions, 201);
    const first = await snapshot(service);

    for (const ofLearner of learners.values()) {
      const [{ userId, courseId } = { userId: '', courseId: '' }] = ofLearner;
      const course = courseById.get(courseId);
      assert.ok(course);
      const stats = first.get(`${userId} /courses/${courseId}`) ?? assert.fail(userId);
      assert.deepEqual(JSON.parse(stats), expectedStats(course, ofLearner));
    }

    service.clock.advance(60_000);
    await post(service, shuffled([...sessions, ...sessions], 1), 200);
    assertSame(await snapshot(service), first);
    await assertRollups(service.database.url);
    const rule = { inactiveAfter: INACTIVE_AFTER, asOf: new Date(service.clock.read()).toISOString() };
    for (const course of courses) {
      const ofCourse = sessions.filter(({ courseId }) => courseId === course.courseId);
      await assertCourseView(service.stats, course, ofCourse, rule);
    }
    answersOf.set(dialect, first);
  });
}

test('The test sessions have learners who study the same module more than once', () => {
  const again = Array.from(learners.values()).filter((ofLearner) => {
    const total = ofLearner.reduce((sum, { totalModulesStudied }) => sum + totalModulesStudied, 0);
    return total > new Set(ofLearner.flatMap(({ moduleIds }) => moduleIds)).size;
  });
  assert.ok(again.length > 0);
});

test('SQLite and Postgres return the same responses, byte for byte', () => {
  const [first, ...others] = DIALECTS.map((dialect) => answersOf.get(dialect));
  assert.ok(first && others.length > 0);
  for (const other of others) {
    assert.ok(other);
    assertSame(other, first);
  }
});
