import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

test('--from and --to take dates of a time zone in `sessions`, `history` and `export`', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const userId = newUserId();
  // The second and the third are on 2018-11-04 in São Paulo, where that day began at 01:00.
  for (const completedAt of [
    '2018-11-04T02:59:59Z',
    '2018-11-04T03:00:00Z',
    '2018-11-05T01:59:59Z',
    '2018-11-05T02:00:00Z',
  ]) {
    await stats.recordSession({ userId, courseId, session: sessionContent({ completedAt }) });
  }
  const target = ['--user', userId, '--course', courseId, '--database', database.url];
  const day = ['--from', '2018-11-04', '--to', '2018-11-05', '--time-zone', 'America/Sao_Paulo'];
  const listed = await runCli(['sessions', ...target, ...day, '--json']);
  const sessions = listed.stdout.trimEnd().split('\n');
  assert.deepEqual([listed.code, sessions.length], [0, 2], listed.stderr);
  const exported = await runCli(['export', ...target, ...day, '--format', 'ndjson']);
  assert.equal(exported.stdout.trimEnd().split('\n').length, 2, exported.stderr);
  const history = await runCli(['history', ...target, ...day, '--interval', 'day', '--json']);
  assert.deepEqual(
    JSON.parse(history.stdout).items.map(({ sessionCount }: { sessionCount: number }) => sessionCount),
    [2],
  );
  const utc = await runCli(['export', ...target, '--from', '2018-11-05', '--format', 'ndjson']);
  assert.equal(utc.stdout.trimEnd().split('\n').length, 2);
});

test('A date that does not exist and an unknown time zone are refused', async () => {
  await using fixture = await createFixture('sqlite');
  const target = ['--database', fixture.database.url];
  const noDate = await runCli(['export', ...target, '--from', '2026-02-30']);
  assert.deepEqual([noDate.code, noDate.stdout], [2, '']);
  assert.match(noDate.stderr, /--from is "2026-02-30"; it must be an RFC 3339 time/);
  const noZone = await runCli(['export', ...target, '--to', '2026-02-03', '--time-zone', 'Mars/Base']);
  assert.equal(noZone.code, 2);
  assert.match(noZone.stderr, /--time-zone is "Mars\/Base"; it must be a time zone/);
});
