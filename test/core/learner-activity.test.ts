import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import { openStats, StatsError, type Stats } from '../../src/core/index.js';
import { activityCase, expectedActivity, RARE_CASES } from '../support/activity-oracle.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql } from '../support/sql.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const { totalModulesStudied, timeStudied } = sessionContent();
const item = (date: string, sessionCount = 1) => ({
  date,
  sessionCount,
  totalModulesStudied: sessionCount * totalModulesStudied,
  timeStudied: sessionCount * timeStudied,
});

for (const dialect of DIALECTS) {
  describe(`the activity of a learner on ${dialect}`, () => {
    test('An activity has the days of all courses of one learner', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const logic = await stats.addCourse({ course: { name: 'Logic' } });
      const [ann, bob] = [newUserId(), newUserId()];
      for (const [userId, course, completedAt] of [
        // Before 04:00 in London, so on the day before.
        [ann, courseId, '2026-11-19T03:59:59.999Z'],
        [ann, logic.courseId, '2026-11-19T04:00:00Z'],
        [ann, courseId, '2026-11-21T12:00:00Z'],
        [ann, logic.courseId, '2026-11-21T13:00:00Z'],
        [bob, courseId, '2026-11-20T12:00:00Z'],
      ] as const) {
        await stats.recordSession({ userId, courseId: course, session: sessionContent({ completedAt }) });
      }
      const call = { userId: ann, timeZone: 'Europe/London', dayStart: '04:00' };
      const activity = {
        timeZone: 'Europe/London',
        dayStart: '04:00',
        currentStreak: 1,
        longestStreak: 2,
        activeDays: 3,
        items: [item('2026-11-18'), item('2026-11-19'), item('2026-11-21', 2)],
      };
      assert.deepEqual(await stats.getLearnerActivity(call), activity);
      const range = { from: '2026-11-19T04:00:00Z', to: '2026-11-21T14:00:00+01:00' };
      assert.deepEqual(await stats.getLearnerActivity({ ...call, ...range }), {
        ...activity,
        items: [item('2026-11-19'), item('2026-11-21')],
      });
      await stats.eraseUser({ userId: ann });
      assert.deepEqual(await stats.getLearnerActivity({ userId: ann }), {
        timeZone: 'UTC',
        dayStart: '00:00',
        currentStreak: 0,
        longestStreak: 0,
        activeDays: 0,
        items: [],
      });
    });

    test('A day after today counts when it has come, and a streak lasts until the end of the next day', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const userId = newUserId();
      const study = (completedAt: string) =>
        stats.recordSession({ userId, courseId, session: sessionContent({ completedAt }) });
      const read = async () => {
        const { items, ...activity } = await stats.getLearnerActivity({ userId, to: '2026-12-31T00:00:00Z' });
        const { currentStreak, longestStreak, activeDays } = activity;
        return [currentStreak, longestStreak, activeDays, items.length];
      };
      await study('2026-11-23T09:00:00Z');
      assert.deepEqual(await read(), [0, 0, 0, 0]);
      await study('2026-11-21T09:00:00Z');
      assert.deepEqual(await read(), [1, 1, 1, 1]);
      await study('2026-11-22T09:00:00Z');
      assert.deepEqual(await read(), [2, 2, 2, 2]);
      clock.advance(DAY);
      assert.deepEqual(await read(), [3, 3, 3, 3]);
      clock.advance(DAY);
      assert.deepEqual(await read(), [3, 3, 3, 3]);
      // 2026-11-24T23:59:59.999Z, and a millisecond later.
      clock.advance(14 * HOUR - 1);
      assert.deepEqual(await read(), [3, 3, 3, 3]);
      clock.advance(1);
      assert.deepEqual(await read(), [0, 3, 3, 3]);
    });
  });
}

test('Activities on both databases equal those that Temporal computes date by date', async () => {
  await using stack = new AsyncDisposableStack();
  const courseIds = [newCourseId(), newCourseId()];
  let now = 0;
  const handles: Stats[] = [];
  for (const dialect of DIALECTS) {
    const { url } = stack.use(await createDatabase(dialect));
    const stats = stack.use(await openStats({ database: url, clock: () => now }));
    for (const courseId of courseIds) await stats.addCourse({ course: { courseId, name: courseId } });
    handles.push(stats);
  }
  const property = fc.asyncProperty(activityCase, async (asked) => {
    const { sessions, timeZone, dayStart, from, to } = asked;
    const userId = newUserId();
    ({ now } = asked);
    const recorded = sessions.map((session, index) => ({
      userId,
      courseId: courseIds[index % 2] ?? newCourseId(),
      averageScore: null,
      ...session,
    }));
    const activities = await Promise.all(
      handles.map(async (stats) => {
        const results = await stats.recordSessions({ sessions: recorded });
        assert.ok(results.every(({ outcome }) => outcome === 'recorded'));
        return stats.getLearnerActivity({ userId, timeZone, dayStart, from, to });
      }),
    );
    for (const activity of activities) assert.deepEqual(activity, expectedActivity(asked));
  });
  await fc.assert(property, { numRuns: 80, examples: RARE_CASES.map((asked) => [asked]) });
});

test('The sessions of a learner with very many are read in parts, between which other work runs', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const userId = newUserId();
  const session = sessionContent({ completedAt: '2026-11-22T00:00:00Z' });
  await stats.recordSession({ userId, courseId, session });
  // 12,000 sessions on four days.
  await runSql(
    database.url,
    `with recursive numbers (n) as (select 0 union all select n + 1 from numbers where n < 11998)
    insert into study_sessions select user_id, course_id, randomblob(16), total_modules_studied, time_studied,
      average_score_units, completed_at - (n + 1) % 4 * ${DAY}, module_ids, created_at, updated_at
    from study_sessions cross join numbers`,
  );
  await runSql(
    database.url,
    `update course_stats set first_completed_at = first_completed_at - ${3 * DAY} where user_id = '${userId}'`,
  );
  const dates = ['2026-11-19', '2026-11-20', '2026-11-21', '2026-11-22'];
  // The first call also loads modules.
  await stats.getLearnerActivity({ userId });
  let turns = 0;
  let isDone = false;
  const countTurns = () => {
    turns++;
    if (!isDone) setImmediate(countTurns);
  };
  setImmediate(countTurns);
  const activity = await stats.getLearnerActivity({ userId });
  isDone = true;
  assert.deepEqual(activity, {
    timeZone: 'UTC',
    dayStart: '00:00',
    currentStreak: 4,
    longestStreak: 4,
    activeDays: 4,
    items: dates.map((date) => item(date, 3_000)),
  });
  assert.ok(turns >= 2, `${turns} turns`);
});

describe('the time of an activity', () => {
  test('Items have the last 371 days by default, and at most 1,000 days', async () => {
    await using fixture = await createFixture('sqlite');
    const { stats, courseId } = fixture;
    const userId = newUserId();
    const today = Date.parse('2026-11-22T00:00:00Z');
    const dateOf = (back: number) => new Date(today - back * DAY).toISOString();
    for (const back of [0, 370, 371, 999, 1_000, 1_100]) {
      await stats.recordSession({ userId, courseId, session: sessionContent({ completedAt: dateOf(back) }) });
    }
    const daysOf = async (range: { from?: string; to?: string }) => {
      const { items } = await stats.getLearnerActivity({ userId, ...range });
      return items.map(({ date }) => (today - Date.parse(date)) / DAY);
    };
    assert.deepEqual(await daysOf({}), [370, 0]);
    assert.deepEqual(await daysOf({ to: dateOf(0) }), [371, 370]);
    assert.deepEqual(await daysOf({ to: dateOf(999) }), [1_100, 1_000]);
    assert.deepEqual(await daysOf({ to: dateOf(2_000) }), []);
    assert.deepEqual(await daysOf({ from: dateOf(999) }), [999, 371, 370, 0]);
    assert.deepEqual(await daysOf({ from: dateOf(1_100), to: dateOf(100) }), [1_100, 1_000, 999, 371, 370]);
    assert.deepEqual(await daysOf({ from: dateOf(0), to: dateOf(1_100) }), []);
    await assert.rejects(daysOf({ from: dateOf(1_000) }), {
      code: 'invalid-request',
      message:
        'from is "2024-02-26T00:00:00.000Z"; it must be at most 1,000 days before to (without to: before the end of today); choose a shorter time.',
    });
    await assert.rejects(daysOf({ from: '1970-01-01T00:00:00Z', to: '9999-12-31T23:59:59Z' }), {
      code: 'invalid-request',
    });
  });

  test('`getLearnerActivity` accepts each start of a day from 00:00 to 06:00, and reports every fault', async () => {
    await using fixture = await createFixture('sqlite');
    const { stats } = fixture;
    const userId = newUserId();
    for (const dayStart of ['00:00', '04:59', '06:00']) {
      assert.equal((await stats.getLearnerActivity({ userId, dayStart })).dayStart, dayStart);
    }
    for (const dayStart of ['06:01', '23:00', '4:00', '04:60', '04:00:00', '-01:00', '', 400, null]) {
      await assert.rejects(stats.untyped.getLearnerActivity({ userId, dayStart }), {
        code: 'invalid-request',
        message: /^dayStart is .*; it must be a time of day from 00:00 to 06:00, such as 04:00\.$/,
      });
    }
    const broken = {
      userId: 'x',
      timeZone: 'Mars',
      dayStart: 'noon',
      from: 'now',
      to: 'then',
      courseId: 'y',
    };
    await assert.rejects(stats.untyped.getLearnerActivity(broken), (error) => {
      assert.ok(error instanceof StatsError);
      const places = error.faults.map((fault) => ('parameter' in fault ? fault.parameter : fault.pointer));
      assert.deepEqual(places.toSorted(), ['courseId', 'dayStart', 'from', 'timeZone', 'to', 'userId']);
      return true;
    });
  });
});
