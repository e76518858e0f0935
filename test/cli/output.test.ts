import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runCli } from '../support/cli.js';
import { parseCsv } from '../support/csv.js';
import { record as recordMany } from '../support/exports.js';
import { runSql } from '../support/sql.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { newUserId, sessionContent } from '../support/factories.js';

const COMPLETED_AT = '2026-11-22T09:00:00.000Z';

test('`stats` prints a table by default and one JSON document with `--json`', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId, stats, database } = fixture;
  const userId = newUserId();
  await stats.recordSession({ userId, courseId, session: sessionContent({ completedAt: COMPLETED_AT }) });
  const command = ['stats', '--user', userId, '--course', courseId, '--database', database.url];

  const table = await runCli(command);
  assert.equal(
    table.stdout,
    [
      `Course            ${courseId}`,
      'Sessions          1',
      'Modules studied   6',
      'Distinct modules  0',
      'Progress          –',
      'Average score     68.40',
      'Time studied      4m40s',
      `First completed   ${COMPLETED_AT}`,
      `Last completed    ${COMPLETED_AT}`,
      '',
    ].join('\n'),
  );
  assert.equal(table.stderr, '');

  const json = await runCli([...command, '--json']);
  assert.deepEqual(JSON.parse(json.stdout), await stats.getStats({ userId, courseId }));
  assert.equal(json.stdout.split('\n').length, 2);
});

test('`sessions` prints a table, or JSON documents on stdout and the next cursor on stderr', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId, stats, database } = fixture;
  const userId = newUserId();
  for (const timeStudied of [0, 90_061_001]) {
    const session = sessionContent({ completedAt: COMPLETED_AT, timeStudied });
    await stats.recordSession({ userId, courseId, session });
  }
  const { items } = await stats.listSessions({ userId, courseId });
  const command = ['sessions', '--user', userId, '--course', courseId, '--database', database.url];

  const { stdout } = await runCli(command);
  const [heading, ...rows] = stdout.trimEnd().split('\n');
  assert.equal(
    heading,
    'Completed                 Session                               Modules  Score  Time',
  );
  assert.deepEqual(
    rows,
    items.map(
      ({ sessionId, timeStudied }) =>
        `${COMPLETED_AT}  ${sessionId}        6  68.40  ${timeStudied === 0 ? '0s' : '1d1h1m1s1ms'}`,
    ),
  );

  const first = await runCli([...command, '--json', '--limit', '1']);
  assert.deepEqual(JSON.parse(first.stdout), items[0]);
  const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1];
  assert.ok(cursor);
  const second = await runCli([...command, '--json', '--cursor', cursor]);
  assert.deepEqual(JSON.parse(second.stdout), items[1]);
  assert.equal(second.stderr, '');
});

test('Tables show a missing value as a dash and escape control characters in names', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId, database } = fixture;
  const stats = await runCli([
    'stats',
    '--user',
    newUserId(),
    '--course',
    courseId,
    '--database',
    database.url,
  ]);
  assert.match(stats.stdout, /^Average score     –$/m);
  const added = await runCli(['course', 'add', '--name', 'a\x1b[31mred\nb\x7f', '--database', database.url]);
  assert.match(added.stdout, /^Name     a\\u001b\[31mred\\nb\\u007f$/m);
});

test('`record` reports its outcome on stderr and exits with code 1 on a conflict', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId, database } = fixture;
  const session = crypto.randomUUID();
  const key = ['--user', newUserId(), '--course', courseId, '--session', session];
  const record = ['record', ...key, '--modules', '1', '--score', '5e1', '--database', database.url];
  assert.equal((await runCli([...record, '--time', '25m'])).stderr, 'Recorded.\n');
  assert.equal(
    (await runCli([...record, '--time', 'PT25M'])).stderr,
    'The session was recorded before; nothing was changed.\n',
  );
  assert.equal((await runCli([...record, '--time', '1h', '--replace'])).stderr, 'Replaced.\n');
  const conflict = await runCli([...record, '--time', '25m']);
  assert.equal(conflict.code, 1);
  assert.match(
    conflict.stderr,
    /exists with different content; nothing was changed\. Add --replace to replace it\.\n$/,
  );
  assert.equal(conflict.stdout, '');
});

test('`course list` without `--limit` prints the courses of all pages', async () => {
  await using fixture = await createFixture('sqlite');
  const names = `with recursive n(i) as (select 1 union all select i + 1 from n where i < 2500)
    insert into courses select unhex(printf('%032d', i)), printf('Course %d', i), 0, 0 from n`;
  await runSql(fixture.database.url, names);
  const command = ['course', 'list', '--database', fixture.database.url];
  const json = await runCli([...command, '--json']);
  assert.equal(json.stdout.trimEnd().split('\n').length, 2501);
  assert.equal(json.stderr, '');
  const table = await runCli(command);
  assert.equal(table.stdout.trimEnd().split('\n').length, 2502);
  assert.equal(table.stdout.match(/^Course /gm)?.length, 1);
  const csv = await runCli([...command, '--csv']);
  assert.equal(csv.stderr, '');
  assert.equal(csv.stdout.match(/courseId|\ufeff/g)?.length, 2);
  assert.equal(parseCsv(csv.stdout).length, 2501);
});

/** Records sessions with an average of 100/3 in a course with a short and in one with a long name. */
async function studied({ stats, database }: Fixture) {
  const userId = newUserId();
  const names = ['A', 'Introduction to the history and philosophy of formal logic'];
  for (const name of names) {
    const { courseId } = await stats.addCourse({ course: { name, moduleIds: ['a', 'b', 'c'] } });
    for (const averageScore of [100, 0, 0]) {
      await stats.recordSession({
        userId,
        courseId,
        session: sessionContent({ averageScore, moduleIds: ['a'] }),
      });
    }
  }
  return ['stats', '--user', userId, '--database', database.url];
}
function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => Array.from(line).length));
}

describe('tables on a terminal', () => {
  test('Columns that do not fit the terminal leave from the right and are named on stderr', async () => {
    await using fixture = await createFixture('sqlite');
    const argv = await studied(fixture);
    const full = await runCli(argv);
    assert.deepEqual(await runCli(argv, { terminal: true, columns: widest(full.stdout) }), full);
    for (const [columns, heading, hidden] of [
      [100, 'Course                                Sessions  Modules  Score  Time  Progress     Name', ''],
      [80, 'Course                                Sessions  Modules  Score  Time', 'Progress, Name'],
      [60, 'Course                                Sessions  Modules', 'Score, Time, Progress, Name'],
      [20, 'Course', 'Sessions, Modules, Score, Time, Progress, Name'],
    ] as const) {
      const { stdout, stderr } = await runCli(argv, { terminal: true, columns });
      assert.equal(stdout.split('\n')[0], heading);
      assert.ok(widest(stdout) <= Math.max(columns, 36), stdout);
      assert.equal(stdout.match(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gm)?.length, 2);
      assert.equal(stderr, hidden && `Not shown: ${hidden}. Use a wider terminal or --json.\n`);
    }
    const { stdout } = await runCli(argv, { terminal: true, columns: 100 });
    assert.match(stdout, /  33\.33  .* {2}Introduction to …\n/);
    const json = await runCli([...argv, '--json'], { terminal: true, columns: 20 });
    assert.match(json.stdout, /"averageScore":33\.333333333333336,/);
    assert.equal(json.stderr, '');
  });

  test('Every page of a table has the columns of the first page', async () => {
    await using fixture = await createFixture('sqlite');
    const { courseId, database, stats } = fixture;
    const userId = newUserId();
    await recordMany({ stats, courseId }, [userId], 1_001);
    const argv = ['sessions', '--user', userId, '--course', courseId, '--database', database.url];
    const { stdout, stderr } = await runCli(argv, { terminal: true, columns: 75 });
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 1_002);
    assert.equal(
      lines[0]?.trimEnd(),
      'Completed                 Session                               Modules',
    );
    assert.deepEqual(new Set(lines.map((line) => line.length)), new Set([71]));
    assert.equal(stderr, 'Not shown: Score, Time. Use a wider terminal or --json.\n');
  });
});
