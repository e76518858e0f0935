import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { ExportedSession } from '../../src/core/index.js';
import { runCli } from '../support/cli.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
import { record } from '../support/exports.js';
import { newCourseId, newUserId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

const HEADING =
  'userId,courseId,sessionId,totalModulesStudied,averageScore,timeStudied,completedAt,moduleIds\n';

const keyOf = ({ userId, courseId, sessionId }: ExportedSession) => `${userId}${courseId}${sessionId}`;

/** Formats CSV independently of the program. */
function csvOf(sessions: readonly ExportedSession[]): string {
  return (
    HEADING +
    sessions
      .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
      .map(lineOf)
      .join('')
  );
}

function lineOf(session: ExportedSession): string {
  const { userId, courseId, sessionId, totalModulesStudied, averageScore, timeStudied } = session;
  const ids = session.moduleIds.join(';');
  const last = /[",]/.test(ids) ? `"${ids.split('"').join('""')}"` : ids;
  const values = [userId, courseId, sessionId, totalModulesStudied, averageScore, timeStudied];
  return `${[...values, session.completedAt, last].join(',')}\n`;
}

for (const dialect of DIALECTS) {
  describe(`export from ${dialect}`, () => {
    test('`export` writes all sessions as CSV or NDJSON to stdout', async () => {
      await using fixture = await createFixture(dialect);
      const { database } = fixture;
      const argv = ['export', '--database', database.url];
      assert.deepEqual(await runCli(argv), { code: 0, stdout: HEADING, stderr: 'Exported 0 sessions.\n' });
      const sessions = await record(fixture, [newUserId(), newUserId()], 1_941);
      const csv = await runCli(argv);
      assert.deepEqual([csv.code, csv.stderr], [0, 'Exported 1,941 sessions.\n']);
      assert.equal(csv.stdout, csvOf(sessions));
      assert.ok(csv.stdout.includes(',""";,;a,b"\n'), 'no module ids are quoted');

      const ndjson = await runCli([...argv, '--format', 'ndjson', '--quiet', '-']);
      assert.deepEqual([ndjson.code, ndjson.stderr], [0, '']);
      const lines = ndjson.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.equal(csvOf(lines), csv.stdout);
      for (const line of lines) assert.equal(`${Object.keys(line).join(',')}\n`, HEADING);
      const empty = await runCli([...argv, '--format', 'ndjson', '--user', newUserId()]);
      assert.deepEqual([empty.code, empty.stdout], [0, '']);

      // As plain text, `import` would read this id as a missing value.
      const userId = newUserId();
      await record(fixture, [userId], 1, { moduleIds: ['NA'] });
      assert.match((await runCli([...argv, '--user', userId])).stdout, /,"\[""NA""\]"\n$/);
    });

    test('`export` filters sessions by learner, course and time', async () => {
      await using fixture = await createFixture(dialect);
      const { database, courseId } = fixture;
      const users = [newUserId(), newUserId()];
      const completedAt = '2026-11-20T10:00:00.000Z';
      const early = await record(fixture, users, 4, { completedAt });
      await record(fixture, users, 4, { completedAt: '2026-11-21T10:00:00.000Z' });
      const [userId = ''] = users;
      const learner = ['--user', userId.toUpperCase(), '--course', courseId];
      const time = ['--from', completedAt, '--to', '2026-11-21T11:00:00+01:00'];
      const { stdout } = await runCli(['export', '--database', database.url, ...learner, ...time]);
      assert.equal(stdout, csvOf(early.filter((session) => session.userId === userId)));
    });
  });
}

test('`export` takes format and compression from the file name, unless options override it', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const csv = csvOf(await record(fixture, [newUserId()], 20));
  const env = { STATS_DATABASE_URL: fixture.database.url, STATS_SERVER_URL: 'http://127.0.0.1:1' };
  const write = async (name: string, ...options: string[]) => {
    const file = join(directory.path, name);
    const { code, stdout, stderr } = await runCli(['export', file, ...options], { env });
    assert.deepEqual([code, stdout, stderr], [0, '', 'Exported 20 sessions.\n']);
    return readFile(file);
  };
  const ndjson = (await write('a.ndjson')).toString();
  assert.match(ndjson, /^\{"userId":/);
  for (const name of ['a.csv', 'a']) assert.equal((await write(name)).toString(), csv);
  assert.equal((await write('a.jsonl')).toString(), ndjson);
  assert.equal((await write('b.csv', '--format', 'ndjson')).toString(), ndjson);
  assert.equal((await write('b.ndjson', '--format', 'csv')).toString(), csv);
  for (const name of ['a.csv.gz', 'A.CSV.GZ', 'a.gz']) {
    assert.equal(gunzipSync(await write(name)).toString(), csv);
  }
  for (const name of ['a.ndjson.gz', 'a.jsonl.gz']) {
    assert.equal(gunzipSync(await write(name)).toString(), ndjson);
  }
  assert.equal(gunzipSync(await write('c.csv', '--gzip')).toString(), csv);
  assert.deepEqual(await write('d.csv.gz'), await write('e.csv.gz'));
  for (const name of ['a.xlsx', 'a.json.gz']) {
    const { code, stderr } = await runCli(['export', join(directory.path, name)], { env });
    assert.equal(code, 2);
    assert.match(stderr, /has an unknown extension; end it in \.csv, \.ndjson or \.jsonl, or add --format/);
  }
  assert.ok(!(await directory.files()).some((name) => name.startsWith('a.xlsx')));
});

test('`export` reports each failure in one line with its exit code and creates no file', async () => {
  await using fixture = await createFixture('sqlite');
  await using nowhere = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const named = ['--database', fixture.database.url];
  const cases: [argv: string[], code: number, message: RegExp, env?: Record<string, string>][] = [
    [['--server', 'http://127.0.0.1:1'], 2, /cannot use a server; use --database instead of --server$/],
    [[], 2, /use --database instead of STATS_SERVER_URL$/, { STATS_SERVER_URL: 'http://127.0.0.1:1' }],
    [[...named, '--user', 'ada'], 2, /--user is "ada"; it must be a UUID/],
    [[...named, '--course', 'x'], 2, /--course is "x"; it must be a UUID/],
    [
      [...named, '--from', 'today', '--to', 'x'],
      2,
      /--from is "today"; it must be an RFC 3339 .*\. --to is "x"; it must be/,
    ],
    [[...named, '--format', 'xml'], 2, /Allowed choices are csv, ndjson\.$/],
    [[...named, '--course', newCourseId()], 3, /[Cc]ourse/],
    [['--database', nowhere.url], 3, /There is no database at/],
    [['--database', 'postgres://127.0.0.1:1/stats'], 4, /unavailable/],
  ];
  for (const [argv, code, message, env = {}] of cases) {
    const ended = await runCli(['export', join(directory.path, 'a.csv'), ...argv], { env });
    assert.equal(ended.code, code, ended.stderr);
    assert.match(ended.stderr, /^stats-service: [^\n]+\n$/);
    assert.match(ended.stderr.trimEnd(), message);
    assert.deepEqual(await directory.files(), []);
  }
});
