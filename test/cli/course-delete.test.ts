import assert from 'node:assert/strict';
import { test } from 'node:test';
import { serve } from '../../src/server/index.js';
import { runCli } from '../support/cli.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

test('`course delete` deletes a course without sessions, also through a server', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const { courseId: logic } = await stats.addCourse({ course: { name: 'Logic' } });
  await using server = await serve(stats, { port: 0 });
  const onDatabase = await runCli(['course', 'delete', '--course', logic, '--database', database.url]);
  assert.deepEqual([onDatabase.code, onDatabase.stdout, onDatabase.stderr], [0, '', 'Deleted.\n']);
  const argv = ['course', 'delete', '--course', courseId, '--server', server.url];
  assert.equal((await runCli(argv)).code, 0);
  assert.equal((await runCli(argv)).code, 3);
});

test('`course delete` deletes sessions only with `--with-sessions`, and only after a yes', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  const userId = newUserId();
  for (let count = 0; count < 2; count++) {
    await stats.recordSession({ userId, courseId, session: sessionContent() });
  }
  const command = ['course', 'delete', '--course', courseId, '--database', database.url];
  const used = await runCli(command);
  assert.equal(used.code, 1);
  assert.match(
    used.stderr,
    /has sessions; nothing was deleted\. Add --with-sessions to delete them too\.\n$/,
  );

  const withSessions = [...command, '--with-sessions'];
  const unasked = await runCli(withSessions);
  assert.equal(unasked.code, 2);
  assert.match(unasked.stderr, /--yes/);
  const questions: string[] = [];
  const answering = (answer: string) => ({
    terminal: true,
    ask: async (question: string) => {
      questions.push(question);
      return answer;
    },
  });
  const refused = await runCli(withSessions, answering('n'));
  assert.deepEqual([refused.code, refused.stderr], [1, 'stats-service: Nothing was deleted.\n']);
  assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 2);
  const deleted = await runCli(withSessions, answering('y'));
  assert.deepEqual([deleted.code, deleted.stderr], [0, 'Deleted with 2 sessions.\n']);
  assert.deepEqual(
    new Set(questions),
    new Set([
      `Permanently delete course "Algebra" (${courseId}) with 2 sessions of 1 learner on ${database.url}? [y/N] `,
    ]),
  );
  assert.deepEqual((await stats.listCourses()).items, []);

  const server = [
    'course',
    'delete',
    '--course',
    courseId,
    '--with-sessions',
    '--server',
    'http://127.0.0.1:1',
  ];
  const remote = await runCli(server);
  assert.equal(remote.code, 2);
  assert.match(remote.stderr, /course delete --with-sessions cannot use a server/);
});
