import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCli } from '../support/cli.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';

async function recordLearners({ stats, courseId }: Fixture, amount: number): Promise<void> {
  const session = sessionContent({ moduleIds: ['a'] });
  const calls = Array.from({ length: amount }, () =>
    stats.recordSession({ userId: newUserId(), courseId, session }),
  );
  await Promise.all(calls);
}

function nothingStored(what: string): string {
  return `The database has no data of ${what}; there is nothing to compare.\n`;
}

for (const dialect of DIALECTS) {
  describe(`verify on ${dialect}`, () => {
    test('`verify` reports in one line that all lifetime stats match the sessions', async () => {
      await using fixture = await createFixture(dialect);
      const { url } = fixture.database;
      await recordLearners(fixture, 1_200);
      const line = '1,200 rollups and 1,200 module counts match the 1,200 sessions.\n';
      const seen = await runCli(['verify', '--database', url]);
      assert.deepEqual([seen.code, seen.stdout], [0, line]);
      assert.match(seen.stderr, /^Database: \S+\n$/);
      const json = await runCli(['verify', '--database', url, '--json']);
      assert.deepEqual([json.code, json.stdout], [0, '']);
      assert.ok(json.stderr.endsWith(line));
      const quiet = await runCli(['verify', '--database', url, '--quiet']);
      assert.deepEqual(quiet, { code: 0, stdout: '', stderr: '' });
    });

    test('`verify` reports a learner without data and exits with code 3 for an unknown course', async () => {
      await using fixture = await createFixture(dialect);
      const { url } = fixture.database;
      await recordLearners(fixture, 1);
      const [user, course] = [newUserId(), newCourseId()];
      const ofLearner = await runCli(['verify', '--database', url, '--user', user]);
      assert.deepEqual([ofLearner.code, ofLearner.stdout], [0, nothingStored(`learner ${user}`)]);
      const inCourse = ['--user', user, '--course', fixture.courseId];
      const ofBoth = await runCli(['verify', '--database', url, ...inCourse]);
      const both = nothingStored(`learner ${user} in course ${fixture.courseId}`);
      assert.deepEqual([ofBoth.code, ofBoth.stdout], [0, both]);
      const ofCourse = await runCli(['verify', '--database', url, '--quiet', '--course', course]);
      assert.deepEqual([ofCourse.code, ofCourse.stdout], [3, '']);
      assert.match(ofCourse.stderr, new RegExp(`^stats-service: There is no course ${course}\\.`));
      const all = await runCli(['verify', '--database', url, '--course', fixture.courseId]);
      assert.match(all.stdout, /^1 rollup and 1 module count match /);
    });

    test('`verify` lists 100 differences, `--json` lists all, and `--rebuild` repairs them', async () => {
      await using fixture = await createFixture(dialect);
      const { url } = fixture.database;
      await recordLearners(fixture, 150);
      await runSql(url, 'update course_stats set time_studied = 7');
      await runSql(url, `update studied_modules set session_count = 2`);

      const seen = await runCli(['verify', '--database', url]);
      assert.equal(seen.code, 1);
      const lines = seen.stdout.trimEnd().split('\n');
      assert.match(lines[0] ?? '', /^Learner +Course +Field +Stored +Expected$/);
      assert.match(lines[1] ?? '', /^\S{36} {2}\S{36} {2}timeStudied +7 +280000$/);
      assert.equal(lines.length, 102);
      assert.equal(lines.at(-1), '… and 200 more. --json lists all of them.');
      assert.match(
        seen.stderr,
        /\nstats-service: 150 rollups and 150 module counts do not match the sessions\. Make a backup, then repair them with --rebuild\.\n$/,
      );

      const json = await runCli(['verify', '--database', url, '--json', '--quiet']);
      assert.equal(json.code, 1);
      const differences = json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.equal(differences.length, 300);
      assert.partialDeepStrictEqual(differences[299], {
        kind: 'module',
        courseId: fixture.courseId,
        moduleId: 'a',
        field: 'sessionCount',
        stored: '2',
        expected: '1',
      });

      const [{ userId }] = differences;
      const ofOne = ['--user', userId, '--course', fixture.courseId];
      const one = await runCli(['verify', '--database', url, '--rebuild', ...ofOne]);
      assert.equal(one.code, 0, one.stderr);
      assert.match(one.stdout, /\n1 rollup and 1 module count do not .*\nRepaired 1 rollup/);
      const rebuilt = await runCli(['verify', '--database', url, '--rebuild', '--json']);
      assert.equal(rebuilt.code, 0);
      assert.match(rebuilt.stderr, /Repaired 149 rollups and their module counts\.\n$/);
      await assertRollups(url);
      assert.equal((await runCli(['verify', '--database', url])).code, 0);
    });

    test('`verify --rebuild` exits with code 1 if a session itself is invalid', async () => {
      await using fixture = await createFixture(dialect);
      const { url } = fixture.database;
      await recordLearners(fixture, 1);
      await runSql(url, 'update study_sessions set total_modules_studied = 100001');
      const { code, stdout, stderr } = await runCli(['verify', '--database', url, '--rebuild']);
      assert.equal(code, 1);
      assert.match(
        stdout,
        /totalModulesStudied of session \S{36} +100001 +must be an integer from 0 to 100,000\n/,
      );
      assert.match(stderr, /Repaired 1 .*1 session has invalid values; replace or delete it\.\n$/);
      const again = await runCli(['verify', '--database', url]);
      assert.deepEqual([again.code, again.stdout.trimEnd().split('\n').length], [1, 2]);
      assert.match(again.stderr, /stats-service: 1 session has invalid values; replace or delete it\.\n$/);
    });
  });
}

test('`verify` exits with code 3 for a missing database and with 2 for an invalid id', async () => {
  const missing = await runCli(['verify', '--database', 'sqlite:/nowhere/stats.db']);
  assert.equal(missing.code, 3);
  const wrong = await runCli(['verify', '--database', 'sqlite:/nowhere/stats.db', '--user', 'me']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--user is "[^"]+"; it must be a UUID/);
});
