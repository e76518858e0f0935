import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../../support/cli.js';
import { createDatabase, DIALECTS } from '../../support/databases.js';
import { runImport } from '../../support/imports.js';
import { assertRollups } from '../../support/rollups.js';

const SESSIONS = process.env['STATS_TEST_SESSIONS'];
const COURSES = process.env['STATS_TEST_COURSES'];
const skip = SESSIONS && COURSES ? false : 'STATS_TEST_SESSIONS and STATS_TEST_COURSES name no real sessions';

const exported = async (url: string) => (await runCli(['export', '--database', url])).stdout;

for (const dialect of DIALECTS) {
  test(`Real sessions are the same after import, export and re-import on ${dialect}`, { skip }, async () => {
    assert.ok(SESSIONS && COURSES);
    await using database = await createDatabase(dialect);
    await using other = await createDatabase(dialect === 'sqlite' ? 'postgres' : 'sqlite');
    const argv = [SESSIONS, '--courses', COURSES, '--database', database.url];

    const first = await runImport(argv);
    assert.deepEqual([first.code, first.summary.created], [0, first.summary.lines], first.stderr);
    assert.ok((first.summary.lines ?? 0) > 1_000);
    const before = await exported(database.url);
    const second = await runImport(argv);
    assert.deepEqual([second.code, second.summary.replayed], [0, first.summary.lines]);
    assert.equal(await exported(database.url), before);

    const piped = await runImport(['-', '--create-courses', '--database', other.url], before);
    assert.deepEqual([piped.code, piped.summary.created], [0, first.summary.lines], piped.stderr);
    assert.equal(await exported(other.url), before);
    await assertRollups(other.url);
  });
}
