import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';

const MINUTE = 60_000;

/** Records an hour in one week, nothing in the next, and half an hour in the third. */
async function study({ stats, courseId, database }: Fixture) {
  const learner = { userId: newUserId(), courseId };
  for (const [completedAt, averageScore, minutes] of [
    ['2026-03-25T12:00:00Z', 100, 60],
    ['2026-04-08T12:00:00Z', 50, 30],
  ] as const) {
    const session = sessionContent({ completedAt, averageScore, timeStudied: minutes * MINUTE });
    await stats.recordSession({ ...learner, session });
  }
  const command = [
    'history',
    '--user',
    learner.userId,
    '--course',
    courseId,
    '--time-zone',
    'Europe/London',
    '--database',
    database.url,
  ];
  return { learner, command };
}

test('`history` prints a table of weeks, without bars if stdout is not a terminal', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  const { code, stdout, stderr } = await runCli(command);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.equal(
    stdout,
    [
      'Start                      Sessions  Modules  Time   Score',
      '2026-03-23T00:00:00+00:00         1        6  1h    100.00',
      '2026-03-30T00:00:00+01:00         0        0  0s         –',
      '2026-04-06T00:00:00+01:00         1        6  30m    50.00',
      '',
    ].join('\n'),
  );
});

test('`history` on a terminal draws bars in proportion to the time studied', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  const { stdout } = await runCli(command, { terminal: true });
  const [heading, ...rows] = stdout.trimEnd().split('\n');
  assert.equal(heading, 'Start                      Sessions  Modules  Time   Score  Trend  Studied');
  assert.deepEqual(
    rows.map((row) => row.match(/█/g)?.length ?? 0),
    // The highest score is also drawn as a full block.
    [25, 0, 12],
  );
  assert.doesNotMatch(rows[1] ?? '', /[▁-▏]/);
  const json = await runCli([...command, '--json'], { terminal: true });
  assert.doesNotMatch(json.stdout, /█/);
  const ascii = await runCli([...command, '--ascii']);
  assert.deepEqual(
    ascii.stdout.split('\n').map((line) => line.slice(51)),
    [
      '  Score  Trend  Studied',
      ` 100.00  #      ${'#'.repeat(24)}`,
      '      -',
      `  50.00  =      ${'#'.repeat(12)}`,
      '',
    ],
  );
});

test('`history` fits a terminal of 80 columns', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  const { stdout, stderr } = await runCli(command, { terminal: true, columns: 80 });
  assert.equal(
    stdout,
    [
      'Start                      Sessions  Modules  Time   Score  Trend  Studied',
      '2026-03-23T00:00:00+00:00         1        6  1h    100.00  █      ████████',
      '2026-03-30T00:00:00+01:00         0        0  0s         –',
      '2026-04-06T00:00:00+01:00         1        6  30m    50.00  ▅      ████',
      '',
    ].join('\n'),
  );
  assert.equal(stderr, '');
});

test('`history --json` prints what `getHistory` of the library returns', async () => {
  await using fixture = await createFixture('sqlite');
  const { learner, command } = await study(fixture);
  for (const interval of ['day', 'week', 'month'] as const) {
    const { stdout } = await runCli([...command, '--json', '--interval', interval]);
    assert.equal(stdout.split('\n').length, 2);
    assert.deepEqual(
      JSON.parse(stdout),
      await fixture.stats.getHistory({ ...learner, interval, timeZone: 'Europe/London' }),
    );
  }
});

test('`history` applies `--from` and `--to`, and prints only the heading without sessions', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  const range = ['--from', '2026-03-30T00:00:00+01:00', '--to', '2026-04-08T12:00:00Z'];
  const { stdout } = await runCli([...command, ...range, '--json']);
  const { items } = JSON.parse(stdout);
  assert.deepEqual(
    items.map(({ sessionCount }: { readonly sessionCount: number }) => sessionCount),
    [0, 0],
  );
  const none = await runCli([...command, '--from', '2026-05-01T00:00:00Z']);
  assert.deepEqual([none.code, none.stdout], [0, 'Start  Sessions  Modules  Time  Score\n']);
});

test('`history` names the option of each invalid value', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  const { code, stderr } = await runCli([...command, '--time-zone', 'Mars', '--from', 'now']);
  assert.equal(code, 2);
  assert.match(stderr, /--time-zone is "[^"]*"; it must be the name of an IANA time zone/);
  assert.match(stderr, /--from is "[^"]*"; it must be an RFC 3339 time/);
});
