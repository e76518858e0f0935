import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { readerDialect } from '../../src/core/store/sqlite/reader.js';
import { TestDirectory } from '../support/directory.js';

/** Returns a Kysely whose statements run in a thread, on a file that may not exist. */
function openReader(path: string): Kysely<object> {
  return new Kysely<object>({ dialect: readerDialect({ path, addon: undefined }) });
}

const answer = sql<{ answer: number }>`select answer from facts`;

function createFacts(path: string): void {
  const writer = new BetterSqlite(path);
  writer.exec(
    'pragma journal_mode = wal; create table facts (answer integer); insert into facts values (42)',
  );
  writer.close();
}

test('A reader whose thread could not open the file starts another one', async () => {
  await using directory = await TestDirectory.create();
  const path = join(directory.path, 'facts.db');
  await using reader = openReader(path);
  const read = () => reader.transaction().execute((begun) => answer.execute(begun));
  await assert.rejects(read(), { code: 'SQLITE_CANTOPEN' });
  createFacts(path);
  assert.deepEqual((await read()).rows, [{ answer: 42 }]);
});

test('A failed statement rejects with its own error, and the next transaction reads a new snapshot', async () => {
  await using directory = await TestDirectory.create();
  const path = join(directory.path, 'facts.db');
  createFacts(path);
  await using reader = openReader(path);
  const failing = reader.transaction().execute(async (begun) => {
    await answer.execute(begun);
    await sql`select missing from facts`.execute(begun);
  });
  await assert.rejects(failing, { code: 'SQLITE_ERROR', message: /no such column: missing/ });

  const writer = new BetterSqlite(path);
  const seen = await reader.transaction().execute(async (begun) => {
    const before = (await answer.execute(begun)).rows;
    writer.exec('update facts set answer = 43');
    return [before, (await answer.execute(begun)).rows];
  });
  writer.close();
  assert.deepEqual(seen, [[{ answer: 42 }], [{ answer: 42 }]]);
  assert.deepEqual((await reader.transaction().execute((begun) => answer.execute(begun))).rows, [
    { answer: 43 },
  ]);
});

test('An error that ends the thread is the error of the call, also if the transaction cannot be rolled back', async () => {
  await using directory = await TestDirectory.create();
  const path = join(directory.path, 'facts.db');
  createFacts(path);
  await using reader = openReader(path);
  // A symbol cannot be sent to the thread.
  const unsendable = sql`select ${Symbol('parameter')}`;
  await assert.rejects(
    reader.transaction().execute((begun) => unsendable.execute(begun)),
    { name: 'DataCloneError' },
  );
  // A statement that SQLite cannot bind is a defect, which ends the thread.
  const unbindable = sql`select ${{ not: 'a value' }}`;
  await assert.rejects(
    reader.transaction().execute((begun) => unbindable.execute(begun)),
    /can only bind|RangeError|TypeError|parameter/,
  );
  assert.deepEqual((await reader.transaction().execute((begun) => answer.execute(begun))).rows, [
    { answer: 42 },
  ]);
});
