import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ROSTER_SORTS } from '../../../src/core/index.js';
import { Assets } from '../../../src/server/assets.js';
import { rosterFile } from '../../../src/server/dashboard/index.js';
import type { PageRequest } from '../../../src/server/router.js';
import { learnerId } from '../../support/classroom.js';
import { parseCsv } from '../../support/csv.js';
import { createDashboard, fillCourse, rowsIn, sectionOf, textOf } from '../../support/dashboard.js';
import { sessionContent } from '../../support/factories.js';

test('A page of a list that has become shorter says so, with a link to the first page', async () => {
  await using dashboard = await createDashboard();
  const { stats, courseId } = dashboard;
  for (const userId of [learnerId(0), learnerId(1)]) {
    await stats.recordSession({ userId, courseId, session: sessionContent() });
  }
  const { courseId: other } = await stats.addCourse({ course: { name: 'Zoology' } });
  await stats.recordSession({ userId: learnerId(0), courseId: other, session: sessionContent() });
  const cursors = [
    await stats.listLearners({ courseId, sort: 'displayName', limit: 1 }),
    await stats.listStudiedCourses({ userId: learnerId(0), limit: 1 }),
    await stats.listCourses({ limit: 1 }),
  ].map(({ next }) => `cursor=${next}`);
  await stats.eraseUser({ userId: learnerId(1) });
  const [learners, studied, courses] = cursors;
  const course = `/dashboard/courses/${courseId}`;
  const roster = await dashboard.page(`${course}?order=asc&${learners}`);
  assert.match(textOf(roster), /There are no more learners\. First page/);
  assert.match(roster, /href="\?order=asc#learners">First page</);
  await stats.eraseUser({ userId: learnerId(0) });
  await stats.deleteCourse({ courseId: other });
  for (const path of [`/dashboard?${studied}`, `/dashboard/me?${studied}`, `/dashboard/courses?${courses}`]) {
    assert.match(textOf(await dashboard.page(path)), /There are no more courses\. First page/, path);
  }
});

test('The file of a list has the order of the roster, by every figure', async () => {
  await using dashboard = await createDashboard();
  await fillCourse(dashboard, 30);
  const { stats, courseId } = dashboard;
  for (const sort of ROSTER_SORTS) {
    for (const order of ['asc', 'desc'] as const) {
      const { items } = await stats.listLearners({ courseId, sort, order });
      const path = `/dashboard/courses/${courseId}/learners.csv?sort=${sort}&order=${order}`;
      const rows = parseCsv(await dashboard.page(path));
      assert.deepEqual(
        rows.map((row) => row['userId']),
        items.map(({ userId }) => userId),
        path,
      );
    }
  }
});

test('The file of a list counts its rows, and ends early for a reader who has disconnected', async () => {
  await using dashboard = await createDashboard();
  const { stats, courseId } = dashboard;
  // The file is read in pages of 1,000 learners.
  const sessions = Array.from({ length: 1_001 }, (_, index) => ({
    userId: learnerId(index),
    courseId,
    ...sessionContent(),
  }));
  await stats.recordSessions({ sessions: sessions.slice(0, 1_000) });
  await stats.recordSessions({ sessions: sessions.slice(1_000) });
  const request: PageRequest = {
    assets: new Assets(),
    stats: stats.untyped,
    caller: {
      credential: 'gateway',
      userId: learnerId(0),
      scopes: new Set(),
      courses: undefined,
      subject: undefined,
    },
    userId: learnerId(0),
    pathname: `/dashboard/courses/${courseId}/learners.csv`,
    path: { courseId },
    query: new URLSearchParams('timeZone=Asia/Tokyo'),
    now: dashboard.clock.read(),
    isClosed: () => false,
  };
  const tooLong = await rosterFile(request, 1_000);
  assert.equal(tooLong.status, 400);
  assert.match(
    textOf(String(tooLong.body)),
    /The list is too long It has more than 1,000 learners\. Filter it, or run stats-service roster --csv/,
  );
  assert.ok(
    String(tooLong.body).includes(
      `href="../../../dashboard/courses/${courseId}?timeZone=Asia%2FTokyo#learners"`,
    ),
  );
  const lengthOf = async (changes: Partial<PageRequest>, max: number) =>
    parseCsv(String((await rosterFile({ ...request, ...changes }, max)).body)).length;
  assert.equal(await lengthOf({ query: new URLSearchParams({ search: learnerId(7) }) }, 1), 1);
  assert.equal(await lengthOf({}, 1_001), 1_001);
  assert.equal(await lengthOf({ isClosed: () => true }, 1_001), 1_000);
});

test('A module that a learner may have studied in a session that was not read is not “Not yet”', async () => {
  await using dashboard = await createDashboard();
  const { stats, clock } = dashboard;
  const userId = learnerId(0);
  const moduleIds = ['first', 'second', 'third'];
  const statesOf = async (studied: readonly string[]) => {
    const { courseId } = await stats.addCourse({ course: { name: studied.join(' '), moduleIds } });
    // One session more than the page reads, the oldest last.
    const sessions = Array.from({ length: 5_001 }, (_, index) => {
      const completedAt = new Date(clock.read() - index * 60_000).toISOString();
      const id = studied[index < 5_000 ? index % (studied.length - 1) : studied.length - 1] ?? '';
      return { userId, courseId, ...sessionContent({ completedAt, moduleIds: [id] }) };
    });
    for (let start = 0; start < sessions.length; start += 1_000) {
      await stats.recordSessions({ sessions: sessions.slice(start, start + 1_000) });
    }
    const html = sectionOf(await dashboard.page(`/dashboard/me/courses/${courseId}`), 'modules-title');
    const [, ...rows] = rowsIn(html);
    return [rows.map(([, state]) => state), /last 5,000\s+sessions[^<]*/.exec(html)?.[0]];
  };
  const [hidden, reason] = await statesOf(['first', 'second']);
  assert.deepEqual(hidden, ['Studied', '–', '–']);
  assert.match(String(reason), /earlier session/);
  // The stats say how many modules were studied, so that nothing is hidden here.
  assert.deepEqual((await statesOf(['first', 'second', 'first']))[0], ['Studied', 'Studied', 'Not yet']);
});
