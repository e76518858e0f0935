import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveId, openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';
import {
  actor,
  courseOf,
  event,
  importStatements,
  linesOf,
  LMS,
  PLAYED,
  session,
  STATEMENT,
  USER,
} from '../../support/statements.js';

test('Events become a session whose time is the span or the longest duration', async () => {
  const later = { ...event, timestamp: '2026-11-20T10:20:00Z', object: { id: 'logic' } };
  const scored = { ...later, result: { score: { raw: 9, max: 12 }, duration: 'PT15M' } };
  const long = { ...event, timestamp: '2026-11-21T10:00:00Z', result: { duration: 'PT2H0.5S' } };
  const { sessions, stderr, summary } = await importStatements([long, scored, later, event]);
  assert.deepEqual([summary.statements, summary.lines, summary.created], [4, 2, 2], stderr);
  const [first, second] = sessions;
  assert.deepEqual(
    [first?.timeStudied, first?.averageScore, first?.completedAt, first?.moduleIds],
    [1_199_877, 75, '2026-11-20T10:20:00.000Z', ['https://lms.example/videos/1']],
  );
  assert.deepEqual([second?.timeStudied, second?.averageScore], [7_200_500, null]);
});

test('A statement about a course belongs to it if it names no other, and is not a module', async () => {
  const type = 'http://id.tincanapi.com/activitytype/lms/course';
  const about = { ...event, object: { id: 'logic', definition: { type, name: { en: 'Logic' } } } };
  const viewed = { ...about, context: undefined };
  const { sessions, courses, stderr } = await importStatements([
    viewed,
    { ...viewed, result: { duration: 'PT1M' } },
  ]);
  assert.deepEqual(
    sessions.map(({ totalModulesStudied, timeStudied }) => [totalModulesStudied, timeStudied]),
    [[0, 60_000]],
    stderr,
  );
  assert.deepEqual(courses, ['Logic']);
  const named = await importStatements([viewed], { argv: ['--course', 'sets'], course: 'sets' });
  assert.deepEqual(
    named.sessions.map(({ moduleIds }) => moduleIds),
    [['logic']],
  );
});

test('The mean of scores is rounded half up as a decimal number', async () => {
  const scores = [0.6, 0.6, 0.6, 0.20217].map((scaled) => ({ ...event, result: { score: { scaled } } }));
  const { sessions } = await importStatements(scores);
  assert.deepEqual(
    sessions.map(({ averageScore }) => averageScore),
    [50.0543],
  );
});

test('A rejected session names the statements that it was derived from', async () => {
  await using directory = await TestDirectory.create();
  const rejects = `${directory.path}/rejects.ndjson`;
  const modules = Array.from({ length: 1_001 }, (_, index) => ({ ...event, object: { id: `m-${index}` } }));
  const { code, stderr } = await importStatements([session, ...modules], { argv: ['--rejects', rejects] });
  assert.equal(code, 5);
  assert.match(
    stderr,
    /^session of 1001 statements from line \d+: moduleIds is a list of length 1,001; it must be a list of at most 1,000 module ids$/m,
  );
  const { values } = JSON.parse(await directory.read('rejects.ndjson'));
  assert.equal(values.totalModulesStudied, 1_001);
});

test('A learner of statements is the learner of a CSV file with the same text', async () => {
  await using database = await createDatabase('sqlite');
  const target = ['-', '--create-courses', '--database', database.url];
  const statements = [{ ...event, actor: { mbox: 'mailto:ada@example.org' } }, event];
  await runImport([...target, '--format', 'xapi'], linesOf(statements));
  const cells = ['ada@example.org', 'ada'].map((userId) =>
    csvLine({ userId, courseId: 'logic', sessionId: '' }),
  );
  await runImport([...target, '--derive-ids'], [HEADER, ...cells].join('\n'));
  await using stats = await openStats({ database: database.url });
  const courseId = toCourseId(deriveId('logic'));
  for (const text of ['ada@example.org', 'ada']) {
    assert.equal(
      (await stats.getStats({ userId: toUserId(deriveId(text)), courseId })).sessionCount,
      2,
      text,
    );
  }
});

test('Sessions of an account name with two home pages are rejected, unless the name is a UUID', async () => {
  const other = 'https://other.example';
  const foreign = { ...event, actor: actor(other, 'ada'), id: STATEMENT };
  const statements = [
    event,
    foreign,
    { ...event, actor: actor(other, 'bob') },
    { ...event, actor: actor(LMS, USER) },
    { ...event, actor: actor(other, USER) },
  ];
  await using directory = await TestDirectory.create();
  const rejects = `${directory.path}/rejects.ndjson`;
  const { summary, stderr } = await importStatements(statements, { argv: ['--rejects', rejects] });
  assert.deepEqual([summary.created, summary.invalid], [2, 1], stderr);
  assert.deepEqual(Object.keys(JSON.parse(await directory.read('rejects.ndjson'))), ['line', 'faults']);
  const faults =
    'actor.account.name is "ada" with the home pages "https://lms.example" and "https://other.example", which may be two people; import the statements of each home page with its own --id-namespace';
  assert.ok(stderr.startsWith(`session of 2 statements from line `), stderr);
  assert.ok(stderr.includes(`: ${faults}\n`), stderr);

  const voiding = { verb: { id: 'http://adlnet.gov/expapi/verbs/voided' } };
  const voided = { ...event, ...voiding, object: { objectType: 'StatementRef', id: STATEMENT } };
  const without = await importStatements([...statements, voided]);
  assert.deepEqual([without.summary.created, without.summary.invalid], [3, 0], without.stderr);

  const namespace = ['--id-namespace', '3b816241-2c64-4ceb-a091-70f65ef12df1'];
  const separate = await importStatements([foreign], { argv: namespace });
  assert.deepEqual([separate.code, separate.sessions.length], [0, 0], separate.stderr);
});

test('`--create-courses` names a course by its definition, in English if possible, or else by its id', async () => {
  const names = [
    courseOf('a', { fr: 'Logique', 'en-GB': 'Logic', 'en-US': 'Logics' }),
    courseOf('b', { fr: 'Algèbre' }),
    courseOf('c', { en: 'Logic' }),
    courseOf('d', { en: ' ' }),
    courseOf('e', { 'en-US': 'x'.repeat(300) }),
    courseOf('f'),
    courseOf('f', { en: 'Sets' }),
    courseOf('g', { en: '\0' }),
  ];
  const { code, courses, stderr } = await importStatements(names.map((context) => ({ ...event, context })));
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    courses.toSorted(),
    ['Algèbre', 'Logic', 'Sets', 'c', 'd', 'g', 'x'.repeat(255)].toSorted(),
  );
});

test('`--gap` and `--verb` decide which statements form a session', async () => {
  const paused = {
    ...event,
    verb: { id: 'http://example.org/verbs#paused' },
    timestamp: '2026-11-20T10:05:00Z',
  };
  const statements = [event, paused, { ...event, timestamp: '2026-11-20T10:40:00.124Z' }];
  const counts = async (argv: readonly string[]) => {
    const { sessions, summary } = await importStatements(statements, { argv });
    return [sessions.length, summary.statementsOfOtherVerbs];
  };
  assert.deepEqual(await counts([]), [2, 0]);
  assert.deepEqual(await counts(['--gap', '35m']), [2, 0]);
  assert.deepEqual(await counts(['--gap', '36m']), [1, 0]);
  assert.deepEqual(await counts(['--gap', '36m', '--verb', 'played']), [2, 1]);
  assert.deepEqual(await counts(['--gap', '41m', '--verb', PLAYED]), [1, 1]);
  assert.deepEqual(await counts(['--gap', '36m', '--verb', PLAYED, '--verb', 'paused']), [1, 0]);
});

test('The summary of an xAPI import counts statements that are repeated, voided or of other verbs', async () => {
  const repeated = { ...event, id: STATEMENT };
  const statements = [
    repeated,
    { ...repeated, timestamp: '2026-11-20T10:01:00Z' },
    { ...event, id: 'wrong' },
    {
      ...event,
      verb: { id: 'http://adlnet.gov/expapi/verbs/voided' },
      object: { objectType: 'StatementRef', id: 'wrong' },
    },
    { ...event, verb: { id: 'http://adlnet.gov/expapi/verbs/experienced' } },
  ];
  await using database = await createDatabase('sqlite');
  const argv = [
    'import',
    '-',
    '--format',
    'xapi',
    '--create-courses',
    '--verb',
    'played',
    '--database',
    database.url,
  ];
  const { stdout } = await runCli(argv, { input: linesOf(statements) });
  assert.match(stdout, /^Statements +5\nRepeated +1\nVoided +1\nOf other verbs +1\nSessions +1$/m);
});

const importInto = (url: string, part: readonly object[], ...argv: readonly string[]) =>
  runImport(['-', '--format', 'xapi', '--create-courses', '--database', url, ...argv], linesOf(part));

const exported = async (url: string) => (await runCli(['export', '--database', url])).stdout;

test('Importing a part and then the whole file with `--on-conflict replace` equals importing the whole file', async () => {
  await using whole = await createDatabase('sqlite');
  await using parts = await createDatabase('sqlite');
  const statements = [0, 20, 45, 80, 100].map((minutes) => ({
    id: crypto.randomUUID(),
    ...event,
    timestamp: new Date(Date.UTC(2026, 10, 20, 10, minutes)).toISOString(),
  }));
  await importInto(whole.url, statements);
  await importInto(parts.url, statements.slice(0, 2));
  const { summary } = await importInto(parts.url, statements.toReversed(), '--on-conflict', 'replace');
  assert.deepEqual([summary.created, summary.replaced], [1, 1]);
  assert.equal(await exported(parts.url), await exported(whole.url));
});

test('A statement with an invalid score or duration is rejected, and its session recorded without it', async () => {
  const results = [
    { score: { scaled: -0.5 } },
    { score: { raw: 250, max: 20 } },
    { score: { raw: 1, min: 5, max: 20 } },
    { score: { raw: -1 } },
    { duration: 'P30D' },
  ];
  const statements = [{ ...event, result: { score: { scaled: 0.5 } } }];
  const { sessions, summary, stderr } = await importStatements([
    ...statements,
    ...results.map((result) => ({ ...event, result })),
  ]);
  assert.deepEqual([sessions.length, summary.invalid], [1, results.length], stderr);
  assert.equal(sessions[0]?.averageScore, 50);
  assert.match(stderr, /^line 3: result\.score\.raw is 250; it must be from 0 to 20$/m);
  assert.match(stderr, /^line 4: result\.score\.raw is 1; it must be from 5 to 20$/m);
  assert.match(
    stderr,
    /^line 6: result\.duration is "P30D"; it must be at most 1,000,000,000 milliseconds$/m,
  );
});

test('An account is identified by its home page and its name, not by both in a row', async () => {
  const accounts = [actor('https://x', 'John Smith'), actor('https://x John', 'Smith')];
  const first = await importStatements(
    accounts.map((each) => ({ ...event, actor: each })),
    { user: 'John Smith' },
  );
  assert.deepEqual([first.summary.created, first.sessions.length], [2, 1], first.stderr);
});
