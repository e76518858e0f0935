import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { openMigrator, openStats, StatsError } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { createFixture } from '../support/fixture.js';

const PASSWORD = 'correct-horse';

async function refusalOf(database: string): Promise<StatsError> {
  try {
    await using _ = await openStats({ database });
  } catch (error) {
    assert.ok(error instanceof StatsError, inspect(error));
    return error;
  }
  throw new Error('It was opened.');
}

async function temporaryFolder() {
  const path = await mkdtemp(join(tmpdir(), 'stats-service-test-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

describe('a text that is no database URL is refused, and not repeated', () => {
  const cases = [
    '',
    'stats.db',
    'sqlite',
    'sqlite:',
    'sqlite: ',
    'sqlite:stats\0.db',
    `mysql://ada:${PASSWORD}@localhost/stats`,
    `http://ada:${PASSWORD}@localhost/stats`,
    `postgres:ada:${PASSWORD}@localhost/stats`,
    `postgres://ada:${PASSWORD}@localhost:99999/stats`,
    `postgres://ada:${PASSWORD}@local host/stats`,
  ];
  for (const database of cases) {
    test(JSON.stringify(database), async () => {
      const error = await refusalOf(database);
      assert.deepEqual([error.code, error.kind], ['invalid-database-url', 'invalid']);
      assert.ok(!inspect(error).includes(PASSWORD));
    });
  }
});

describe('a path at which no SQLite database can be is refused and left as it is', () => {
  test('a folder', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'stats.db');
    await mkdir(path);
    const error = await refusalOf(`sqlite:${path}`);
    assert.equal(error.code, 'database-unusable');
    assert.match(error.message, /is a folder/);
    assert.deepEqual(await readdir(path), []);
  });

  test('a file in a folder that does not exist', async () => {
    await using folder = await temporaryFolder();
    const error = await refusalOf(`sqlite:${join(folder.path, 'missing', 'stats.db')}`);
    assert.equal(error.code, 'database-unusable');
    assert.match(error.message, /folder .*missing .*does not exist/);
    assert.deepEqual(await readdir(folder.path), []);
  });

  test('a file that is no database', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'notes.txt');
    const text = 'Not a database, but somebody needs it. '.repeat(100);
    await writeFile(path, text);
    for (const open of [openStats, openMigrator]) {
      await assert.rejects(open({ database: `sqlite:${path}` }), {
        code: 'database-unusable',
        kind: 'incompatible',
        message: /notes\.txt/,
      });
    }
    assert.equal(await readFile(path, 'utf8'), text);
    assert.deepEqual(await readdir(folder.path), ['notes.txt']);
  });
});

test('a SQLite path may hold any other character', async () => {
  await using folder = await temporaryFolder();
  const name = "stats ?mode=memory#%41 'é'.db";
  const database = `sqlite:${join(folder.path, name)}`;
  const stats = await openStats({ database });
  await stats.addCourse({ course: { name: 'Algebra' } });
  await stats.close();
  assert.deepEqual(await readdir(folder.path), [name]);
  await using again = await openStats({ database, create: false });
  assert.equal((await again.listCourses({})).items.length, 1);
});

test('each in-memory database is a new one', async () => {
  await using one = await openStats({ database: 'sqlite::memory:' });
  await using other = await openStats({ database: 'sqlite::memory:' });
  await one.addCourse({ course: { name: 'Algebra' } });
  assert.deepEqual(await other.listCourses({}), { items: [], next: null });
  await one.ready();
});

for (const dialect of DIALECTS) {
  test(`a handle on ${dialect} may be closed again`, async () => {
    await using fixture = await createFixture(dialect);
    await fixture.stats.ready();
    await fixture.stats.close();
    await fixture.stats.close();
  });
}
