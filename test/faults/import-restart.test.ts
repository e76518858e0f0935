import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import * as z from 'zod';
import { BIN, runBin } from '../support/cli.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';
import { csvLine, HEADER, runImport } from '../support/imports.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { assertRollups } from '../support/rollups.js';
import { runSql } from '../support/sql.js';
import { totalsOf } from '../support/totals.js';

/** A fault follows each part but the last. */
const PARTS = 4;
const LINES = 10_000;
const LEARNERS = 200;

const FAULTS: readonly (readonly [string, (postgres: PostgresServer) => Promise<void>])[] = [
  ['is shut down', (postgres) => postgres.shutDown()],
  ['is killed', (postgres) => postgres.kill()],
];

function linesOf(part: number): string {
  const lines = Array.from({ length: LINES }, (_, index) =>
    csvLine({
      userId: `7c7b7d42-ff2f-57e0-b43e-${String(index % LEARNERS).padStart(12, '0')}`,
      averageScore: String(index / 16),
      timeStudied: String(part * LINES + index),
    }),
  );
  return `${lines.join('\n')}\n`;
}

async function sessionsIn(url: string): Promise<number> {
  const [row] = rows.parse(await runSql(url, 'select cast(count(*) as text) as count from study_sessions'));
  return Number(row?.count);
}

const rows = z.array(z.strictObject({ count: z.string() }));

for (const [what, fail] of FAULTS) {
  test(`An import continues on its own after its Postgres ${what} and restarts`, async (context) => {
    const parts = Array.from({ length: PARTS }, (_, part) => linesOf(part));
    await using clean = await createDatabase('postgres');
    const argv = ['-', '--create-courses', '--database'];
    const { summary } = await runImport([...argv, clean.url], `${HEADER}\n${parts.join('')}`);
    assert.equal(summary.created, PARTS * LINES);

    // With this setting a crash loses commits, so the import must override it.
    await using postgres = await startPostgres(['synchronous_commit=off']);
    assert.equal((await runBin(['migrate', '--database', postgres.url])).code, 0);
    const child = spawn(process.execPath, [BIN, 'import', ...argv, postgres.url, '--json', '--quiet'], {
      env: {},
      stdio: 'pipe',
    });
    const finished = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
    const ended = finished.then(([, stderr]) => assert.fail(`The import ended early: ${stderr}`));
    // The race below reports an early exit.
    ended.catch(() => undefined);
    child.stdin.on('error', () => undefined).write(`${HEADER}\n`);
    let recorded = 0;
    let inTheMiddle = 0;
    for (const [index, part] of parts.entries()) {
      // Written while Postgres is down.
      child.stdin.write(part);
      if (index > 0) await postgres.start();
      if (index === PARTS - 1) break;
      const before = recorded;
      const isRecording = async () => {
        recorded = await sessionsIn(postgres.url);
        return recorded > before;
      };
      await Promise.race([ended, until('the part is being recorded', isRecording)]);
      await fail(postgres);
      if (recorded < (index + 1) * LINES) inTheMiddle += 1;
    }
    assert.ok(inTheMiddle > 0, 'no fault interrupted the recording');
    child.stdin.end();
    const [stdout, stderr, [code]] = await finished;
    assert.deepEqual([code, stderr], [0, '']);
    const { created, replayed } = JSON.parse(stdout);
    context.diagnostic(`${created} created, ${replayed} recorded before an answer was lost`);
    assert.equal(created + replayed, PARTS * LINES);
    assert.deepEqual(await totalsOf(postgres.url), await totalsOf(clean.url));
    await assertRollups(postgres.url);
  });
}
