import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql } from '../support/sql.js';

for (const dialect of DIALECTS) {
  test(`\`doctor\` on ${dialect} prints its findings and exits with code 1 for a problem`, async () => {
    await using fixture = await createFixture(dialect);
    const { stats, courseId, database } = fixture;
    await stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
    // Other findings depend on the settings of the Postgres under test.
    const seen = await runCli(['doctor', '--database', database.url]);
    assert.match(seen.stdout, /^Check +State +Detail\n/);
    assert.match(seen.stdout, /\nrollups +ok +1 rollup equals/);

    await runSql(database.url, 'update course_stats set session_count = 7');
    const { code, stdout, stderr } = await runCli(['doctor', '--database', database.url, '--json']);
    assert.equal(code, 1);
    const findings = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(findings.find(({ check }) => check === 'rollups').state, 'problem');
    assert.match(stderr, /\nstats-service: \d of 5 checks found a problem\.\n$/);
  });
}

test('`doctor` exits with code 3 for a missing database and with 4 for an unreachable one', async () => {
  const missing = await runCli(['doctor', '--database', 'sqlite:/nowhere/stats.db']);
  assert.equal(missing.code, 3);
  const unreachable = await runCli(['doctor', '--database', 'postgres://127.0.0.1:1/stats']);
  assert.equal(unreachable.code, 4);
  assert.match(unreachable.stderr, /unavailable.*ECONNREFUSED/);
});
