import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openStats, type Session } from '../../src/core/index.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';

const DAY = 24 * 60 * 60 * 1_000;

for (const dialect of DIALECTS) {
  describe(`clocks on ${dialect}`, () => {
    test('Sessions keep their own times when the clock is set back between two of them', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, clock, courseId, database } = fixture;
      const userId = newUserId();
      const sessionId = newSessionId();
      const record = async () => {
        const { session } = await stats.recordSession({ userId, courseId, session: sessionContent() });
        return session;
      };
      const first = await record();
      const named = { sessionId, ...sessionContent() };
      await stats.recordSession({ userId, courseId, session: named });
      clock.advance(-DAY);
      const earlier = await record();
      const replayed = await stats.recordSession({ userId, courseId, session: named });
      assert.equal(replayed.outcome, 'replayed');
      assert.equal(replayed.session.completedAt, first.completedAt);
      assert.equal(earlier.completedAt, '2026-11-21T10:00:00.000Z');

      const { items } = await stats.listSessions({ userId, courseId });
      assert.deepEqual(items.map(timeOf), [first.completedAt, first.completedAt, earlier.completedAt]);
      const page = await stats.listSessions({ userId, courseId, limit: 2 });
      const rest = await stats.listSessions({ userId, courseId, limit: 2, cursor: page.next ?? undefined });
      assert.deepEqual([...page.items, ...rest.items], items);
      const { sessionCount, firstCompletedAt, lastCompletedAt } = await stats.getStats({ userId, courseId });
      assert.deepEqual(
        { sessionCount, firstCompletedAt, lastCompletedAt },
        { sessionCount: 3, firstCompletedAt: earlier.completedAt, lastCompletedAt: first.completedAt },
      );

      // `updatedAt` is the time of the replacement, even if it precedes `createdAt`.
      const put = await stats.putSession({
        userId,
        courseId,
        sessionId,
        session: sessionContent({ timeStudied: 1 }),
      });
      assert.equal(put.outcome, 'replaced');
      assert.equal(put.session.completedAt, first.completedAt);
      assert.equal(put.session.updatedAt, '2026-11-21T10:00:00.000Z');
      await assertRollups(database.url);
    });

    test('Sessions from 1970 to 9999, leap days included, are listed in order and counted', async () => {
      await using database = await createDatabase(dialect);
      // The clock must be within a day of the latest completion.
      const now = Date.parse('9999-12-31T20:00:00.000Z');
      await using stats = await openStats({ database: database.url, clock: () => now });
      const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
      const userId = newUserId();
      const times = [
        '9999-12-31T23:59:59.999Z',
        '2028-02-29T23:59:59.999Z',
        '2027-03-01T00:00:00.000Z',
        '2000-02-29T00:00:00.000Z',
        '1970-01-01T00:00:00.000Z',
      ];
      for (const completedAt of times.toSorted()) {
        await stats.recordSession({ userId, courseId, session: sessionContent({ completedAt }) });
      }
      const { items } = await stats.listSessions({ userId, courseId });
      assert.deepEqual(items.map(timeOf), times);
      const { sessionCount, firstCompletedAt, lastCompletedAt } = await stats.getStats({ userId, courseId });
      assert.deepEqual([sessionCount, firstCompletedAt, lastCompletedAt], [5, times.at(-1), times[0]]);

      const session = sessionContent({ completedAt: '9999-12-31T23:59:59.999-00:01' });
      await assert.rejects(stats.recordSession({ userId, courseId, session }), { code: 'invalid-request' });
      const leap = { from: '2028-02-29T00:00:00Z', to: '2028-03-01T00:00:00Z' };
      assert.deepEqual((await stats.listSessions({ userId, courseId, ...leap })).items.map(timeOf), [
        times[1],
      ]);
      await assertRollups(database.url);
    });
  });
}

const timeOf = ({ completedAt }: Session) => completedAt;
