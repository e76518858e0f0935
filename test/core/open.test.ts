import assert from 'node:assert/strict';
import { chmod, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { describeDatabase, openMigrator, openStats, StatsError } from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { TestDirectory } from '../support/directory.js';
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

describe('invalid database URLs', () => {
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
    `postgres://ada:${PASSWORD}@localhost/stats?lock_timeout=soon`,
    `postgres://ada:${PASSWORD}@localhost/stats?connect_timeout=0`,
    `postgres://ada:${PASSWORD}@localhost/stats?connect_timeout=4000`,
    `postgres://ada:${PASSWORD}@localhost/stats?statement_timeout=0.5`,
    `postgres://ada:${PASSWORD}@one,,two/stats`,
    `postgres://ada:${PASSWORD}@one:x,two/stats`,
    `postgres://ada:12#${PASSWORD}@localhost/stats`,
    `postgres://ada:12/${PASSWORD}@localhost/stats`,
    `postgres://ada:12?${PASSWORD}@localhost/stats`,
    `postgres://ada:${PASSWORD}@localhost/stats?sslmode=allow`,
    `postgres://ada:${PASSWORD}@localhost/stats?target_session_attrs=writable`,
    `postgres://ada:${PASSWORD}@localhost/stats?statment_timeout=500`,
  ];
  for (const database of cases) {
    test(`The database URL ${JSON.stringify(database)} is rejected`, async () => {
      const error = await refusalOf(database);
      assert.deepEqual([error.code, error.kind], ['invalid-database-url', 'invalid']);
      assert.ok(!inspect(error).includes(PASSWORD));
    });
  }
});

test('The error of a Postgres URL names an unknown parameter or the wrong value', async () => {
  const url = 'postgres://ada@localhost/stats';
  const unknown = await refusalOf(`${url}?statment_timeout=500`);
  assert.match(unknown.message, /the unknown parameter statment_timeout/);
  const target = await refusalOf(`${url}?target_session_attrs=writable`);
  assert.match(target.message, /^target_session_attrs .* is "writable"; it must be one of any, read-write/);
  const password = await refusalOf('postgres://ada:12#3@localhost/stats');
  assert.match(password.message, /Percent-encode special characters .*, such as # \(%23\)/);
});

test('The description of a database has no password and no parameters', () => {
  for (const [url, description] of [
    ['sqlite:stats.db', 'sqlite:stats.db'],
    [`postgres://ada:${PASSWORD}@one:5433,[::1]/stats?password=x`, 'postgres://ada@one:5433,[::1]/stats'],
    [`postgres://ada:${PASSWORD}@/stats?host=/run/postgresql`, 'postgres://ada@/stats'],
    ['postgresql:///stats', 'postgresql:///stats'],
    ['postgres://', 'postgres://'],
  ] as const) {
    assert.equal(describeDatabase(url), description);
  }
});

describe('unusable SQLite paths', () => {
  test('A SQLite path that is a directory is rejected and left unchanged', async () => {
    await using directory = await TestDirectory.create();
    const path = join(directory.path, 'stats.db');
    await mkdir(path);
    const error = await refusalOf(`sqlite:${path}`);
    assert.equal(error.code, 'database-unusable');
    assert.match(error.message, /is a directory/);
    assert.deepEqual(await readdir(path), []);
  });

  test('A SQLite file in a missing directory is rejected and not created', async () => {
    await using directory = await TestDirectory.create();
    const error = await refusalOf(`sqlite:${join(directory.path, 'missing', 'stats.db')}`);
    assert.equal(error.code, 'database-unusable');
    assert.match(error.message, /directory of the database does not exist: .*missing/);
    assert.deepEqual(await readdir(directory.path), []);
  });

  test('A file that is not a SQLite database is rejected and left unchanged', async () => {
    await using directory = await TestDirectory.create();
    const path = join(directory.path, 'notes.txt');
    const text = 'Not a database, but needed. '.repeat(100);
    await writeFile(path, text);
    for (const open of [openStats, openMigrator]) {
      await assert.rejects(open({ database: `sqlite:${path}` }), {
        code: 'database-unusable',
        kind: 'incompatible',
        message: /notes\.txt/,
      });
    }
    assert.equal(await readFile(path, 'utf8'), text);
    assert.deepEqual(await readdir(directory.path), ['notes.txt']);
  });
});

test('A new SQLite file is accessible only to its owner, and an existing file keeps its mode', async () => {
  await using directory = await TestDirectory.create();
  const path = join(directory.path, 'stats.db');
  const modes = async () => {
    await using stats = await openStats({ database: `sqlite:${path}` });
    await stats.addCourse({ course: { name: crypto.randomUUID() } });
    const files = await Promise.all([path, `${path}-wal`, `${path}-shm`].map((file) => stat(file)));
    return files.map(({ mode }) => (mode & 0o777).toString(8));
  };
  const umask = process.umask(0o022);
  try {
    assert.deepEqual(await modes(), ['600', '600', '600']);
    await chmod(path, 0o640);
    assert.deepEqual(await modes(), ['640', '640', '640']);
  } finally {
    process.umask(umask);
  }
});

test('A SQLite URL with parameters or ~ is rejected with the URL to write instead, and creates nothing', async () => {
  await using directory = await TestDirectory.create();
  const path = join(directory.path, 'stats.db');
  for (const query of ['?mode=ro', '?', '?key=secret']) {
    const error = await refusalOf(`sqlite:${path}${query}`);
    assert.deepEqual([error.code, error.kind], ['invalid-database-url', 'invalid']);
    assert.match(
      error.message,
      /must not contain a \?, because a SQLite URL has no parameters\. Write "sqlite:/,
    );
    assert.ok(!error.message.includes('secret'));
  }
  assert.deepEqual(await readdir(directory.path), []);
  for (const file of ['/stats.db', '']) {
    const error = await refusalOf(`sqlite:~${file}`);
    assert.equal(error.code, 'invalid-database-url');
    assert.equal(
      error.message,
      `The database URL is "sqlite:~${file}"; its path must not begin with ~. Write the full path: "sqlite:${homedir()}${file}".`,
    );
  }
});

test('A SQLite path may contain any character other than ? and U+0000', async () => {
  await using directory = await TestDirectory.create();
  const name = "stats ~mode=memory#%41 'é'.db";
  const database = `sqlite:${join(directory.path, name)}`;
  const stats = await openStats({ database });
  await stats.addCourse({ course: { name: 'Algebra' } });
  await stats.close();
  assert.deepEqual(await readdir(directory.path), [name]);
  await using again = await openStats({ database, create: false });
  assert.equal((await again.listCourses({})).items.length, 1);
});

test('Each in-memory database is separate from the others', async () => {
  await using one = await openStats({ database: 'sqlite::memory:' });
  await using other = await openStats({ database: 'sqlite::memory:' });
  await one.addCourse({ course: { name: 'Algebra' } });
  assert.deepEqual(await other.listCourses({}), { items: [], next: null });
  await one.ready();
});

for (const dialect of DIALECTS) {
  test(`A handle on ${dialect} can be closed twice after use`, async () => {
    await using fixture = await createFixture(dialect);
    await fixture.stats.ready();
    await fixture.stats.close();
    await fixture.stats.close();
  });
}
