import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { openStats } from '../../src/core/index.js';
import { runBin } from '../support/cli.js';
import { createDatabase, type TestDatabase } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { assertProblem } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { startService } from '../support/service.js';
import { sqlitePath } from '../support/sql.js';

const PAGE = 4_096;

const serve = ({ url }: TestDatabase) => runBin(['serve', '--port', '0', '--database', url]);

describe('serve with a broken SQLite file', () => {
  test('`serve` rejects a text file as its database and leaves it unchanged', async () => {
    await using database = await createDatabase('sqlite');
    const path = sqlitePath(database.url);
    const text = 'This text is needed. '.repeat(1_000);
    writeFileSync(path, text);
    await assertRefused(database, path);
    assert.equal(readFileSync(path, 'utf8'), text);
    assert.ok(!existsSync(`${path}-wal`));
  });

  test('`serve` rejects a SQLite file whose first page is lost and leaves it unchanged', async () => {
    await using database = await createDatabase('sqlite');
    const path = await fill(database);
    overwrite(path, 0, 1);
    const before = readFileSync(path);
    await assertRefused(database, path);
    assert.deepEqual(readFileSync(path), before);
  });

  test('`serve` rejects a SQLite file whose schema is lost and leaves it unchanged', async () => {
    await using database = await createDatabase('sqlite');
    const path = await fill(database);
    const bytes = readFileSync(path);
    bytes.fill(0xff, 100, PAGE);
    writeFileSync(path, bytes);
    await assertRefused(database, path);
    assert.deepEqual(readFileSync(path), bytes);
  });

  test('`serve` reports a database path in a missing directory and does not create it', async () => {
    await using database = await createDatabase('sqlite');
    const directory = join(dirname(sqlitePath(database.url)), 'missing');
    const { code, stderr } = await runBin(['serve', '--database', `sqlite:${directory}/stats.db`]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^stats-service: The directory of the database does not exist: .*missing\. Create it, or name another path\.\n$/,
    );
    assert.ok(!existsSync(directory));
  });
});

test('A SQLite file with corrupt pages causes 503 responses, and the server keeps running', async () => {
  await using database = await createDatabase('sqlite');
  const path = await fill(database);
  const pages = readFileSync(path).length / PAGE;
  // The schema, at the start of the file, stays intact.
  overwrite(path, Math.ceil(pages / 2), pages);
  const before = readFileSync(path);
  await using service = await startService(['--database', database.url, '--port', '0']);
  {
    await using client = new HttpClient(service.url);
    const userId = newUserId();
    const courses = await client.send('GET', '/courses', { userId });
    assert.equal(courses.status, 200, courses.text);
    const courseId = /"courseId":"([^"]+)"/.exec(courses.text)?.[1];
    let refused = 0;
    for (let session = 0; session < 50; session++) {
      const answer = await client.send('POST', `/courses/${courseId}`, {
        userId: newUserId(),
        json: { sessionId: crypto.randomUUID(), ...sessionContent() },
      });
      if (answer.status === 201) continue;
      assertProblem(answer, 503, 'database-unusable');
      refused++;
    }
    assert.ok(refused > 0);
    for (const alive of ['/livez', '/metrics']) assert.equal((await client.send('GET', alive)).status, 200);
  }
  assert.equal((await service.stop()).code, 0);
  assert.ok(readFileSync(path).length >= before.length);
});

async function assertRefused(database: TestDatabase, path: string): Promise<void> {
  const { code, stdout, stderr } = await serve(database);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^stats-service: .*\n$/);
  assert.ok(stderr.includes(path), stderr);
}

async function fill({ url }: TestDatabase): Promise<string> {
  await using stats = await openStats({ database: url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra' } });
  const record = () => stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  await Promise.all(Array.from({ length: 2_000 }, record));
  return sqlitePath(url);
}

/** Overwrites the pages from `first` to `last`, exclusive. */
function overwrite(path: string, first: number, last: number): void {
  const bytes = readFileSync(path);
  bytes.fill(0xff, first * PAGE, last * PAGE);
  writeFileSync(path, bytes);
}
