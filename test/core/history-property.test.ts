import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { openStats, type Session, type Stats } from '../../src/core/index.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId } from '../support/factories.js';
import { quotientOf, unitsOf } from '../support/oracle.js';
import { localDate, localTime, ZONES } from '../support/time-zones.js';

const HOUR = 3_600_000;

/** Clock changes of all zones, including the skipped day of Apia. */
const CHANGES = [
  '2011-12-30T10:00:00Z',
  '2012-03-25T01:00:00Z',
  '2012-10-21T03:00:00Z',
  '2012-11-04T06:00:00Z',
  '2013-02-17T02:00:00Z',
].map((text) => Date.parse(text));

const HALF_HOURS = CHANGES.flatMap((change) =>
  Array.from({ length: 201 }, (_, index) => change + ((index - 100) * HOUR) / 2),
);

/** The boundaries of the intervals in all zones. */
const MIDNIGHTS = HALF_HOURS.filter((time) =>
  ZONES.some((timeZone) => localTime(time, timeZone).endsWith('T00:00:00')),
);

const instant = fc
  .oneof(
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -50 * HOUR, max: 50 * HOUR }))
      .map(([change, beside]) => change + beside),
    fc.constantFrom(...HALF_HOURS),
    fc.tuple(fc.constantFrom(...MIDNIGHTS), fc.constantFrom(0, -1)).map(([time, more]) => time + more),
  )
  .map((time) => new Date(time).toISOString());

const content = fc.record({
  totalModulesStudied: fc.nat({ max: 5 }),
  averageScore: fc.constantFrom(null, 0, 1.00005, 68.4, 66.66666666666667),
  timeStudied: fc.nat({ max: 10_000_000 }),
  completedAt: instant,
});

const question = fc.record({
  sessions: fc.array(content, { maxLength: 12 }),
  timeZone: fc.constantFrom(...ZONES),
  interval: fc.constantFrom('day' as const, 'week' as const, 'month' as const),
  from: fc.option(instant, { nil: undefined }),
  to: fc.option(instant, { nil: undefined }),
});

function sumOf(start: string, sessions: readonly Session[]) {
  const modules = sessions.reduce((sum, session) => sum + session.totalModulesStudied, 0);
  const scored = sessions.flatMap(({ totalModulesStudied, averageScore }) =>
    averageScore === null ? [] : [{ modules: BigInt(totalModulesStudied), units: unitsOf(averageScore, 4) }],
  );
  const scoredModules = scored.reduce((sum, session) => sum + session.modules, 0n);
  const weighted = scored.reduce((sum, session) => sum + session.modules * session.units, 0n);
  return {
    start,
    sessionCount: sessions.length,
    totalModulesStudied: modules,
    averageScore: scoredModules === 0n ? null : quotientOf(weighted, scoredModules * 10_000n),
    timeStudied: sessions.reduce((sum, session) => sum + session.timeStudied, 0),
  };
}

/**
 * Returns the local dates of all intervals between two instants. Steps of 12 hours find every date, because
 * a date that a zone does not skip has at least 23 hours.
 */
function datesBetween(start: number, end: number, timeZone: string, interval: 'day' | 'week' | 'month') {
  const dates = new Set<string>();
  for (let time = start; time < end; time += 12 * HOUR) {
    dates.add(localDate(new Date(time).toISOString(), timeZone, interval));
  }
  dates.add(localDate(new Date(end - 1).toISOString(), timeZone, interval));
  return Array.from(dates);
}

test('A history on either database sums sessions by local date and equals the lifetime stats', async () => {
  await using stack = new AsyncDisposableStack();
  const handles: Stats[] = [];
  const courseId = newCourseId();
  for (const dialect of DIALECTS) {
    const { url } = stack.use(await createDatabase(dialect));
    const stats = stack.use(await openStats({ database: url }));
    await stats.addCourse({ course: { courseId, name: 'Algebra' } });
    handles.push(stats);
  }

  const property = fc.asyncProperty(question, async ({ sessions, ...asked }) => {
    const learner = { userId: newUserId(), courseId };
    const { timeZone, interval, from, to } = asked;
    const [first, ...others] = await Promise.all(
      handles.map(async (stats) => {
        await Promise.all(sessions.map(async (session) => stats.recordSession({ ...learner, session })));
        return {
          history: await stats.getHistory({ ...learner, ...asked }),
          within: (await stats.listSessions({ ...learner, from, to })).items,
          lifetime: await stats.getStats(learner),
        };
      }),
    );
    assert.ok(first);
    const { history, within, lifetime } = first;
    for (const other of others) assert.equal(JSON.stringify(other.history), JSON.stringify(history));

    const byDate = Map.groupBy(within, ({ completedAt }) => localDate(completedAt, timeZone, interval));
    for (const item of history.items) {
      assert.deepEqual(item, sumOf(item.start, byDate.get(nameOf(item.start)) ?? []));
    }
    const total = (name: 'sessionCount' | 'totalModulesStudied' | 'timeStudied') =>
      history.items.reduce((sum, item) => sum + item[name], 0);
    assert.equal(total('sessionCount'), within.length);
    if (from === undefined && to === undefined) {
      for (const name of ['sessionCount', 'totalModulesStudied', 'timeStudied'] as const) {
        assert.equal(total(name), lifetime[name]);
      }
    }

    // The history has every interval of the range once, in order.
    const { firstCompletedAt, lastCompletedAt } = lifetime;
    const start = Date.parse(from ?? firstCompletedAt ?? '');
    const end = to === undefined ? Date.parse(lastCompletedAt ?? '') + 1 : Date.parse(to);
    const expected = start < end ? datesBetween(start, end, timeZone, interval) : [];
    assert.deepEqual(
      history.items.map((item) => nameOf(item.start)),
      expected,
    );
    // An interval begins with its local date: the previous millisecond belongs to another date.
    for (const item of history.items) {
      const before = new Date(Date.parse(item.start) - 1).toISOString();
      assert.ok(localDate(before, timeZone, interval) < nameOf(item.start));
      assert.equal(localTime(item.start, timeZone), item.start.slice(0, 19));
    }

    /** Returns the date of an interval. Its start may be later, if the zone skipped that day. */
    function nameOf(text: string): string {
      return localDate(text, timeZone, interval);
    }
  });
  await fc.assert(property, { numRuns: 100 });
});
