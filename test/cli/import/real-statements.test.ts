import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { sessionChecker } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { FULL } from '../../support/full.js';
import { runImport } from '../../support/imports.js';
import { naiveSessions, type NaiveStatement } from '../../support/naive-xapi.js';
import { assertRollups } from '../../support/rollups.js';

const FILE = process.env['STATS_TEST_XAPI'];
const skip = FILE ? false : 'STATS_TEST_XAPI names no real statements';
const GAP = 30 * 60_000;

async function exported(url: string): Promise<string> {
  return (await runCli(['export', '--format', 'ndjson', '--database', url])).stdout;
}

function parse(lines: string): { userId: string }[] {
  return lines
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
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
  const sessions = parse(whole);
  assert.deepEqual(inOrder(sessions), inOrder(naiveSessions(statements, { gap: GAP })));
  assert.equal(first.summary.created, sessions.length);
  const names = new Set(statements.map(({ actor }) => actor.account?.name));
  assert.equal(new Set(sessions.map(({ userId }) => userId)).size, names.size);

  // The full run takes all statements again, and the others those of a quarter of the learners.
  const chosen = new Set(Array.from(names).filter((_, index) => FULL || index % 4 === 0));
  const some = statements.filter(({ actor }) => chosen.has(actor.account?.name));
  const all = await directory.write('all.json', JSON.stringify({ statements: some, more: '' }));
  const second = await runImport([all, ...options, '--database', database.url]);
  const replayed = naiveSessions(some, { gap: GAP });
  assert.deepEqual([second.code, second.summary.replayed], [0, replayed.length], second.stderr);
  assert.equal(await exported(database.url), whole);

  const times = some.map(({ timestamp }) => timestamp).toSorted();
  const [middle = ''] = times.slice(times.length / 2);
  const half = some.filter(({ timestamp }) => timestamp < middle);
  const early = await directory.write('early.json', JSON.stringify({ statements: half, more: '' }));
  await runImport([early, ...options, '--database', parts.url]);
  const rest = await runImport([all, ...options, '--on-conflict', 'replace', '--database', parts.url]);
  assert.ok((rest.summary.replaced ?? 0) > 0 && (rest.summary.created ?? 0) > 0, rest.stderr);
  const users = new Set(replayed.map(({ userId }) => userId));
  const expected = sessions.filter(({ userId }) => users.has(userId));
  assert.deepEqual(parse(await exported(parts.url)), expected);
  await assertRollups(parts.url);
});
