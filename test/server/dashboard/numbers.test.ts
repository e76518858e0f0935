import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import * as z from 'zod';
import { courseActivitySchema } from '../../../src/core/model/course-activity.js';
import { courseSummarySchema } from '../../../src/core/model/course-summary.js';
import { historySchema } from '../../../src/core/model/history.js';
import { learnerActivitySchema } from '../../../src/core/model/learner-activity.js';
import { lifetimeStatsSchema, studiedCourseSchema } from '../../../src/core/model/lifetime.js';
import { rosterSchema } from '../../../src/core/model/roster.js';
import { sessionSchema } from '../../../src/core/model/session.js';
import { toInstant } from '../../../src/core/model/time.js';
import { MEASURES } from '../../../src/server/charts/index.js';
import { COURSE_MEASURES } from '../../../src/server/charts/parameters.js';
import { score, scoreChange } from '../../../src/server/dashboard/format.js';
import { readWeeks, weeksSentence } from '../../../src/server/dashboard/course-weeks.js';
import { Zone } from '../../../src/server/dashboard/zone.js';
import { learnerId } from '../../support/classroom.js';
import { sessionContent } from '../../support/factories.js';
import { textsOf } from '../../support/pictures.js';
import {
  createDashboard,
  fillCourse,
  MODULES,
  numbersIn,
  rowsIn,
  sectionOf,
  textOf,
} from '../../support/dashboard.js';

const dashboard = await createDashboard();
after(() => dashboard[Symbol.asyncDispose]());
await fillCourse(dashboard, 30);
const { courseId } = dashboard;
const course = `/courses/${courseId}`;

const DAY = 86_400_000;
const present = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

test('The figures of the page of a course are those of its summary', async () => {
  const html = await dashboard.page(`/dashboard${course}`);
  const summary = courseSummarySchema.parse(await dashboard.api(`${course}/summary`));
  const { learners, perLearner, progressHistogram, modules } = summary;
  assert.ok(learners.notStarted && learners.active && learners.inactive && learners.completed);
  assert.deepEqual(numbersIn(sectionOf(html, 'learners-title')), [
    learners.completed,
    learners.active,
    learners.inactive,
    learners.notStarted,
  ]);
  const tiles = html.slice(html.indexOf('class="tiles"'), html.indexOf('</dl>'));
  assert.deepEqual(numbersIn(tiles), [
    summary.averageScore,
    summary.timeStudied,
    perLearner.timeStudied?.median,
    summary.sessionCount,
    perLearner.sessionCount?.median,
    summary.totalModulesStudied,
  ]);
  const quartiles = html.slice(html.indexOf('class="card fold"'), html.indexOf('</details>'));
  assert.deepEqual(
    numbersIn(quartiles),
    [perLearner.averageScore, perLearner.timeStudied, perLearner.sessionCount].flatMap((each) =>
      each ? [each.min, each.p25, each.median, each.p75, each.max] : [],
    ),
  );
  const progress = sectionOf(html, 'progress-title');
  assert.deepEqual(numbersIn(progress), progressHistogram);
  const [, half = ''] = /<div class="picture half">(.*?)<\/svg>/s.exec(progress) ?? [];
  assert.deepEqual(
    textsOf({ text: half }, 'title').slice(1),
    progressHistogram.map((count, index) =>
      `${index * 10}–${index < 9 ? `${index}9` : 100}%: ${count}`.replace('–09', '–9'),
    ),
  );
  const low = progressHistogram.slice(0, 5).reduce((sum, count) => sum + count, 0);
  assert.ok(
    textOf(progress).includes(
      `Of 30 learners, ${learners.completed} have studied every module, and ${low} have studied less`,
    ),
  );
  const [, ...rows] = rowsIn(sectionOf(html, 'modules-title'));
  assert.deepEqual(
    rows,
    modules.map(({ moduleId, learners: studied }) => [moduleId, '', String(studied)]),
  );
  const drops = modules.map(({ learners: studied }, index) => (modules[index - 1]?.learners ?? 0) - studied);
  const stop = drops.indexOf(Math.max(...drops));
  const [before, module] = [modules[stop - 1], modules[stop]];
  assert.ok(
    textOf(html).includes(
      `Largest drop: ${before?.learners} learners studied ${before?.moduleId}, ` +
        `${module?.learners} studied ${module?.moduleId}. Modules in the order of their ids.`,
    ),
    textOf(sectionOf(html, 'modules-title')),
  );
});

test('The chart of a course has the numbers of its activity, in every interval and for every figure', async () => {
  for (const interval of ['day', 'week', 'month']) {
    const range = '&timeZone=America/St_Johns';
    const query = `interval=${interval}&from=2026-10-01${range}&to=2026-11-22`;
    const bounds = 'from=2026-10-01T02:30:00Z&to=2026-11-23T03:30:00Z';
    const activity = courseActivitySchema.parse(
      await dashboard.api(`${course}/activity?interval=${interval}${range}&${bounds}`),
    );
    for (const name of COURSE_MEASURES) {
      const html = await dashboard.page(`/dashboard${course}?measure=${name}&${query}`);
      const section = sectionOf(html, 'activity-title');
      const [current] = /<a[^>]*aria-current="true"[^>]*>[^<]*/.exec(section) ?? [];
      assert.equal(textOf(current ?? ''), MEASURES[name].name);
      const [, ...rows] = rowsIn(section);
      const expected = activity.items.map((item) => {
        const value = item[name];
        return value === null ? 'none' : MEASURES[name].format(value);
      });
      assert.deepEqual(
        rows.map(([, value]) => value),
        expected,
        `${interval} ${name}`,
      );
    }
  }
});

test('A course compares this week with the same part of the last one', async () => {
  const html = sectionOf(await dashboard.page(`/dashboard${course}`), 'weeks-title');
  // It is Sunday, 10:00 UTC.
  const ranges = [
    ['2026-11-16T00:00:00Z', '2026-11-23T00:00:00Z'],
    ['2026-11-09T00:00:00Z', '2026-11-15T10:00:00Z'],
    ['2026-11-09T00:00:00Z', '2026-11-16T00:00:00Z'],
    ['2026-11-02T00:00:00Z', '2026-11-09T00:00:00Z'],
  ];
  const weeks = await Promise.all(
    ranges.map(async ([from, to]) => {
      const body = await dashboard.api(`${course}/activity?interval=week&from=${from}&to=${to}`);
      return courseActivitySchema.parse(body).items[0];
    }),
  );
  const columns = ['activeLearners', 'newLearners', 'sessionCount', 'timeStudied', 'averageScore'] as const;
  assert.deepEqual(
    numbersIn(html),
    columns.flatMap((name) => {
      const [now = null, then = null, ...rest] = weeks.map((week) => week?.[name] ?? null);
      const difference = now === null || then === null ? null : now - then;
      return present([now, then, difference, ...rest]);
    }),
  );
  const [heading] = rowsIn(html);
  assert.deepEqual(heading, [
    '',
    'This week so farMon 16 Nov to now',
    'Last week, up to the same time9 to 15 Nov, 10:00',
    'Changethis week so far',
    'Last week, complete9 to 15 Nov',
    'Week before last2 to 8 Nov',
  ]);
  assert.match(
    textOf(html),
    /this week: 4 more active learners and 2 fewer sessions than in the same part of/,
  );
});

test('The same time a week ago is that of the clock, also after a change of the clocks', async () => {
  // Monday 00:30 in London, where summer time began the day before.
  const now = Date.parse('2027-03-28T23:30:45Z');
  const { partEnd } = await readWeeks(
    dashboard.stats.untyped,
    { courseId },
    new Zone('Europe/London', now),
    now,
  );
  assert.equal(toInstant(partEnd), '2027-03-22T00:30:00.000Z');
});

/** Compares two weeks that differ by these numbers. */
function comparison(learners: number, sessions: number): string {
  const then = { activeLearners: 5, sessionCount: 5 };
  const now = { activeLearners: 5 + learners, sessionCount: 5 + sessions };
  return weeksSentence(now, then, then, now);
}

test('The sentence about the weeks says fewer, more or as many', () => {
  const [begin, other] = ['So far this week: ', 'in the same part of last week. Last week: '];
  const end = 'in the week before.';
  assert.equal(
    comparison(-1, 1),
    `${begin}1 fewer active learner and 1 more session than ${other}1 more active learner and 1 fewer session than ${end}`,
  );
  const same = 'as many active learners and as many sessions as';
  assert.equal(comparison(0, 0), `${begin}${same} ${other}${same} ${end}`);
  assert.equal(
    comparison(0, -2),
    `${begin}as many active learners as in the same part of last week, and 2 fewer sessions. Last week: as many active learners as in the week before, and 2 more sessions.`,
  );
  const none = { activeLearners: 0, sessionCount: 0 };
  const [last, before] = [
    { activeLearners: 15, sessionCount: 16 },
    { activeLearners: 25, sessionCount: 44 },
  ];
  assert.equal(
    weeksSentence(none, none, last, before),
    'No session yet this week. Last week: 10 fewer active learners and 28 fewer sessions than in the week before.',
  );
});

test('Scores of small scales and small changes have the digits of the charts', () => {
  const shown = [
    score(0.8531),
    score(85.1),
    score(1_234.567),
    scoreChange(0.8531, 0.8571),
    scoreChange(73.0741, 77.57),
  ];
  assert.deepEqual(
    shown.map(({ text }) => textOf(text)),
    ['0.8531', '85.10', '1,234.57', '+0.0040', '+4.50'],
  );
});

test('A roster shows the rows of the API in every sort, filter and page', async () => {
  const queries = [
    '',
    'sort=progress&order=desc',
    'sort=lastCompletedAt&order=asc&status=inactive&inactiveAfter=10',
    'group=evening&search=learner+1',
    'status=not-started&inactiveAfter=3',
  ];
  for (const query of queries) {
    const html = sectionOf(await dashboard.page(`/dashboard${course}?${query}`), 'roster-title');
    const api = `sort=displayName&${query.replace('+', '%20')}`.replace(/^sort=displayName&sort=/, 'sort=');
    const roster = rosterSchema.parse(await dashboard.api(`${course}/learners?${api}&limit=50`));
    assert.ok(roster.items.length > 0, query);
    const [, ...rows] = rowsIn(html);
    assert.deepEqual(
      rows.map(([name]) => name),
      roster.items.map(({ displayName, userId }) => displayName ?? userId),
    );
    assert.deepEqual(
      numbersIn(html),
      roster.items.flatMap((row) =>
        present([row.progress, row.sessionCount, row.timeStudied, row.averageScore]),
      ),
      query,
    );
    assert.deepEqual(
      rows.map(([, status]) => status?.toLowerCase().replace(' ', '-')),
      roster.items.map(({ status }) => status),
    );
  }
});

test('The page of a learner has the stats, history, modules and sessions of the API', async () => {
  const userId = learnerId(8);
  const headers = { 'x-user-id': userId };
  const mine = async (path: string) => JSON.parse((await dashboard.get(path, headers)).text);
  const stats = lifetimeStatsSchema.parse(await mine(course));
  const history = historySchema.parse(
    await mine(`${course}/history?interval=month&from=2026-09-01T00:00:00Z&to=2026-12-01T00:00:00Z`),
  );
  const sessions = z.array(sessionSchema).parse((await mine(`${course}/sessions`)).items);
  const query = 'interval=month&from=2026-09-01&to=2026-11-30&measure=averageScore';
  const pages = [
    await dashboard.page(`/dashboard${course}/learners/${userId}?${query}`),
    (await dashboard.get(`/dashboard/me${course}?${query}`, headers)).text,
  ];
  for (const html of pages) {
    const { progress, averageScore, timeStudied, sessionCount } = stats;
    const tiles = html.slice(html.indexOf('class="tiles"'), html.indexOf('</dl>'));
    assert.deepEqual(numbersIn(tiles), [progress, averageScore, timeStudied, sessionCount]);
    const [, ...months] = rowsIn(sectionOf(html, 'history-title'));
    assert.deepEqual(
      months.map(([, value]) => value),
      history.items.map((item) =>
        item.averageScore === null ? 'none' : MEASURES.averageScore.format(item.averageScore),
      ),
    );
    const [, ...modules] = rowsIn(sectionOf(html, 'modules-title'));
    const counts = MODULES.map(
      (moduleId) => sessions.filter(({ moduleIds }) => moduleIds.includes(moduleId)).length,
    );
    assert.deepEqual(
      modules.map(([moduleId, , count]) => [moduleId, count]),
      MODULES.map((moduleId, index) => [moduleId, counts[index] ? String(counts[index]) : '–']),
    );
    assert.deepEqual(
      numbersIn(sectionOf(html, 'sessions-title')),
      sessions.flatMap((each) => present([each.timeStudied, each.totalModulesStudied, each.averageScore])),
    );
  }
});

/** Instants of a learner in New York, where clocks went back on 1 November, each with the day that begins at 04:00. */
const STUDIED: readonly (readonly [completedAt: string, day: string])[] = [
  ['2026-11-22T09:30:00Z', '2026-11-22'],
  ['2026-11-22T08:59:59Z', '2026-11-21'],
  ['2026-11-16T09:00:00Z', '2026-11-16'],
  // Mondays at 02:00 are of the week before.
  ['2026-11-16T07:00:00Z', '2026-11-15'],
  ['2026-11-02T07:00:00Z', '2026-11-01'],
  ['2026-11-01T08:00:00Z', '2026-10-31'],
  ['2026-10-26T06:00:00Z', '2026-10-25'],
  ['2026-10-26T08:00:00Z', '2026-10-26'],
  ['2026-08-03T12:00:00Z', '2026-08-03'],
  // Longer ago than the weeks of the chart, and than the days of the calendar.
  ['2026-04-01T12:00:00Z', '2026-04-01'],
  ['2025-11-01T12:00:00Z', '2025-11-01'],
];

test('My learning has the streaks, days, weeks and courses of the API', async () => {
  await using own = await createDashboard();
  const { stats, courseId: algebra } = own;
  await stats.setCourse({ courseId: algebra, course: { name: 'Algebra', moduleIds: MODULES } });
  const zoology = await stats.addCourse({ course: { name: 'Zoology' } });
  for (const [index, [completedAt]] of STUDIED.entries()) {
    const timeStudied = 60_000 * 2 ** index;
    const session = sessionContent({ completedAt, timeStudied, moduleIds: MODULES.slice(0, index) });
    await stats.recordSession({
      userId: learnerId(0),
      courseId: index % 2 === 0 ? algebra : zoology.courseId,
      session,
    });
  }
  const parameters = 'timeZone=America/New_York&dayStart=04:00';
  const html = await own.page(`/dashboard/me?${parameters}`);
  const activity = learnerActivitySchema.parse(await own.api(`/me/activity?${parameters}`));
  const body = z.object({ items: z.array(studiedCourseSchema) }).parse(await own.api('/me/courses'));
  const { currentStreak, longestStreak, activeDays, items } = activity;
  const tiles = html.slice(html.indexOf('class="tiles"'), html.indexOf('</dl>'));
  assert.deepEqual([currentStreak, longestStreak, activeDays], [2, 2, 11]);
  assert.deepEqual(numbersIn(tiles), [currentStreak, longestStreak, activeDays]);
  // The days of a year.
  const days = STUDIED.toReversed().slice(1);
  assert.deepEqual(
    items.map(({ date }) => date),
    days.map(([, day]) => day).toSorted(),
  );
  assert.deepEqual(
    numbersIn(sectionOf(html, 'calendar-title')),
    items.toReversed().flatMap((day) => [day.sessionCount, day.totalModulesStudied, day.timeStudied]),
  );
  const [, ...weeks] = rowsIn(sectionOf(html, 'hours-title'));
  // The first week with a session of the last 26.
  const first = Date.parse('2026-08-03');
  const expected = Array.from({ length: 16 }, (_, index) => {
    const [start, end] = [first + index * 7 * DAY, first + (index + 1) * 7 * DAY];
    const within = items.filter(({ date }) => Date.parse(date) >= start && Date.parse(date) < end);
    const sum = within.reduce((total, { timeStudied }) => total + timeStudied, 0);
    return MEASURES.timeStudied.format(sum);
  });
  assert.deepEqual(
    weeks.map(([, value]) => value),
    expected,
  );
  assert.deepEqual([weeks[0]?.[0], weeks.at(-1)?.[0]], ['3 Aug 2026', '16 Nov 2026 (this week so far)']);
  assert.deepEqual(
    numbersIn(sectionOf(html, 'courses-title')),
    body.items.flatMap((each) =>
      present([each.progress, each.sessionCount, each.timeStudied, each.averageScore]),
    ),
  );
  assert.equal(body.items.length, 2);
  const home = await own.page('/dashboard');
  assert.deepEqual(numbersIn(home), numbersIn(sectionOf(html, 'courses-title')));
});

test('The list of all courses has the figures of their summaries', async () => {
  const html = await dashboard.page('/dashboard/courses');
  const [, ...rows] = rowsIn(html);
  const { learners, sessionCount } = courseSummarySchema.parse(await dashboard.api(`${course}/summary`));
  const { total, active, inactive, notStarted, completed } = learners;
  const first = /<tbody>(.*?)<\/tr>/s.exec(html)?.[1] ?? '';
  const statuses = { completed, active, inactive, 'not-started': notStarted };
  const shown = [total, ...Object.values(statuses), completed / total, sessionCount];
  assert.deepEqual(numbersIn(first), shown);
  assert.deepEqual(
    rows.map(([name]) => name),
    ['Algebra', 'Zoology'],
  );
  // A course without declared modules cannot be completed.
  assert.equal(rows[1]?.[4], '–');
  const caption = `${completed} completed ${active} active ${inactive} inactive ${notStarted} not started`;
  assert.ok(textOf(first).includes(caption), textOf(first));
  assert.deepEqual(
    Array.from(first.matchAll(/\?status=([\w-]+)#learners/g), ([, status]) => status),
    Object.keys(statuses),
  );
});
