import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runCli } from '../support/cli.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';

/** Records two of three modules in one course, and a session in a course without modules. */
async function study({ stats, courseId, database }: Fixture) {
  const userId = newUserId();
  const logic = await stats.addCourse({ course: { name: 'Logic', moduleIds: ['a', 'b', 'c'] } });
  await stats.addCourse({ course: { name: 'Not studied' } });
  await stats.recordSession({ userId, courseId, session: sessionContent() });
  const session = sessionContent({ moduleIds: ['a', 'b', 'x'], totalModulesStudied: 0 });
  await stats.recordSession({ userId, courseId: logic.courseId, session });
  return { userId, logic: logic.courseId, command: ['stats', '--user', userId, '--database', database.url] };
}

test('`stats` without `--course` prints a table of every course that the learner studied', async () => {
  await using fixture = await createFixture('sqlite');
  const { logic, command } = await study(fixture);
  const { code, stdout, stderr } = await runCli(command);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.equal(
    stdout,
    [
      'Course                                Sessions  Modules  Score  Time   Progress     Name',
      `${fixture.courseId}         1        6  68.40  4m40s  –            Algebra`,
      `${logic}         1        0      –  4m40s  66.6 % of 3  Logic`,
      '',
    ].join('\n'),
  );
});

test('`stats --json` prints one document per course, in pages with `--limit` and `--cursor`', async () => {
  await using fixture = await createFixture('sqlite');
  const { userId, command } = await study(fixture);
  const { items } = await fixture.stats.listStudiedCourses({ userId });
  assert.equal(items.length, 2);
  const all = await runCli([...command, '--json']);
  assert.deepEqual(
    all.stdout
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
    items,
  );
  const first = await runCli([...command, '--json', '--limit', '1']);
  assert.deepEqual(JSON.parse(first.stdout), items[0]);
  const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1];
  assert.ok(cursor);
  const second = await runCli([...command, '--json', '--cursor', cursor]);
  assert.deepEqual(JSON.parse(second.stdout), items[1]);
});

test('`stats` prints only the heading for a learner without sessions', async () => {
  await using fixture = await createFixture('sqlite');
  const argv = ['stats', '--user', newUserId(), '--database', fixture.database.url];
  const { code, stdout } = await runCli(argv);
  assert.deepEqual([code, stdout], [0, 'Course  Sessions  Modules  Score  Time  Progress  Name\n']);
});

test('`stats --course` prints the distinct modules and the progress in the course', async () => {
  await using fixture = await createFixture('sqlite');
  const { logic, command } = await study(fixture);
  const { stdout } = await runCli([...command, '--course', logic]);
  assert.match(stdout, /^Distinct modules {2}3$/m);
  assert.match(stdout, /^Progress {10}66\.6 % of 3$/m);
});

test('`stats` prints 100 % progress if, and only if, all modules were studied', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const learner = { userId: newUserId(), courseId };
  const moduleIds = Array.from({ length: 1_000 }, (_, index) => `m${index}`);
  await stats.setCourse({ courseId, course: { name: 'Algebra', moduleIds } });
  const session = sessionContent({ moduleIds: moduleIds.slice(1) });
  await stats.recordSession({ ...learner, session });
  const command = ['stats', '--user', learner.userId, '--course', courseId, '--database', database.url];
  assert.match((await runCli(command)).stdout, /^Progress {10}99\.9 % of 1000$/m);
  await stats.recordSession({ ...learner, session: sessionContent({ moduleIds: ['m0'] }) });
  assert.match((await runCli(command)).stdout, /^Progress {10}100 % of 1000$/m);
});

test('`--module-ids` stores its modules as a set and rejects an invalid module id', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const userId = newUserId();
  const target = ['--database', database.url];
  const set = ['course', 'set', '--course', courseId, '--name', 'Algebra', ...target];

  const course = await runCli([...set, '--module-ids', 'b', 'a', 'b']);
  assert.match(course.stdout, /^Modules {2}a b$/m);
  const record = ['record', '--user', userId, '--course', courseId, '--modules', '3', '--score', '1'];
  const session = await runCli([...record, '--time', '1m', ...target, '--module-ids', 'c', 'a']);
  assert.match(session.stdout, /^Modules {10}a c$/m);
  assert.deepEqual((await stats.listSessions({ userId, courseId })).items[0]?.moduleIds, ['a', 'c']);
  assert.equal((await stats.getStats({ userId, courseId })).progress, 0.5);

  const added = await runCli([
    'course',
    'add',
    '--name',
    'Logic',
    '--json',
    ...target,
    '--module-ids',
    'z',
    'y',
  ]);
  assert.partialDeepStrictEqual(JSON.parse(added.stdout), { name: 'Logic', moduleIds: ['y', 'z'] });
  const list = await runCli(['course', 'list', ...target]);
  assert.match(list.stdout, /^Course +Modules {2}Name\n\S+ +2 {2}Algebra\n\S+ +2 {2}Logic\n$/);

  const refused = await runCli([...set, '--module-ids', 'a', 'b;c']);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /--module-ids is .*; it must be 1 to 128 visible ASCII characters without ;/);
  const comma = await runCli([...set, '--module-ids', 'a,b']);
  assert.equal(comma.code, 2);
  assert.match(comma.stderr, /Separate ids by spaces/);
  await runCli([...set, '--module-ids', 'a', 'b']);
  assert.match((await runCli(set)).stdout, /^Modules {2}a b$/m);
  assert.match((await runCli([...set, '--no-module-ids'])).stdout, /^Modules {2}–$/m);
});
