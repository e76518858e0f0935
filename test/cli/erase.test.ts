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

async function failOnQuestion(question: string): Promise<string> {
  return assert.fail(question);
}

async function sessionsOf({ stats, courseId }: Fixture, userId: UserId): Promise<number> {
  return (await stats.getStats({ userId, courseId })).sessionCount;
}

test('`erase` asks for confirmation and erases the learner only after a yes', async () => {
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
    const { code, stdout, stderr } = await runCli(command, answering(answer));
    assert.equal(code, 1, answer);
    assert.equal(stdout, '');
    assert.equal(stderr, 'stats-service: Nothing was erased.\n');
    assert.equal(await sessionsOf(fixture, userId), 2);
  }
  const { code, stdout } = await runCli(command, answering(' Yes '));
  assert.deepEqual([code, stdout], [0, 'Sessions erased: 2\n']);
  assert.equal(await sessionsOf(fixture, userId), 0);
  const question = `Permanently erase all data of learner ${userId} on ${fixture.database.url}? [y/N] `;
  assert.deepEqual(new Set(asked), new Set([question]));
  assert.equal(asked.length, 6);
});

test('`erase` without a terminal erases nothing unless `--yes` is given', async () => {
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

test('`erase --yes` does not ask for confirmation', async () => {
  await using fixture = await createFixture('sqlite');
  const { command } = await study(fixture);
  assert.equal((await runCli([...command, '--yes'], { terminal: true, ask: failOnQuestion })).code, 0);
});

test('`erase` on a missing database exits with code 3 and does not create it', async () => {
  await using database = await createDatabase('sqlite');
  const argv = ['erase', '--yes', '--user', newUserId(), '--database', database.url];
  assert.equal((await runCli(argv)).code, 3);
  assert.equal(existsSync(sqlitePath(database.url)), false);
});

test('`erase` names the option of an invalid learner id', async () => {
  await using fixture = await createFixture('sqlite');
  const argv = ['erase', '--yes', '--user', 'ada', '--database', fixture.database.url];
  const { code, stderr } = await runCli(argv);
  assert.equal(code, 2);
  assert.match(stderr, /^stats-service: --user is "[^"]+"; it must be a UUID/);
});
