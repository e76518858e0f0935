import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import type { Stats, UserId } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { quotientOf } from '../support/oracle.js';
import { runSql } from '../support/sql.js';

const MAX_INT64 = 2n ** 63n - 1n;
const MAX_EXACT = 2n ** 53n - 1n;
const UNITS = 10_000n;
const DAY = 86_400_000;

/** The sums of a learner: weighted scores in units, and scored modules. */
type Totals = readonly [weighted: bigint, modules: bigint];

const AVERAGES: readonly Totals[] = [
  [0n, MAX_EXACT],
  [1n, MAX_EXACT],
  [1n, 3n],
  [MAX_EXACT, 1n],
  [MAX_EXACT, MAX_EXACT / UNITS],
  [MAX_EXACT, MAX_EXACT / UNITS + 1n],
  [MAX_EXACT + 1n, MAX_EXACT],
  [MAX_EXACT + 2n, 3n],
  [MAX_INT64, 1n],
  [MAX_INT64, 7n],
  [MAX_INT64, MAX_EXACT],
  // Equal as doubles, although the exact quotients have the opposite order of the learners.
  [2n ** 62n + 2n, 2n ** 40n],
  [2n ** 62n + 1n, 2n ** 40n],
  [2n ** 62n, 2n ** 40n],
  ...fc.sample(
    fc.tuple(fc.bigInt({ min: MAX_EXACT, max: MAX_INT64 }), fc.bigInt({ min: 1n, max: MAX_EXACT })),
    { numRuns: 50, seed: 1 },
  ),
];

type CourseFixture = Pick<Fixture, 'stats' | 'courseId' | 'database'>;

/** Adds a course without learners. */
async function newCourse({ stats, database }: Fixture): Promise<CourseFixture> {
  const { courseId } = await stats.addCourse({ course: { name: crypto.randomUUID() } });
  return { stats, database, courseId };
}

/** Records a session of each learner, in the order of their ids. */
async function addLearners({ stats, courseId }: CourseFixture, amount: number): Promise<UserId[]> {
  const userIds = Array.from({ length: amount }, newUserId).toSorted();
  const results = await stats.recordSessions({
    sessions: userIds.map((userId) => ({ userId, courseId, ...sessionContent() })),
  });
  for (const { outcome } of results) assert.equal(outcome, 'recorded');
  return userIds;
}

/** Writes totals directly, because so many sessions would take too long. */
async function setTotals(
  { database, courseId }: CourseFixture,
  totals: ReadonlyMap<UserId, Readonly<Record<string, bigint>>>,
) {
  const columns = new Set(Array.from(totals.values()).flatMap((values) => Object.keys(values)));
  const assignments = Array.from(columns, (column) => {
    const cases = Array.from(
      totals,
      ([userId, values]) => `when user_id = '${userId}' then ${values[column] ?? 0n}`,
    );
    return `${column} = case ${cases.join(' ')} else ${column} end`;
  });
  await runSql(database.url, `update course_stats set ${assignments.join()} where course_id = '${courseId}'`);
}

async function readAll(stats: Stats, call: Parameters<Stats['listLearners']>[0]) {
  const items = [];
  for (let page = await stats.listLearners(call); ;) {
    items.push(...page.items);
    if (page.next === null) return items;
    page = await stats.listLearners({ ...call, cursor: page.next });
  }
}

for (const dialect of DIALECTS) {
  // One database for all, because opening one takes longer than most of these tests.
  test(`the course's view on ${dialect}`, async (context) => {
    await using fixture = await createFixture(dialect);
    const { stats, clock } = fixture;

    await context.test(
      'Averages are exact and sort as the doubles that are returned, up to the limits of their sums',
      async () => {
        const course = await newCourse(fixture);
        const { courseId } = course;
        const userIds = await addLearners(course, AVERAGES.length);
        const totals = userIds.map((userId, index) => ({ userId, totals: AVERAGES[index] ?? [0n, 1n] }));
        await setTotals(
          course,
          new Map(
            totals.map(({ userId, totals: [weighted, modules] }) => [
              userId,
              { weighted_score_units: weighted, scored_modules: modules },
            ]),
          ),
        );
        const expected = totals.map(({ userId, totals: [weighted, modules] }) => ({
          userId,
          averageScore: quotientOf(weighted, modules * UNITS),
        }));
        for (const [order, sign] of [
          ['asc', 1],
          ['desc', -1],
        ] as const) {
          const rows = await readAll(stats, { courseId, sort: 'averageScore', order, limit: 7 });
          assert.deepEqual(
            rows.map(({ userId, averageScore }) => ({ userId, averageScore })),
            expected.toSorted((a, b) => sign * (a.averageScore - b.averageScore)),
          );
        }
      },
    );

    await context.test(
      'Sums of a course are exact beyond 64 bits, and rejected beyond the integers of JSON',
      async () => {
        const course = await newCourse(fixture);
        const { courseId } = course;
        const [first = newUserId(), second = newUserId(), third = newUserId()] = await addLearners(course, 3);
        const large = {
          weighted_score_units: MAX_INT64,
          time_studied: 0n,
          scored_modules: 5n,
          total_modules_studied: 5n,
        };
        await setTotals(
          course,
          new Map([
            [first, { ...large, time_studied: MAX_EXACT }],
            [second, large],
            [third, { ...large, scored_modules: MAX_EXACT - 10n, total_modules_studied: MAX_EXACT - 10n }],
          ]),
        );
        const { averageScore, timeStudied, totalModulesStudied } = await stats.getSummary({ courseId });
        assert.deepEqual(
          [averageScore, timeStudied, totalModulesStudied],
          [quotientOf(3n * MAX_INT64, MAX_EXACT * UNITS), Number(MAX_EXACT), Number(MAX_EXACT)],
        );

        for (const column of ['time_studied', 'total_modules_studied', 'scored_modules']) {
          const change = (by: string) =>
            runSql(
              fixture.database.url,
              `update course_stats set ${column} = ${column} ${by} where user_id = '${second}'`,
            );
          await change('+ 1');
          await assert.rejects(stats.getSummary({ courseId }), { code: 'total-out-of-range' });
          await change('- 1');
        }
        assert.equal((await stats.listLearners({ courseId, sort: 'timeStudied' })).items.length, 3);
      },
    );

    await context.test('A course without declared modules lists the first 1,000 by id', async () => {
      const course = await newCourse(fixture);
      const { courseId } = course;
      const moduleIds = Array.from({ length: 1_003 }, (_, index) => `m${1_000 + index}`);
      for (const ids of [moduleIds.slice(-1_000), moduleIds.slice(0, 5)]) {
        await stats.recordSession({
          userId: newUserId(),
          courseId,
          session: sessionContent({ moduleIds: ids }),
        });
      }
      const { modules } = await stats.getSummary({ courseId });
      assert.deepEqual(
        modules,
        moduleIds
          .slice(0, 1_000)
          .map((moduleId, index) => ({ moduleId, learners: index === 3 || index === 4 ? 2 : 1 })),
      );
    });

    await context.test('The statuses of a walk are those of its first page, to the millisecond', async () => {
      const course = await newCourse(fixture);
      const { courseId } = course;
      const userIds = await addLearners(course, 2);
      clock.advance(DAY);
      const call = { courseId, inactiveAfter: 1, limit: 1 };
      const active = { ...call, status: 'active' } as const;
      const first = await stats.listLearners(active);
      clock.advance(1);
      const second = await stats.listLearners({ ...active, cursor: first.next ?? '' });
      assert.deepEqual(
        [first, second].map(({ items, asOf }) => [items[0]?.userId, items[0]?.status, asOf]),
        userIds.map((userId) => [userId, 'active', '2026-11-23T10:00:00.000Z']),
      );
      const later = await stats.listLearners({ ...call, status: 'inactive', limit: 2 });
      assert.deepEqual([later.items.length, later.asOf], [2, '2026-11-23T10:00:00.001Z']);
    });

    await context.test('A name begins with its own start, in any case and without diacritics', async () => {
      const { courseId } = await newCourse(fixture);
      const learner = { userId: newUserId(), courseId };
      await stats.enrolLearner({ ...learner, enrolment: { displayName: 'Νικόστρατος' } });
      const searches = ['Ν', 'ΝΙΚΟΣ', 'νικος', 'νίκοσ', 'ΝΙΚΌΣΤΡΑΤΟΣ', '%', 'ικος'];
      const found = await Promise.all(
        searches.map(async (search) => (await stats.listLearners({ courseId, search })).items.length),
      );
      assert.deepEqual(found, [1, 1, 1, 1, 1, 0, 0]);
    });

    await context.test('A walk by id returns every learner once while others are added', async () => {
      const course = await newCourse(fixture);
      const { courseId } = course;
      const enrolled = newUserId();
      await stats.enrolLearner({ userId: enrolled, courseId, enrolment: {} });
      const present = [...(await addLearners(course, 100)), enrolled];
      const walk = new AbortController();
      let written = 0;
      // Until the walk ends, but at most a few learners each, because it could not overtake them.
      const write = async (_: unknown, index: number) => {
        for (let round = 0; round < 20 && !walk.signal.aborted; round++) {
          const userId = round === 1 ? (present[index] ?? newUserId()) : newUserId();
          await stats.recordSession({ userId, courseId, session: sessionContent() });
          await stats.enrolLearner({ userId: newUserId(), courseId, enrolment: {} });
          written++;
        }
      };
      // The first read starts the thread that reads.
      await stats.listLearners({ courseId, limit: 1 });
      const writing = Promise.all(Array.from({ length: 64 }, write));
      for (const order of ['asc', 'desc'] as const) {
        const walked = (await readAll(stats, { courseId, order, limit: 20 })).map(({ userId }) => userId);
        assert.deepEqual(walked, order === 'asc' ? walked.toSorted() : walked.toSorted().toReversed());
        assert.equal(new Set(walked).size, walked.length);
        const missed = new Set(present).difference(new Set(walked));
        assert.deepEqual(Array.from(missed), []);
      }
      walk.abort();
      await writing;
      assert.ok(written > 0);
    });
  });
}
