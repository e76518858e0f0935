import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { sessionChecker } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { runImport } from '../../support/imports.js';
import { naiveSessions, type NaiveStatement } from '../../support/naive-xapi.js';
import { assertRollups } from '../../support/rollups.js';

const FILE = process.env['STATS_TEST_XAPI'];
const skip = FILE ? false : 'STATS_TEST_XAPI names no real statements';
const GAP = 30 * 60_000;

async function exported(url: string): Promise<string> {
  return (await runCli(['export', '--format', 'ndjson', '--database', url])).stdout;
}

function readLines(file: string): string[] {
  return gunzipSync(readFileSync(file)).toString().trimEnd().split('\n');
}

test('Real statements become the sessions of a simple model', { skip }, async () => {
  assert.ok(FILE);
  await using database = await createDatabase('sqlite');
  await using parts = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const options = ['--format', 'xapi', '--create-courses'];

  const first = await runImport([FILE, ...options, '--database', database.url]);
  assert.deepEqual([first.code, first.summary.invalid], [0, 0], first.stderr);
  const whole = await exported(database.url);
  const statements: NaiveStatement[] = readLines(FILE).map((line) => JSON.parse(line));
  const check = sessionChecker(Date.now);
  const inOrder = (sessions: readonly unknown[]) =>
    sessions
      .map((session) => check(session))
      .toSorted(({ sessionId: a = '' }, { sessionId: b = '' }) => (a < b ? -1 : 1));
  const sessions = whole
    .trimEnd()
    .split('\n')
    .map((line): { userId: string } => JSON.parse(line));
  assert.deepEqual(inOrder(sessions), inOrder(naiveSessions(statements, { gap: GAP })));
  assert.equal(first.summary.created, sessions.length);
  const learners = new Set(statements.map(({ actor }) => actor.account?.name));
  assert.equal(new Set(sessions.map(({ userId }) => userId)).size, learners.size);

  const second = await runImport([FILE, ...options, '--database', database.url]);
  assert.deepEqual([second.code, second.summary.replayed], [0, sessions.length], second.stderr);
  assert.equal(await exported(database.url), whole);

  const times = statements.map(({ timestamp }) => timestamp).toSorted();
  const [middle = ''] = times.slice(times.length / 2);
  const early = statements.filter(({ timestamp }) => timestamp < middle);
  const path = await directory.write('early.json', JSON.stringify({ statements: early, more: '' }));
  await runImport([path, ...options, '--database', parts.url]);
  const rest = await runImport([FILE, ...options, '--on-conflict', 'replace', '--database', parts.url]);
  assert.ok((rest.summary.replaced ?? 0) > 0 && (rest.summary.created ?? 0) > 0, rest.stderr);
  assert.equal(await exported(parts.url), whole);
  await assertRollups(parts.url);
});
