import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { addLearners, createClassroom } from '../support/classroom.js';
import { cellsOf, parseCsv } from '../support/csv.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';

const MINUTE = 60_000;

/** Records two days in March, the second of which is the 29th in London from 04:00 on. */
async function study({ stats, courseId, database }: Fixture) {
  const userId = newUserId();
  for (const [completedAt, minutes] of [
    ['2026-03-28T12:00:00Z', 30],
    ['2026-03-29T02:59:59Z', 30],
    ['2026-03-29T03:00:00Z', 15],
  ] as const) {
    const session = sessionContent({ completedAt, timeStudied: minutes * MINUTE });
    await stats.recordSession({ userId, courseId, session });
  }
  const time = ['--time-zone', 'Europe/London', '--day-start', '04:00'];
  const command = ['activity', '--user', userId, ...time, '--database', database.url];
  const range = ['--from', '2026-03-28', '--to', '2026-03-30'];
  return { userId, command, range };
}

test('`activity` prints streaks and a table of days, without bars if stdout is not a terminal', async () => {
  await using fixture = await createFixture('sqlite');
  const { command, range } = await study(fixture);
  const { code, stdout, stderr } = await runCli([...command, ...range]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    [
      'Current streak  0 days',
      'Longest streak  2 days',
      'Active days     2 days',
      '',
      'Date        Sessions  Modules  Time',
      '2026-03-28         2       12  1h',
      '2026-03-29         1        6  15m',
      '',
    ].join('\n'),
  );
  const { stdout: heading } = await runCli([...command, '--from', '2026-03-30', '--to', '2026-03-31']);
  assert.match(heading, /\n\nDate  Sessions  Modules  Time\n$/);
});

test('`activity` on a terminal draws bars in proportion to the time studied', async () => {
  await using fixture = await createFixture('sqlite');
  const { command, range } = await study(fixture);
  const { stdout } = await runCli([...command, ...range], { terminal: true, columns: 80 });
  assert.deepEqual(stdout.trimEnd().split('\n').slice(-3), [
    'Date        Sessions  Modules  Time  Studied',
    '2026-03-28         2       12  1h    ████████',
    '2026-03-29         1        6  15m   ██',
  ]);
});

test('`activity --json` and `--csv` print what the library returns, and dates begin at the start of their day', async () => {
  await using fixture = await createFixture('sqlite');
  const { userId, command } = await study(fixture);
  const options = [...command, '--from', '2026-03-28', '--to', '2026-03-29'];
  const { stdout } = await runCli([...options, '--json']);
  const call = { userId, timeZone: 'Europe/London', dayStart: '04:00' };
  const range = { from: '2026-03-28T04:00:00Z', to: '2026-03-29T03:00:00Z' };
  const activity = await fixture.stats.getLearnerActivity({ ...call, ...range });
  assert.equal(activity.items[0]?.sessionCount, 2);
  assert.deepEqual(JSON.parse(stdout), activity);
  assert.deepEqual(
    parseCsv((await runCli([...options, '--csv'])).stdout),
    activity.items.map((item) => cellsOf(item)),
  );
});

test('`activity` names the option of each invalid value', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  const { code, stderr } = await runCli([
    ...command,
    '--day-start',
    '25:00',
    '--from',
    '2026-01-01',
    '--to',
    'then',
  ]);
  assert.equal(code, 2);
  assert.match(stderr, /--day-start is "25:00"; it must be a time of day from 00:00 to 06:00/);
  assert.match(stderr, /--to is "then"/);
  assert.doesNotMatch(stderr, /--from/);
});

test('`activity --course` shows active and new learners per interval, with bars of the active ones', async () => {
  await using classroom = await createClassroom();
  const { run, stats, courseId } = classroom;
  await addLearners(classroom, courseId, [
    { sessions: [['a'], ['a'], ['a']], daysAgo: 14 },
    { sessions: [['a']], daysAgo: 0, score: null },
    { sessions: [['a']], daysAgo: 1, score: 50 },
  ]);
  const command = ['activity', '--course', courseId];
  const { code, stdout, stderr } = await run(command, { terminal: true, columns: 80 });
  assert.deepEqual([code, stderr], [0, '']);
  assert.deepEqual(stdout.split('\n'), [
    'Start       Learners  New  Sessions  Modules  Score   Time  Active',
    '2026-11-02         1    1         3        3  80.00    14m  ████',
    '2026-11-09         0    0         0        0      –     0s',
    '2026-11-16         2    2         2        2  50.00  9m20s  ████████',
    '',
  ]);
  const ascii = await run([...command, '--ascii', '--interval', 'month']);
  assert.deepEqual(ascii.stdout.split('\n').slice(1), [
    `2026-11-01         3    3         5        5  72.50  23m20s  ${'#'.repeat(24)}`,
    '',
  ]);

  const options = ['--interval', 'day', '--time-zone', 'Asia/Tokyo', '--from', '2026-11-21'];
  const query = { interval: 'day', timeZone: 'Asia/Tokyo', from: '2026-11-20T15:00:00Z' } as const;
  const activity = await stats.getCourseActivity({ courseId, ...query });
  assert.equal(activity.items.length, 2);
  assert.deepEqual(JSON.parse((await run([...command, ...options, '--json'])).stdout), activity);
  assert.deepEqual(
    parseCsv((await run([...command, ...options, '--csv'])).stdout),
    activity.items.map((item) => cellsOf(item)),
  );
  const none = await run([...command, '--to', '2026-01-01'], { terminal: true });
  assert.equal(none.stdout, 'Start  Learners  New  Sessions  Modules  Score  Time  Active\n');
});
