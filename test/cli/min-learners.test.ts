import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { addLearners } from '../support/classroom.js';
import { runCli } from '../support/cli.js';
import { newUserId } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';

const summarySchema = z.object({ perLearner: z.record(z.string(), z.unknown()) });

/** Serves the database in this process and returns the quantiles of its course. */
async function quantilesOf(
  { database, courseId }: Fixture,
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
) {
  const stop = new AbortController();
  const listening = Promise.withResolvers<string>();
  const finished = runCli(['serve', '--database', database.url, '--port', '0', ...argv], {
    env: { STATS_LOG_LEVEL: 'silent', ...variables },
    signal: stop.signal,
    onStderr: (text) => {
      const url = /Listening on (.*)\n/.exec(text)?.[1];
      if (url !== undefined) listening.resolve(url);
    },
  });
  const url = await Promise.race([listening.promise, finished.then(({ stderr }) => assert.fail(stderr))]);
  const headers = { 'X-User-Id': newUserId() };
  const response = await fetch(`${url}/courses/${courseId}/summary`, { headers });
  const { perLearner } = summarySchema.parse(await response.json());
  stop.abort();
  assert.equal((await finished).code, 0);
  return perLearner;
}

test('Below `--min-learners`, which overrides STATS_MIN_LEARNERS, a summary has no quantiles', async () => {
  await using fixture = await createFixture('sqlite');
  await addLearners(fixture, fixture.courseId, [{ sessions: [['a']] }, { sessions: [['a']] }]);
  const none = { averageScore: null, timeStudied: null, sessionCount: null };
  const one = { min: 1, p25: 1, median: 1, p75: 1, max: 1 };
  assert.deepEqual(await quantilesOf(fixture, [], { STATS_MIN_LEARNERS: '1000' }), none);
  const { sessionCount } = await quantilesOf(fixture, ['--min-learners', '1'], { STATS_MIN_LEARNERS: '3' });
  assert.deepEqual(sessionCount, one);
});

test('The command line on a database respects STATS_MIN_LEARNERS', async () => {
  await using fixture = await createFixture('sqlite');
  await addLearners(fixture, fixture.courseId, [{ sessions: [['a']] }, { sessions: [['a']] }]);
  const argv = ['summary', '--course', fixture.courseId, '--database', fixture.database.url, '--json'];
  const counts = async (learners: string) => {
    const { stdout } = await runCli(argv, { env: { STATS_MIN_LEARNERS: learners } });
    return summarySchema.parse(JSON.parse(stdout)).perLearner['sessionCount'];
  };
  assert.equal(await counts('3'), null);
  assert.notEqual(await counts('2'), null);
  assert.equal((await runCli(argv, { env: { STATS_MIN_LEARNERS: 'x' } })).code, 2);
});

test('`serve` reports an invalid number of learners with its name', async () => {
  const rule = 'it must be a number from 1 to 1,000';
  for (const [argv, env, message] of [
    ...['0', '1001', 'x', '-1', '1.5', ''].map(
      (value) => [['--min-learners', value], {}, `--min-learners is "${value}"; ${rule}`] as const,
    ),
    [[], { STATS_MIN_LEARNERS: '0' }, `STATS_MIN_LEARNERS is "0"; ${rule}`] as const,
  ]) {
    const { code, stderr } = await runCli(['serve', '--database', 'sqlite::memory:', ...argv], { env });
    assert.deepEqual([code, stderr], [2, `stats-service: ${message}\n`]);
  }
});
