import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DIALECTS } from '../support/databases.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

for (const dialect of DIALECTS) {
  describe(`isolation of sessions on ${dialect}`, () => {
    test('Two learners with the same session id never see or change the session of the other', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const sessionId = newSessionId();
      const ada = { userId: newUserId(), courseId };
      const bob = { userId: newUserId(), courseId };
      const eve = { userId: newUserId(), courseId };

      const hers = await stats.recordSession({ ...ada, session: { sessionId, ...sessionContent() } });
      await assert.rejects(stats.getSession({ ...bob, sessionId }), { code: 'session-not-found' });
      await assert.rejects(stats.deleteSession({ ...bob, sessionId }), { code: 'session-not-found' });
      const his = await stats.recordSession({
        ...bob,
        session: { sessionId, ...sessionContent({ averageScore: 1 }) },
      });
      assert.deepEqual([hers.outcome, his.outcome], ['recorded', 'recorded']);

      const replaced = await stats.putSession({
        ...bob,
        sessionId,
        session: sessionContent({ timeStudied: 1 }),
      });
      assert.equal(replaced.outcome, 'replaced');
      assert.deepEqual(await stats.getSession({ ...ada, sessionId }), hers.session);
      assert.deepEqual(await stats.listSessions(ada), { items: [hers.session], next: null });
      assert.deepEqual(await stats.listSessions(bob), { items: [replaced.session], next: null });
      assert.equal((await stats.getStats(ada)).timeStudied, 280_000);
      assert.equal((await stats.getStats(bob)).timeStudied, 1);

      await stats.deleteSession({ ...bob, sessionId });
      assert.deepEqual(await stats.getSession({ ...ada, sessionId }), hers.session);
      assert.equal((await stats.getStats(ada)).sessionCount, 1);
      assert.equal((await stats.getStats(bob)).sessionCount, 0);
      assert.equal((await stats.getStats(eve)).sessionCount, 0);
      assert.deepEqual(await stats.listSessions(eve), { items: [], next: null });
    });

    test('The same session id in two courses of one learner names two separate sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const sessionId = newSessionId();
      const other = await stats.addCourse({ course: { name: 'Logic' } });
      const userId = newUserId();
      const algebra = { userId, courseId };
      const logic = { userId, courseId: other.courseId };

      const first = await stats.recordSession({ ...algebra, session: { sessionId, ...sessionContent() } });
      await assert.rejects(stats.getSession({ ...logic, sessionId }), { code: 'session-not-found' });
      const second = await stats.putSession({
        ...logic,
        sessionId,
        session: sessionContent({ averageScore: 1 }),
      });
      assert.equal(second.outcome, 'recorded');
      await stats.deleteSession({ ...algebra, sessionId });

      await assert.rejects(stats.getSession({ ...algebra, sessionId }), { code: 'session-not-found' });
      assert.deepEqual(await stats.getSession({ ...logic, sessionId }), second.session);
      assert.equal(first.session.courseId, courseId);
      assert.equal((await stats.getStats(logic)).averageScore, 1);
    });
  });
}
