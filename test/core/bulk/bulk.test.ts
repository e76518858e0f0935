import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bulkOf, type Bulk } from '../../../src/core/bulk/bulk.js';
import type { BulkOutcome } from '../../../src/core/bulk/bulk-recorder.js';
import { StatsError, toUserId, type UserId } from '../../../src/core/index.js';
import { toSessionRow } from '../../../src/core/store/rows.js';
import { openDatabase } from '../../../src/core/store/open.js';
import { until } from '../../support/condition.js';
import { DIALECTS } from '../../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../../support/factories.js';
import { createFixture, type Fixture } from '../../support/fixture.js';
import { Rival } from '../../support/rival.js';
import { assertRollups } from '../../support/rollups.js';

/** More than one transaction takes. */
const MANY = 6_000;
/** So many modules of one score that two such sessions exceed what a total holds exactly. */
const HUGE = { totalModulesStudied: 100_000, averageScore: 1_000_000 };

function bulkOn({ stats }: Fixture): Bulk {
  return bulkOf(stats) ?? assert.fail('it is a database');
}

function said(outcome: BulkOutcome): string {
  if (outcome.outcome !== 'failed') return outcome.outcome;
  return outcome.error instanceof StatsError ? outcome.error.code : String(outcome.error);
}

for (const dialect of DIALECTS) {
  describe(`bulk recording on ${dialect}`, () => {
    test('Bulk recording gives each session its own outcome, in the order of the sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, database } = fixture;
      const bulk = bulkOn(fixture);
      const users = Array.from({ length: 100 }, newUserId);
      const calls = Array.from({ length: MANY }, (_, index) => ({
        userId: users[index % users.length] ?? assert.fail(),
        courseId,
        session: { ...sessionContent({ moduleIds: [`m${index % 7}`] }), sessionId: newSessionId() },
      }));
      const [first, second] = calls;
      assert.ok(first && second);
      const elsewhere = { ...second, courseId: newSessionId() };
      const other = { ...first, session: { ...first.session, timeStudied: 1 } };
      const all = [first, elsewhere, ...calls, other, first];
      const outcomes = (await bulk.record(all.map((call) => bulk.add(call)))).map(said);
      const expected = [
        'recorded',
        'course-not-found',
        'replayed',
        ...calls.slice(1).map(() => 'recorded'),
        'conflict',
        'replayed',
      ];
      assert.deepEqual(outcomes, expected);
      const again = await bulk.record(calls.map((call) => bulk.add(call)));
      assert.ok(again.every(({ outcome }) => outcome === 'replayed'));
      await assertRollups(database.url);
    });

    test('A bulk session whose total would exceed the bounds fails alone', async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, stats, database } = fixture;
      const bulk = bulkOn(fixture);
      const [many, few] = [newUserId(), newUserId()];
      const call = (userId: string, content: object) =>
        bulk.add({
          userId,
          courseId,
          session: { ...sessionContent(content), sessionId: newSessionId() },
        });
      const huge = Array.from({ length: 9_300 }, () => call(many, HUGE));
      const outcomes = (await bulk.record([...huge, call(few, {})])).map(said);
      assert.equal(outcomes.at(-1), 'recorded');
      const refused = outcomes.filter((outcome) => outcome === 'total-out-of-range').length;
      assert.equal(outcomes.filter((outcome) => outcome === 'recorded').length, outcomes.length - refused);
      // 2^63 holds so many of them.
      assert.equal((await stats.getStats({ userId: many, courseId })).sessionCount, 9_223);
      assert.equal(refused, 9_300 - 9_223);
      await assertRollups(database.url);
    });

    test('An aborted bulk recording reports a session that it did not try as untried', async () => {
      await using fixture = await createFixture(dialect);
      const bulk = bulkOn(fixture);
      const session = { ...sessionContent(), sessionId: newSessionId() };
      const candidate = bulk.add({ userId: newUserId(), courseId: fixture.courseId, session });
      assert.deepEqual(await bulk.record([candidate], AbortSignal.abort()), [{ outcome: 'untried' }]);
    });

    test('A session that breaks a rule is rejected in bulk as `recordSession` rejects it', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const broken = {
        userId: newUserId(),
        courseId,
        session: { ...sessionContent(), averageScore: -1, mood: 3 },
      };
      const error = await stats.unchecked.recordSession(broken).catch((reason: unknown) => reason);
      assert.ok(error instanceof StatsError);
      assert.throws(() => bulkOn(fixture).add(broken), error);
    });

    test('A bulk writer detects the writes of other connections but not its own', async () => {
      await using fixture = await createFixture(dialect);
      const { courseId, database, stats } = fixture;
      const candidate = () => {
        const key = { userId: newUserId(), courseId, sessionId: newSessionId() };
        return { row: toSessionRow(key, sessionContent(), new Date().toISOString()), completionSent: false };
      };
      const ours = await openDatabase(database.url, { create: false });
      await using _ = { [Symbol.asyncDispose]: () => ours.close() };
      const othersAtWork = () => ours.batches.othersAtWork();
      await until('nobody is at work', async () => !(await othersAtWork()));
      await Promise.all([1, 2].map(() => ours.batches.record([candidate()])));
      assert.equal(await othersAtWork(), false);
      await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
      assert.equal(await othersAtWork(), true);
    });
  });
}

test('A learner that another connection locks does not hold up other learners in bulk', async () => {
  await using fixture = await createFixture('postgres', { shortTimeouts: true });
  const { courseId, stats, database } = fixture;
  const bulk = bulkOn(fixture);
  const [held, free] = [newUserId(), newUserId()];
  const sessionId = newSessionId();
  for (const userId of [held, free])
    await stats.recordSession({ userId, courseId, session: sessionContent() });
  await using rival = await Rival.holding(
    database.url,
    `select from course_stats where user_id = '${held}' for update`,
  );
  const candidates = [held, free].map((userId) =>
    bulk.add({ userId, courseId, session: { ...sessionContent(), sessionId } }),
  );
  assert.deepEqual((await bulk.record(candidates)).map(said), ['database-unavailable', 'recorded']);
  await rival.release();
  assert.deepEqual((await bulk.record(candidates)).map(said), ['recorded', 'replayed']);
});

test('A locked learner with 4,000 bulk sessions does not hold up the learner after them', async () => {
  await using fixture = await createFixture('postgres', { shortTimeouts: true });
  const { courseId, stats, database } = fixture;
  const bulk = bulkOn(fixture);
  const [held, free] = ['0', 'f'].map((digit) => toUserId(`${digit}${newUserId().slice(1)}`));
  assert.ok(held && free);
  await stats.recordSession({ userId: held, courseId, session: sessionContent() });
  const lock = `select from course_stats where user_id = '${held}' for update`;
  await using _ = await Rival.holding(database.url, lock);
  const check = (userId: UserId) =>
    bulk.add({ userId, courseId, session: { ...sessionContent(), sessionId: newSessionId() } });
  // More than the first transactions take: they have nothing but what is locked.
  const candidates = [...Array.from({ length: 4_000 }, () => check(held)), check(free)];
  assert.equal((await bulk.record(candidates)).map(said).at(-1), 'recorded');
});
