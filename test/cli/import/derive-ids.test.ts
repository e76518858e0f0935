import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deriveId, ID_NAMESPACE, openStats, toCourseId, toUserId } from '../../../src/core/index.js';
import { runCli } from '../../support/cli.js';
import { createDatabase } from '../../support/databases.js';
import { TestDirectory } from '../../support/directory.js';
import { csvLine, HEADER, runImport } from '../../support/imports.js';

const NAMESPACE = '3b816241-2c64-4ceb-a091-70f65ef12df1';
const ADA = { userId: 'ada@example.org', courseId: 'course-v1:MATH+101', sessionId: 'attempt 1' };

const run = (argv: readonly string[], env = {}) => runCli(['id', ...argv], { env });

test('`deriveId` returns the UUID version 5 of a text, and a UUID in lower case', () => {
  assert.equal(deriveId('4711', NAMESPACE), '09d8901f-7111-5dd1-98c6-a7fe048356ce');
  assert.equal(deriveId('4711'), deriveId('4711', ID_NAMESPACE));
  assert.notEqual(deriveId('4711'), deriveId('4711', NAMESPACE));
  assert.notEqual(deriveId('é'), deriveId('e'));
  assert.equal(deriveId('7C7B7D42-FF2F-57E0-B43E-BDAC13420B81'), '7c7b7d42-ff2f-57e0-b43e-bdac13420b81');
  for (const [text, namespace] of [
    ['', NAMESPACE],
    ['4711', 'ada'],
  ] as const) {
    assert.throws(() => deriveId(text, namespace), { code: 'invalid-request' });
  }
});

test('`import --derive-ids` records sessions whose ids are any text, each exactly once', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const lines = [
    csvLine(ADA),
    csvLine({ ...ADA, sessionId: '' }),
    csvLine({ ...ADA, userId: ' ada@example.org ' }),
  ];
  const path = await directory.write('sessions.csv', [HEADER, ...lines].join('\n'));
  const argv = [path, '--derive-ids', '--create-courses', '--database', database.url];
  const first = await runImport(argv);
  assert.deepEqual([first.code, first.summary.created, first.summary.replayed], [0, 2, 1], first.stderr);
  const again = await runImport(argv);
  assert.deepEqual([again.code, again.summary.created, again.summary.replayed], [0, 0, 3]);

  await using stats = await openStats({ database: database.url });
  const courseId = toCourseId(deriveId(ADA.courseId));
  assert.equal((await stats.getStats({ userId: toUserId(deriveId(ADA.userId)), courseId })).sessionCount, 2);
  const { items } = await stats.listCourses();
  assert.deepEqual(
    items.map(({ courseId: id, name }) => [id, name]),
    [[courseId, ADA.courseId]],
  );
});

test('`import --derive-ids` applies to a file of courses, too', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  const courses = await directory.write(
    'courses.json',
    JSON.stringify({ courseId: 'MATH 101', name: 'Algebra' }),
  );
  const path = await directory.write('sessions.csv', [HEADER, csvLine({ courseId: 'MATH 101' })].join('\n'));
  const argv = [path, '--courses', courses, '--derive-ids', '--database', database.url];
  const { code, stderr, summary } = await runImport(argv);
  assert.deepEqual([code, summary.created, summary.coursesCreated], [0, 1, 1], stderr);
});

test('`id` prints the id that an import derives, in the namespace of the option or the environment', async () => {
  const expected = { code: 0, stdout: `${deriveId('4711')}\n`, stderr: '' };
  assert.deepEqual(await run(['4711']), expected);
  const inNamespace = { ...expected, stdout: `${deriveId('4711', NAMESPACE)}\n` };
  assert.deepEqual(await run(['4711', '--id-namespace', NAMESPACE]), inNamespace);
  assert.deepEqual(await run(['4711'], { STATS_ID_NAMESPACE: NAMESPACE }), inNamespace);
  for (const [argv, env, message] of [
    [['4711', '--id-namespace', 'ada'], {}, /--id-namespace is "ada"; it must be a UUID/],
    [['4711'], { STATS_ID_NAMESPACE: 'ada' }, /STATS_ID_NAMESPACE is "ada"; it must be a UUID/],
  ] as const) {
    const { code, stderr } = await run(argv, env);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});

test('Without `--derive-ids`, a text that is not a UUID is rejected, and the option is named', async () => {
  await using database = await createDatabase('sqlite');
  const options = ['-', '--create-courses', '--database', database.url];
  const { code, stderr } = await runImport(options, [HEADER, csvLine({ userId: 'ada' })].join('\n'));
  assert.equal(code, 5);
  assert.match(stderr, /^line 2: userId is "ada"; it must be a UUID/);
  assert.match(stderr, /Add --derive-ids to import ids that are not UUIDs\./);
  const unused = await runImport([...options, '--id-namespace', NAMESPACE]);
  assert.deepEqual([unused.code, unused.summary], [2, {}]);
  assert.match(unused.stderr, /--id-namespace requires --derive-ids, --course-by-name or --format xapi/);
});

test('`import --course-by-name` finds courses by their names, and creates missing ones with `--create-courses`', async () => {
  await using database = await createDatabase('sqlite');
  await using directory = await TestDirectory.create();
  await using stats = await openStats({ database: database.url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra I' } });
  const userId = toUserId(crypto.randomUUID());
  const lines = [' Algebra I', 'Logic', 'Logic'].map((course) => csvLine({ userId, courseId: course }));
  const path = await directory.write('sessions.csv', [HEADER, ...lines].join('\n'));
  const argv = [path, '--course-by-name', '--database', database.url];

  const known = await runImport(argv);
  assert.deepEqual([known.code, known.summary.created, known.summary.invalid], [5, 1, 2]);
  assert.match(
    known.stderr,
    /^line 3: courseId is "Logic"; it must be the name of a course; add --create-courses/,
  );
  for (const created of [2, 0]) {
    const { code, stderr, summary } = await runImport([...argv, '--create-courses']);
    assert.deepEqual([code, summary.created, summary.replayed], [0, created, 3 - created], stderr);
  }
  assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 1);
  const { items } = await stats.listCourses();
  assert.deepEqual(
    items.map(({ name }) => name),
    ['Algebra I', 'Logic'],
  );
});
