import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { openMigrator } from '../../src/core/index.js';
import { runCli } from '../support/cli.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { assertProblem } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { DocumentedClient } from '../support/http-documented.js';
import { makeReadOnlyCopy } from '../support/read-only-copy.js';
import { startCommand, startService } from '../support/service.js';
import { sqlitePath } from '../support/sql.js';
import { NO_PERMISSIONS, unprivileged } from '../support/unprivileged.js';

test(
  '`serve --read-only` serves a copy that cannot be written and refuses every change',
  { skip: NO_PERMISSIONS },
  async () => {
    await using copy = await makeReadOnlyCopy();
    const { file, userId, courseId } = copy;
    const before = readFileSync(file);
    const argv = ['serve', '--read-only', '--port', '0', '--database', `sqlite:${file}`];
    await using service = await startCommand(unprivileged(...argv), {});
    await using client = new HttpClient(service.url);
    const documented = await DocumentedClient.of((...request) => client.send(...request));

    assert.equal((await documented.call('ready')).status, 200);
    const { status, text } = await documented.call('getStats', { userId, courseId });
    assert.deepEqual([status, JSON.parse(text).sessionCount], [200, 2]);
    assert.equal((await documented.call('listSessions', { userId, courseId })).status, 200);
    let refused = 0;
    for (const { method, operationId, requestBody } of documented.endpoints) {
      if (method === 'GET') continue;
      const contents: Readonly<Record<string, object>> = {
        addCourse: { name: 'Logic' },
        setCourse: { name: 'Logic' },
        enrolLearner: { displayName: 'Ann' },
      };
      const content = contents[operationId] ?? sessionContent();
      const json = operationId === 'recordSessions' ? { sessions: [] } : content;
      const answer = await documented.call(operationId, { userId, courseId, ...(requestBody && { json }) });
      assertProblem(answer, 403, 'read-only');
      refused++;
    }
    assert.equal(refused, 10);
    assert.equal((await service.stop()).code, 0);
    assert.deepEqual(readFileSync(file), before);
    assert.deepEqual(readdirSync(copy.parent), ['copy.db']);
  },
);

for (const dialect of DIALECTS) {
  test(`\`serve --read-only\` on ${dialect} shows what another process records, and records nothing`, async () => {
    await using fixture = await createFixture(dialect);
    const { courseId, database, stats } = fixture;
    const userId = newUserId();
    const path = `/courses/${courseId}`;
    await using service = await startService(['--read-only', '--port', '0', '--database', database.url]);
    await using client = new HttpClient(service.url);
    for (const count of [1, 2]) {
      await stats.recordSession({ userId, courseId, session: sessionContent() });
      assertProblem(await client.send('POST', path, { userId, json: sessionContent() }), 403, 'read-only');
      const { text } = await client.send('GET', path, { userId });
      assert.equal(JSON.parse(text).sessionCount, count);
    }
    assert.equal((await client.send('GET', '/readyz')).status, 200);
    assert.equal((await service.stop()).code, 0);
  });
}

test('`serve --read-only` neither creates nor migrates a database', async () => {
  await using database = await createDatabase('sqlite');
  const argv = ['serve', '--read-only', '--port', '0', '--database', database.url];
  const missing = await runCli(argv);
  assert.equal(missing.code, 3, missing.stderr);
  await using migrator = await openMigrator({ database: database.url });
  await migrator.up();
  await migrator.down();
  await migrator.close();
  const before = readFileSync(sqlitePath(database.url));
  const outdated = await runCli(argv);
  assert.equal(outdated.code, 1);
  assert.match(outdated.stderr, /schema is not current/);
  assert.deepEqual(readFileSync(sqlitePath(database.url)), before);
});
