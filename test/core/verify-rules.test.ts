import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { dropChecks, runUnchecked } from '../support/damage.js';
import { DIALECTS } from '../support/databases.js';
import { sessionContent } from '../support/factories.js';
import { runSql } from '../support/sql.js';
import { createLearner, joinedModuleIds, verified } from '../support/verified.js';

for (const dialect of DIALECTS) {
  describe(`verification of session rules on ${dialect}`, () => {
    for (const [field, statement, stored] of [
      ['totalModulesStudied', 'set total_modules_studied = 100001', '100001'],
      ['averageScoreUnits', 'set average_score_units = 10000000001', '10000000001'],
      ['timeStudied', 'set time_studied = -1', '-1'],
      ['completedAt', `set completed_at = '1969-12-31T23:59:59.999Z'`, /^(1969|-1$)/],
      ['moduleIds', `set module_ids = 'b;a'`, 'b;a'],
      ['moduleIds', `set module_ids = 'a;a'`, 'a;a'],
      ['moduleIds', `set module_ids = 'a;;b'`, 'a;;b'],
      ['moduleIds', `set module_ids = 'a b'`, 'a b'],
      ['moduleIds', `set module_ids = 'ä'`, 'ä'],
      ['moduleIds', `set module_ids = '${'m'.repeat(129)}'`, 'm'.repeat(129)],
      ['moduleIds', `set module_ids = '${joinedModuleIds(1001)}'`, joinedModuleIds(1001).slice(0, 200)],
    ] as const) {
      test(`Verify reports a session whose ${field} is invalid: ${statement.slice(0, 60)}`, async () => {
        await using fixture = await createLearner(dialect);
        const { url } = fixture.database;
        await dropChecks(url);
        const where = `where session_id = '${fixture.sessionId}'`;
        await runUnchecked(url, `update study_sessions ${statement} ${where}`);
        const rows = await runSql(url, `select * from study_sessions ${where}`);

        const { differences, invalidSessions, isConsistent } = await verified(url, { rebuild: true });

        assert.deepEqual([invalidSessions, isConsistent], [1, false]);
        const broken = differences.filter(({ kind }) => kind === 'session');
        assert.equal(broken.length, 1);
        assert.partialDeepStrictEqual(broken[0], { ...fixture.learner, sessionId: fixture.sessionId, field });
        if (typeof stored === 'object') assert.match(String(broken[0]?.stored), stored);
        else assert.equal(broken[0]?.stored, stored);
        assert.deepEqual(await runSql(url, `select * from study_sessions ${where}`), rows);
        // The rebuild repaired the sums, so that deleting the session leaves no differences.
        assert.partialDeepStrictEqual(await verified(url), { differingStats: 0, differingModules: 0 });
        await fixture.stats.deleteSession({ ...fixture.learner, sessionId: fixture.sessionId });
        assert.deepEqual((await verified(url)).differences, []);
      });
    }

    test('Verify reports sums that no total can hold and does not rebuild them', async () => {
      await using fixture = await createLearner(dialect);
      const { url } = fixture.database;
      await runUnchecked(
        url,
        `update study_sessions set average_score_units = 9000000000000000000, total_modules_studied = 1
          where user_id = '${fixture.learner.userId}'`,
      );
      const stored = await runSql(url, 'select * from course_stats order by user_id');
      const { differences, ...counts } = await verified(url, { rebuild: true });
      assert.partialDeepStrictEqual(counts, {
        invalidSessions: 2,
        repaired: 0,
        notRepaired: 1,
        isConsistent: false,
      });
      assert.ok(differences.some(({ field }) => field === 'weightedScoreUnits'));
      assert.deepEqual(await runSql(url, 'select * from course_stats order by user_id'), stored);
    });

    test('Verify accepts a session whose values are at their bounds', async () => {
      await using fixture = await createLearner(dialect);
      const session = {
        totalModulesStudied: 100_000,
        averageScore: 1_000_000,
        timeStudied: 1_000_000_000,
        moduleIds: [...joinedModuleIds(999).split(';'), '!'.repeat(128)],
        completedAt: '1970-01-01T00:00:00Z',
      };
      await fixture.stats.recordSession({ ...fixture.learner, session });
      assert.deepEqual((await verified(fixture.database.url)).differences, []);
    });

    test('Verify reports sessions whose course is missing and rebuilds the other rollups', async () => {
      await using fixture = await createLearner(dialect);
      const { database, stats, learner } = fixture;
      const other = await stats.addCourse({ course: { name: 'Logic' } });
      await stats.recordSession({ ...learner, courseId: other.courseId, session: sessionContent() });
      await runUnchecked(database.url, 'delete from course_stats');
      await runUnchecked(database.url, `delete from courses where name = 'Logic'`);
      const { differences, ...counts } = await verified(database.url, { rebuild: true });
      assert.deepEqual(
        differences.filter(({ field }) => field === 'courseId').map(({ courseId }) => courseId),
        [other.courseId],
      );
      assert.partialDeepStrictEqual(counts, { repaired: 3, notRepaired: 1, isConsistent: false });
    });
  });
}

test('Verify reports invalid ids in SQLite', async () => {
  await using fixture = await createLearner('sqlite');
  const { url } = fixture.database;
  await runUnchecked(
    url,
    `update study_sessions set user_id = x'0102', session_id = x''
    where session_id = '${fixture.sessionId}'`,
  );
  const { differences } = await verified(url);
  const broken = differences.filter(({ kind }) => kind === 'session');
  assert.deepEqual(
    broken.map(({ field }) => field),
    ['userId', 'sessionId'],
  );
  assert.deepEqual([broken[0]?.userId, broken[0]?.stored], ['0102', '0102']);
});
