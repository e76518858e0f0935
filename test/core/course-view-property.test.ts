import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openStats, type Roster, type RosterQuery, type Stats } from '../../src/core/index.js';
import { activityQuery, courseCase, NOW, prepareCase, rosterQueries } from '../support/course-cases.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newCourseId } from '../support/factories.js';
import { NaiveCourse } from '../support/naive-course.js';

const MIN_LEARNERS = 3;
/** More than there are learners. */
const MAX_PAGES = 10;
const clock = () => Date.parse(NOW);

const question = fc.record({
  course: courseCase,
  queries: rosterQueries,
  activities: fc.tuple(activityQuery, activityQuery, activityQuery),
});

test('The view of a course on every database equals one that is computed from all its sessions', async () => {
  await using stack = new AsyncDisposableStack();
  const handles: Stats[] = [];
  const urls = ['sqlite::memory:'];
  for (const dialect of DIALECTS) urls.push(stack.use(await createDatabase(dialect)).url);
  for (const database of urls) {
    handles.push(stack.use(await openStats({ database, clock, minLearners: MIN_LEARNERS })));
  }

  // The learners of earlier runs study the courses of later ones as well.
  const property = fc.asyncProperty(question, async ({ course, queries, activities }) => {
    const courseId = newCourseId();
    const { data, load } = prepareCase(course, courseId);
    const after = (inactiveAfter = 14) => new NaiveCourse(data, { inactiveAfter, asOf: NOW });
    const rows = after().rows();
    const expected = {
      walks: queries.map((query) => pagesOf(after(query.inactiveAfter), query)),
      learners: rows.map((row) => ({ ...row, ...after().rule })),
      summaries: [after(), after(1)].map((oracle) => oracle.summary(MIN_LEARNERS)),
      activities: activities.map((query) => {
        const { interval = 'week', timeZone = 'UTC' } = query;
        return { interval, timeZone, items: after().activity(query) };
      }),
    };
    const answers = await Promise.all(
      handles.map(async (stats) => {
        await load(stats);
        const [walks, learners, summaries, series] = await Promise.all([
          Promise.all(queries.map((query) => walk(stats, { courseId, ...query }))),
          Promise.all(rows.map(({ userId }) => stats.getLearner({ courseId, userId }))),
          Promise.all([undefined, 1].map((inactiveAfter) => stats.getSummary({ courseId, inactiveAfter }))),
          Promise.all(activities.map((query) => stats.getCourseActivity({ courseId, ...query }))),
        ]);
        return { walks, learners, summaries, activities: series };
      }),
    );
    for (const { walks, ...others } of answers) {
      const withoutNext = walks.map((pages) => pages.map(({ next: _next, ...page }) => page));
      assert.deepEqual({ walks: withoutNext, ...others }, expected);
    }
    const [first, ...others] = answers.map((answer) => JSON.stringify(answer));
    for (const other of others) assert.equal(other, first);
  });
  await fc.assert(property, { numRuns: 10 });
});

/** Follows `next` to the last page. */
async function walk(stats: Stats, call: Parameters<Stats['listLearners']>[0]) {
  const pages: Roster[] = [];
  for (let cursor: string | undefined; pages.length === 0 || cursor !== undefined;) {
    const page = await stats.listLearners({ ...call, cursor });
    pages.push(page);
    assert.ok(pages.length < MAX_PAGES);
    cursor = page.next ?? undefined;
  }
  return pages;
}

function pagesOf(oracle: NaiveCourse, query: RosterQuery & { readonly limit: number }) {
  const rows = oracle.list(query);
  const pages = Math.max(1, Math.ceil(rows.length / query.limit));
  return Array.from({ length: pages }, (_, page) => ({
    items: rows.slice(page * query.limit, (page + 1) * query.limit),
    ...oracle.rule,
  }));
}
