import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import type { UserId } from '../../src/core/index.js';
import { runCli } from '../support/cli.js';
import { createDatabase } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture, type Fixture } from '../support/fixture.js';
import { sqlitePath } from '../support/sql.js';

async function study({ stats, courseId, database }: Fixture) {
  const userId = newUserId();
  for (let count = 0; count < 2; count += 1) {
    await stats.recordSession({ userId, courseId, session: sessionContent() });
  }
  return { userId, command: ['erase', '--user', userId, '--database', database.url] };
}

/** A question fails the test. */
async function askNobody(question: string): Promise<string> {
  return assert.fail(question);
}

async function sessionsOf({ stats, courseId }: Fixture, userId: UserId): Promise<number> {
  return (await stats.getStats({ userId, courseId })).sessionCount;
}

test('asks first, and erases only for a yes', async () => {
  await using fixture = await createFixture('sqlite');
  const { userId, command } = await study(fixture);
  const asked: string[] = [];
  const answering = (answer: string) => ({
    terminal: true,
    ask: async (question: string) => {
      asked.push(question);
      return answer;
    },
  });

  for (const answer of ['', 'n', 'no', 'yesterday', 'oy']) {
    const { code, stdout, stderr } = await runCli(command, {}, answering(answer));
    assert.equal(code, 1, answer);
    assert.equal(stdout, '');
    assert.equal(stderr, 'stats-service: Nothing was erased.\n');
    assert.equal(await sessionsOf(fixture, userId), 2);
  }
  const { code, stdout } = await runCli(command, {}, answering(' Yes '));
  assert.deepEqual([code, stdout], [0, 'Sessions erased: 2\n']);
  assert.equal(await sessionsOf(fixture, userId), 0);
  const question = `Erase everything of learner ${userId} for good, on ${fixture.database.url}? [y/N] `;
  assert.deepEqual(new Set(asked), new Set([question]));
  assert.equal(asked.length, 6);
});

test('refuses where it cannot ask, unless --yes', async () => {
  await using fixture = await createFixture('sqlite');
  const { userId, command } = await study(fixture);
  const refused = await runCli(command);
  assert.deepEqual([refused.code, refused.stdout], [2, '']);
  assert.match(refused.stderr, /^stats-service: .*--yes.*\n$/);
  assert.equal(await sessionsOf(fixture, userId), 2);

  const { code, stdout } = await runCli([...command, '--yes', '--json']);
  assert.equal(code, 0);
  assert.deepEqual(JSON.parse(stdout), { sessionsDeleted: 2 });
  assert.equal(await sessionsOf(fixture, userId), 0);
});

test('--yes does not ask', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  assert.equal((await runCli([...command, '--yes'], {}, { terminal: true, ask: askNobody })).code, 0);
});

test('makes no database to erase from', async () => {
  await using database = await createDatabase('sqlite');
  const argv = ['erase', '--yes', '--user', newUserId(), '--database', database.url];
  assert.equal((await runCli(argv)).code, 3);
  assert.equal(existsSync(sqlitePath(database.url)), false);
});

test('an id that is none is told by its option', async () => {
  await using fixture = await createFixture('sqlite');
  const argv = ['erase', '--yes', '--user', 'ada', '--database', fixture.database.url];
  const { code, stderr } = await runCli(argv);
  assert.equal(code, 2);
  assert.match(stderr, /^stats-service: --user must be a UUID/);
});
