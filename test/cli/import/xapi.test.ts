import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { deriveId, openStats, toCourseId, toSessionId, toUserId } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { runImport } from '../../support/imports.js';
import { ADA, COURSE, event, importStatements, session, STATEMENT, USER } from '../../support/statements.js';

test('An xAPI import records statements that are sessions and names the faults of others', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const { context: _, ...withoutCourse } = session;
  const lines = [
    session,
    { ...withoutCourse, id: '8e2c7962-2120-536a-aa9a-b2458eb413b9' },
    { ...session, id: undefined, actor: { name: 'Ada' }, result: { ...session.result, duration: 'P1M' } },
    { ...event, object: {}, actor: { objectType: 'Group', member: [ADA] }, timestamp: '2026-11-20T10:00:00' },
    [session],
    { ...session, actor: 7, result: { score: { raw: '68' }, extensions: [] } },
    { ...session, context: { contextActivities: { grouping: 'Algebra' } } },
    { ...event, result: { score: { scaled: 85 }, duration: '3600' } },
    { ...event, actor: { mbox: 'mailto:' }, timestamp: null },
    { ...event, verb: { id: 'http://adlnet.gov/expapi/verbs/voided' } },
  ];
  const path = await directory.write('statements.json', lines.map((line) => JSON.stringify(line)).join('\n'));
  const target = ['--format', 'xapi', '--database', database.url, '--create-courses'];

  const { code, summary, stderr } = await runImport([path, ...target]);
  assert.deepEqual([code, summary.created, summary.invalid], [5, 1, 9], stderr);
  const course =
    'context.contextActivities has no activity with the type of a course; add --course ID to name the course of such statements';
  const expected = [
    [2, course],
    [3, 'actor has no account, mbox, mbox_sha1sum or openid; an anonymous learner cannot be imported'],
    [3, 'result.duration is "P1M"; it must be an ISO 8601 duration without months and years, such as PT25M'],
    [3, 'id is required, because the statement is a session'],
    [4, 'actor is a group; a session belongs to one learner'],
    [
      4,
      'timestamp is "2026-11-20T10:00:00"; it must be an RFC 3339 time with offset, such as 2026-11-22T10:00:00Z, from 1970',
    ],
    [4, 'object.id is required and must be the id of an activity'],
    [5, 'must be a JSON object'],
    [6, 'actor is 7; it must be an object'],
    [6, 'result.score.raw is "68"; it must be a number'],
    [6, 'result.extensions is a list of length 0; it must be an object'],
    [
      7,
      'context.contextActivities.grouping is "Algebra"; it must be an activity with an id, or a list of such activities',
    ],
    [8, 'result.score.scaled is 85; it must be from 0 to 1'],
    [8, 'result.duration is "3600"; it must be an ISO 8601 duration'],
    [9, 'actor.mbox is empty; it must identify the learner'],
    [9, 'timestamp is required and must be an RFC 3339 time'],
    [10, 'object must be a StatementRef with an id, because the verb is voided'],
  ] as const;
  for (const [line, fault] of expected) {
    const printed = new RegExp(`^line ${line}: (.*)$`, 'm').exec(stderr)?.[1] ?? '';
    assert.ok(printed.includes(fault), `${line}: ${printed}`);
  }

  const list = await directory.write('list.json', JSON.stringify([session, 7], null, 2));
  const listed = await runImport([list, ...target]);
  assert.deepEqual([listed.summary.replayed, listed.summary.invalid], [1, 1], listed.stderr);
  assert.match(listed.stderr, /^document 2: must be a JSON object$/m);

  const named = await runImport([path, ...target, '--course', COURSE]);
  assert.deepEqual([named.summary.created, named.summary.replayed], [1, 1], named.stderr);

  await using stats = await openStats({ database: database.url });
  const key = { userId: toUserId(USER), courseId: toCourseId(COURSE) };
  const {
    createdAt: _created,
    updatedAt: _updated,
    ...content
  } = await stats.getSession({
    ...key,
    sessionId: toSessionId(STATEMENT),
  });
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

test('A statement that is a session may be without a score, and its id any text', async () => {
  const { score: _, ...result } = session.result;
  const { sessions, stderr } = await importStatements([{ ...session, id: 'attempt 7', result }], {
    user: USER,
    course: COURSE,
  });
  assert.deepEqual(
    sessions.map(({ averageScore, sessionId }) => [averageScore, sessionId]),
    [[null, deriveId('attempt 7')]],
    stderr,
  );
});

test('An xAPI import accepts a duration in weeks up to the limit of `timeStudied`', async () => {
  const statements = ['P1W', 'P1WT1S', 'P2W'].map((duration) => ({
    ...session,
    id: crypto.randomUUID(),
    result: { ...session.result, duration },
  }));
  const { summary, stderr, sessions } = await importStatements(statements, { user: USER, course: COURSE });
  assert.deepEqual([summary.created, summary.invalid], [2, 1], stderr);
  assert.match(
    stderr,
    /^line 3: timeStudied is .*; it must be an integer number of milliseconds from 0 to 1,000,000,000$/m,
  );
  const times = sessions.map(({ timeStudied }) => timeStudied).toSorted((a, b) => a - b);
  assert.deepEqual(times, [604_800_000, 604_801_000]);
});

const page = (more?: string) => JSON.stringify({ statements: [{ id: 'event 1', ...event }, session], more });

test('An xAPI import reads pages of an LRS, gzipped or not, and warns if there is another page', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const target = ['--format', 'xapi', '--create-courses', '--database', database.url];
  const gzipped = await directory.write('page', gzipSync(page('/xapi/statements?cursor=2')));
  const first = await runImport([gzipped, ...target]);
  assert.deepEqual([first.code, first.summary.created], [0, 2], first.stderr);
  assert.match(
    first.stderr,
    /^The file ends with a page of statements that has more: "\/xapi\/statements\?cursor=2"\. .* import it again with --on-conflict replace\.$/m,
  );
  const both = await directory.write('pages', `${page('/xapi/statements?cursor=2')}\n${page('')}`);
  const second = await runImport([both, ...target]);
  assert.deepEqual([second.stderr, second.summary.replayed, second.summary.statementsRepeated], ['', 2, 2]);
  for (const [text, message] of [
    [
      '{"statements": [{}, {}',
      /^stats-service: The JSON list is truncated after document 1; download or export the file again\.$/m,
    ],
    [
      '{"statements": [{}]',
      /^stats-service: The page of statements is truncated after document 1; download the file again\.$/m,
    ],
    [
      '{"statements": [] "more": 1}',
      /^stats-service: The page of statements is not valid JSON; repair or download it again\. \(/m,
    ],
  ] as const) {
    const { code, stderr } = await runImport([await directory.write('broken', text), ...target]);
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
  }
});

test('`--explain` prints the rules, and options for statements require `--format xapi`', async () => {
  for (const argv of [[], ['--format', 'xapi'], ['statements.json', '--format', 'xapi']]) {
    const { code, stdout } = await runCli(['import', ...argv, '--explain']);
    assert.equal(code, 0);
    assert.match(stdout, /^Learner: actor\.account\.name/);
    assert.ok(stdout.split('\n').every((line) => line.length <= 100));
  }
  for (const [argv, message] of [
    [['-', '--format', 'xapi', '--new-ids'], /--new-ids cannot be used with --format xapi/],
    [['-', '--gap', '30m'], /--gap requires --format xapi/],
    [['-', '--verb', 'played'], /--verb requires --format xapi/],
    [['-', '--format', 'xapi', '--gap', '30'], /--gap is "30"; add a unit: 30s or 30m/],
    [
      ['-', '--format', 'xapi', '--gap', '25h'],
      /--gap is "25h"; it must be a duration from 1s to 24h, such as 30m/,
    ],
  ] as const) {
    const finished = await runCli(['import', ...argv]);
    assert.deepEqual([finished.code, message.test(finished.stderr)], [2, true], finished.stderr);
  }
});
