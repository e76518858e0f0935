import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { verify } from '../../src/core/index.js';
import { dropChecks, runUnchecked } from '../support/damage.js';
import { createEmptyDatabase, DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';
import { createLearner, joinedModuleIds, verified } from '../support/verified.js';

/** Statements that damage the learner's rows, and the reported differences. */
const DAMAGES = [
  {
    what: 'wrong totals',
    statement: `update course_stats set time_studied = time_studied + 1,
      weighted_score_units = 1, first_completed_at = '1999-12-31T23:59:59.000Z'`,
    reported: [
      ['totals', 'weightedScoreUnits', '1', '4134000'],
      ['totals', 'timeStudied', '560001', '560000'],
      ['totals', 'firstCompletedAt', '1999-12-31T23:59:59.000Z', '2026-01-02T00:00:00.500Z'],
    ],
  },
  {
    what: 'totals that violate their checks',
    statement: `update course_stats set session_count = 0, last_completed_at = '0099-01-01T00:00:00.000Z'`,
    reported: [
      ['totals', 'sessionCount', '0', '2'],
      ['totals', 'lastCompletedAt', /^(0099-01-01|-59042995200000$)/, '2026-01-03T00:00:00.000Z'],
    ],
  },
  {
    what: 'missing totals',
    statement: 'delete from course_stats',
    reported: [['totals', 'sessionCount', null, '2']],
  },
  {
    what: 'totals and modules without sessions',
    statement: 'delete from study_sessions',
    reported: [
      ['totals', 'sessionCount', '2', null],
      ['module', 'sessionCount', '1', null, 'a'],
      ['module', 'sessionCount', '2', null, 'b'],
    ],
  },
  {
    what: 'a missing module',
    statement: `delete from studied_modules where module_id = 'a'`,
    reported: [['module', 'sessionCount', null, '1', 'a']],
  },
  {
    what: 'a module that was not studied',
    statement: `update studied_modules set module_id = 'c' where module_id = 'a'`,
    reported: [
      ['module', 'sessionCount', null, '1', 'a'],
      ['module', 'sessionCount', '1', null, 'c'],
    ],
  },
  {
    what: 'a wrong module count',
    statement: `update studied_modules set session_count = session_count + 1 where module_id = 'b'`,
    reported: [['module', 'sessionCount', '3', '2', 'b']],
  },
  {
    what: 'a module without any session',
    statement: `insert into studied_modules
      (user_id, course_id, module_id, session_count, created_at, updated_at)
      select user_id, course_id, 'z', 0, created_at, updated_at from course_stats`,
    reported: [['module', 'sessionCount', '0', null, 'z']],
  },
] as const;

for (const dialect of DIALECTS) {
  describe(`verify on ${dialect}`, () => {
    test('Verify finds no difference in a sound database and counts what it checked', async () => {
      await using fixture = await createLearner(dialect);
      const { url } = fixture.database;
      const counts = { sessions: 4, lifetimeStats: 3, moduleCounts: 7 };
      const nothing = {
        differingStats: 0,
        differingModules: 0,
        invalidSessions: 0,
        repaired: 0,
        notRepaired: 0,
      };
      const well = { ...counts, ...nothing, isConsistent: true, differences: [] };
      assert.deepEqual(await verified(url), well);
      assert.deepEqual(await verified(url, { rebuild: true }), well);
      const { sessions, moduleCounts } = await verified(url, { userId: fixture.learner.userId });
      assert.deepEqual([sessions, moduleCounts], [2, 2]);
      assert.equal((await verified(url, { userId: newUserId() })).sessions, 0);
      await assert.rejects(verified(url, { courseId: newCourseId() }), { code: 'course-not-found' });
    });

    for (const { what, statement, reported } of DAMAGES) {
      test(`Verify finds ${what}, and a rebuild repairs the rollups`, async () => {
        await using fixture = await createLearner(dialect);
        const { url } = fixture.database;
        const { userId, courseId } = fixture.learner;
        await dropChecks(url);
        await runUnchecked(url, ofLearner(statement, userId));

        const { differences, isConsistent, ...counts } = await verified(url);
        assert.equal(isConsistent, false);
        assert.deepEqual(new Set(differences.map((each) => each.userId)), new Set([userId]));
        assert.equal(differences.length, reported.length);
        for (const [index, [kind, field, stored, expected, moduleId]] of reported.entries()) {
          const difference = differences[index];
          assert.partialDeepStrictEqual(difference, { kind, userId, courseId, field: field, expected });
          if (typeof stored === 'object' && stored) assert.match(String(difference?.stored), stored);
          else assert.equal(difference?.stored, stored);
          if (moduleId !== undefined) assert.partialDeepStrictEqual(difference, { moduleId });
        }
        const { differingStats, differingModules } = counts;
        assert.equal(differingStats, reported.some(([kind]) => kind === 'totals') ? 1 : 0);
        assert.equal(differingModules, reported.filter(([kind]) => kind === 'module').length);
        assert.equal((await verified(url, { userId: newUserId() })).isConsistent, true);

        const rebuilt = await verified(url, { rebuild: true });
        assert.deepEqual([rebuilt.repaired, rebuilt.notRepaired, rebuilt.isConsistent], [1, 0, true]);
        assert.deepEqual(rebuilt.differences, differences);
        assert.deepEqual((await verified(url)).differences, []);
        await assertRollups(url);
      });
    }

    test('Verify reports any number of differences, each of them once', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const learners = 11_000;
      for (let count = 0; count < learners; count += 1_000) {
        const content = sessionContent({ moduleIds: ['a'] });
        const sessions = Array.from({ length: 1_000 }, () => ({ userId: newUserId(), courseId, ...content }));
        await stats.recordSessions({ sessions });
      }
      const userId = newUserId();
      for (let count = 0; count < 6; count += 1) {
        const moduleIds = joinedModuleIds(1_000).replaceAll('m', `s${count}-`).split(';');
        await stats.recordSession({ userId, courseId, session: sessionContent({ moduleIds }) });
      }
      await runSql(database.url, 'update course_stats set time_studied = 7');
      await runSql(database.url, 'delete from studied_modules');
      await runSql(database.url, 'update study_sessions set average_score_units = 10000000001');

      const { differences, ...counts } = await verified(database.url);

      assert.deepEqual(counts, {
        isConsistent: false,
        sessions: learners + 6,
        lifetimeStats: learners + 1,
        moduleCounts: 0,
        differingStats: learners + 1,
        differingModules: learners + 6_000,
        invalidSessions: learners + 6,
        repaired: 0,
        notRepaired: 0,
      });
      // Two differences per total: the score and the time.
      assert.equal(differences.length, 2 * (learners + 1) + learners + 6_000 + learners + 6);
      assert.equal(new Set(differences.map((each) => JSON.stringify(each))).size, differences.length);
    });

    test('Verify rejects a database that is missing or has an outdated schema', async () => {
      await using database = await createEmptyDatabase(dialect);
      if (dialect === 'sqlite') {
        await assert.rejects(verify({ database: database.url }), { code: 'database-not-found' });
        await runUnchecked(database.url, 'create table strange (id integer)');
      }
      await assert.rejects(verify({ database: database.url }), { code: 'schema-outdated' });
    });
  });
}

function ofLearner(statement: string, userId: string): string {
  return `${statement} ${statement.includes(' where ') ? 'and' : 'where'} user_id = '${userId}'`;
}
