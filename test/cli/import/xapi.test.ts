import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStats, toCourseId, toSessionId, toUserId } from '../../../src/core/index.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { runImport } from '../../support/imports.js';

const USER = '7c7b7d42-ff2f-57e0-b43e-bdac13420b81';
const COURSE = '7384c218-7413-5439-8a53-127d6e177480';
const STATEMENT = '2d2c7962-2120-536a-aa9a-b2458eb413b9';

const statement = {
  id: STATEMENT,
  actor: { objectType: 'Agent', account: { homePage: 'https://lms.example', name: USER } },
  verb: { id: 'http://adlnet.gov/expapi/verbs/completed' },
  object: { id: 'https://lms.example/modules/12' },
  context: { contextActivities: { grouping: [{ id: `https://lms.example/courses/${COURSE}` }] } },
  result: {
    score: { scaled: 0.684, raw: 68.4, max: 100 },
    duration: 'PT4M40.5S',
    extensions: {
      'urn:stats-service:totalModulesStudied': 6,
      'urn:stats-service:moduleIds': ['m-2', 'm-1'],
    },
  },
  timestamp: '2026-11-20T11:00:00+01:00',
};

test('An xAPI import records mappable statements and rejects the others with a reason', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const { context: _, ...withoutCourse } = statement;
  const lines = [
    statement,
    { ...withoutCourse, id: '8e2c7962-2120-536a-aa9a-b2458eb413b9' },
    { ...statement, id: undefined, actor: { mbox: 'mailto:a@example.org' }, result: { duration: 'P1M' } },
    { ...statement, result: { ...statement.result, extensions: undefined } },
    [statement],
    { ...statement, actor: 7, result: { score: { raw: '68' }, extensions: [] }, timestamp: 7 },
    { ...statement, context: { contextActivities: { grouping: 'Algebra' } } },
  ];
  const path = await directory.write('statements.json', lines.map((line) => JSON.stringify(line)).join('\n'));
  const target = ['--format', 'xapi', '--database', database.url, '--create-courses'];

  const { code, summary, stderr } = await runImport([path, ...target]);
  assert.deepEqual([code, summary.created, summary.invalid], [5, 1, 6], stderr);
  assert.match(stderr, /^line 2: context\.contextActivities\.grouping is required$/m);
  const faults = /^line 3: (.*)$/m.exec(stderr)?.[1]?.split('. ');
  assert.deepEqual(faults, [
    'result.duration is "P1M"; it must be an ISO 8601 duration without months and years',
    'actor.account.name is required',
    'id is required',
    'result.extensions["urn:stats-service:totalModulesStudied"] is required',
  ]);
  assert.match(
    stderr,
    /^line 4: result\.extensions\["urn:stats-service:totalModulesStudied"\] is required$/m,
  );
  assert.match(stderr, /^line 5: must be a JSON object; put each object of the list on its own line$/m);
  assert.deepEqual(/^line 6: (.*)$/m.exec(stderr)?.[1]?.split('. ').toSorted(), [
    'actor is 7; it must be an object',
    'result.extensions is a list of length 0; it must be an object',
    'result.score.raw is "68"; it must be a number',
    'timestamp is 7; it must be text',
  ]);
  const grouping =
    'context.contextActivities.grouping is "Algebra"; it must be an activity with an id, or a list of such activities';
  assert.ok(stderr.includes(`line 7: ${grouping}\n`), stderr);

  const list = await directory.write('list.json', JSON.stringify([statement, 7], null, 2));
  const listed = await runImport([list, ...target]);
  assert.deepEqual([listed.summary.replayed, listed.summary.invalid], [1, 1], listed.stderr);
  assert.match(listed.stderr, /^document 2: must be a JSON object$/m);

  const named = await runImport([path, ...target, '--course', COURSE]);
  assert.deepEqual([named.summary.created, named.summary.replayed], [1, 1], named.stderr);

  await using stats = await openStats({ database: database.url });
  const key = { userId: toUserId(USER), courseId: toCourseId(COURSE) };
  const session = await stats.getSession({ ...key, sessionId: toSessionId(STATEMENT) });
  const { createdAt: _created, updatedAt: _updated, ...content } = session;
  assert.deepEqual(content, {
    sessionId: STATEMENT,
    courseId: COURSE,
    totalModulesStudied: 6,
    averageScore: 68.4,
    timeStudied: 280_500,
    completedAt: '2026-11-20T10:00:00.000Z',
    moduleIds: ['m-1', 'm-2'],
  });
});

test('An xAPI import records a statement without a score as a session without a score', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const { score: _, ...result } = statement.result;
  const path = await directory.write('statements.json', JSON.stringify({ ...statement, result }));
  const target = ['--format', 'xapi', '--database', database.url, '--create-courses'];
  const { summary, stderr } = await runImport([path, ...target]);
  assert.equal(summary.created, 1, stderr);
  await using stats = await openStats({ database: database.url });
  const key = { userId: toUserId(USER), courseId: toCourseId(COURSE), sessionId: toSessionId(STATEMENT) };
  assert.equal((await stats.getSession(key)).averageScore, null);
});

test('An xAPI import accepts a duration in weeks up to the limit of `timeStudied`', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const lines = ['P1W', 'P1WT1S', 'P2W'].map((duration) => {
    const id = crypto.randomUUID();
    return JSON.stringify({ ...statement, id, result: { ...statement.result, duration } });
  });
  const path = await directory.write('weeks.json', lines.join('\n'));
  const target = ['--database', database.url, '--create-courses'];
  const { summary, stderr } = await runImport([path, '--format', 'xapi', ...target]);
  assert.deepEqual([summary.created, summary.invalid], [2, 1], stderr);
  assert.match(
    stderr,
    /^line 3: timeStudied is .*; it must be an integer number of milliseconds from 0 to 1,000,000,000$/m,
  );

  await using stats = await openStats({ database: database.url });
  const learner = { userId: toUserId(USER), courseId: toCourseId(COURSE) };
  const { timeStudied } = await stats.getStats(learner);
  assert.equal(timeStudied, 604_800_000 + 604_801_000);
});
