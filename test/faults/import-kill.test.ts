import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import * as z from 'zod';
import type { TestDatabase } from '../support/databases.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { BIN, runBin } from '../support/cli.js';
import { until } from '../support/condition.js';
import { TestDirectory } from '../support/directory.js';
import { FULL } from '../support/full.js';
import { seeded } from '../support/http-sessions.js';
import { csvLine, HEADER, runImport } from '../support/imports.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';
import { totalsOf } from '../support/totals.js';

const ROUNDS = FULL ? 20 : 3;
/** More lines than one import batch. */
const LINES = 60_000;
const LEARNERS = 200;
const COURSE = '7384c218-7413-5439-8a53-127d6e177480';
/** The latest kill, as a share of the lines. */
const LATEST = 0.85;

/** Returns -1 while the database has no tables. */
async function countSessions(url: string): Promise<number> {
  try {
    const [row] = await runSql(url, 'select cast(count(*) as text) as count from study_sessions');
    return Number(z.object({ count: z.string() }).parse(row).count);
  } catch {
    return -1;
  }
}

for (const dialect of DIALECTS) {
  test(`An import killed ${ROUNDS} times on ${dialect} has the totals of a clean one`, async (context) => {
    const seed = randomInt(2 ** 31);
    context.diagnostic(`seed ${seed}`);
    const random = seeded(seed);
    await using directory = await TestDirectory.create();
    const lines = Array.from({ length: LINES }, (_, index) =>
      csvLine({
        courseId: COURSE,
        userId: `7c7b7d42-ff2f-57e0-b43e-${String(index % LEARNERS).padStart(12, '0')}`,
        averageScore: String(random(1_000) / 10),
      }),
    );
    const path = await directory.write('sessions.csv', [HEADER, ...lines].join('\n'));
    await using clean = await createDatabase(dialect);
    await using database = await createDatabase(dialect);
    const courses = await directory.write('courses.csv', `courseId,name\n${COURSE},Algebra\n`);
    const argvOn = ({ url }: TestDatabase) => [path, '--courses', courses, '--database', url];
    const { stdout } = await runBin(['import', ...argvOn(clean), '--json', '--quiet']);
    assert.equal(JSON.parse(stdout).created, LINES);

    let killed = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const child = spawn(process.execPath, [BIN, 'import', ...argvOn(database)], {
        env: {},
        stdio: 'ignore',
      });
      const exited = once(child, 'exit');
      // Spreads the kills over the import; the first may come before its first line.
      const part = (round + random(1_000) / 1_000) / ROUNDS;
      const target = part * LATEST * LINES;
      await until('the import has recorded the lines', async () => {
        return child.exitCode !== null || (await countSessions(database.url)) >= target;
      });
      child.kill('SIGKILL');
      const [, signal] = await exited;
      if (signal === 'SIGKILL') killed += 1;
    }
    assert.ok(killed > ROUNDS / 4, `${killed} were killed before their end`);

    const last = await runImport(argvOn(database));
    assert.equal(last.code, 0, last.stderr);
    context.diagnostic(`${killed} killed, ${last.summary.replayed} of ${LINES} recorded before the last`);
    assert.ok((last.summary.replayed ?? 0) > 0, 'every import was killed before its first transaction');
    assert.equal((last.summary.created ?? 0) + (last.summary.replayed ?? 0), LINES);
    assert.deepEqual(await totalsOf(database.url), await totalsOf(clean.url));
    await assertRollups(database.url);
  });
}
