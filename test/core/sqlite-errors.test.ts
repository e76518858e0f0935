import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import BetterSqlite from 'better-sqlite3';
import { explainSqlite, isBusy, sqliteFault } from '../../src/core/store/sqlite/errors.js';
import { SqliteStore } from '../../src/core/store/sqlite/store.js';
import { SessionRecorder } from '../../src/core/batching/session-recorder.js';
import { toSessionRow } from '../../src/core/store/rows.js';
import type { PendingSession, RecordOutcome } from '../../src/core/store/store.js';
import { openStats } from '../../src/core/index.js';
import { createFixture } from '../support/fixture.js';
import { newSessionId, newUserId, sessionContent } from '../support/factories.js';
import { runSql, sqlitePath } from '../support/sql.js';

const NO_ERRORS = ['OK', 'ROW', 'DONE'];

/** The faults of every code of SQLite, without those that have the fault of their primary code. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  unique: ['CONSTRAINT_PRIMARYKEY', 'CONSTRAINT_UNIQUE'],
  'foreign-key': ['CONSTRAINT_FOREIGNKEY'],
  unavailable: ['BUSY', 'LOCKED', 'PROTOCOL', 'SCHEMA', 'NOMEM', 'FULL', 'IOERR'],
  'read-only': ['READONLY', 'READONLY_DIRECTORY'],
  unusable: [
    'IOERR_SHMMAP',
    'IOERR_LOCK',
    'IOERR_RDLOCK',
    'IOERR_UNLOCK',
    'IOERR_CHECKRESERVEDLOCK',
    'IOERR_SHMLOCK',
    'IOERR_ACCESS',
    'IOERR_AUTH',
    'IOERR_CONVPATH',
    'IOERR_GETTEMPPATH',
    'IOERR_VNODE',
    'IOERR_CORRUPTFS',
    'IOERR_DATA',
    'PERM',
    'NOLFS',
    'CANTOPEN',
    'READONLY_CANTINIT',
    'READONLY_CANTLOCK',
    'READONLY_RECOVERY',
    'READONLY_ROLLBACK',
    'READONLY_DBMOVED',
    'CORRUPT',
    'NOTADB',
  ],
  // A defect, or a message decides; see below.
  undefined: [
    'ERROR',
    'CONSTRAINT',
    'ABORT',
    'AUTH',
    'EMPTY',
    'FORMAT',
    'INTERNAL',
    'INTERRUPT',
    'MISMATCH',
    'MISUSE',
    'NOTFOUND',
    'NOTICE',
    'RANGE',
    'TOOBIG',
    'WARNING',
  ],
};

function errorOf(code: string, message = 'test'): Error {
  return new BetterSqlite.SqliteError(message, `SQLITE_${code}`);
}

/** The names of the result codes that the installed SQLite can return. */
function resultCodes(): string[] {
  const home = createRequire(import.meta.url).resolve('better-sqlite3/package.json');
  const header = readFileSync(home.replace('package.json', 'deps/sqlite3/sqlite3.h'), 'utf8');
  const section = header.slice(
    header.indexOf('#define SQLITE_OK '),
    header.indexOf('CAPI3REF: Flags For File Open'),
  );
  return Array.from(section.matchAll(/^#define SQLITE_(\w+)/gm), ([, name]) => name ?? '');
}

test('Every result code of SQLite has the expected fault, and every permanent one says what to do', () => {
  const codes = resultCodes().filter((code) => !NO_ERRORS.some((name) => code.split('_', 1)[0] === name));
  assert.ok(codes.length > 90, `${codes.length} codes`);
  const expected = new Map(
    Object.entries(FAULTS).flatMap(([fault, names]) => names.map((name) => [name, fault] as const)),
  );
  for (const code of codes) {
    const primary = code.split('_', 1)[0] ?? '';
    const fault = expected.get(code) ?? expected.get(primary);
    assert.ok(fault, `SQLITE_${code} is not classified`);
    const error = errorOf(code);
    assert.equal(String(sqliteFault(error)), fault, code);
    if (fault === 'unusable' || fault === 'read-only')
      assert.match(explainSqlite(error), /^[A-Z].+\.$/, code);
    assert.equal(isBusy(error), primary === 'BUSY' || primary === 'LOCKED', code);
  }
  for (const name of expected.keys()) assert.ok(codes.includes(name), `SQLite has no SQLITE_${name}`);
});

test('The message of a SQLite error tells a missing table and an overflow from a defect', () => {
  const cases = [
    ['ERROR', 'no such table: courses', 'outdated'],
    ['ERROR', 'no such column: is_breaking', 'outdated'],
    ['ERROR', 'table courses has no column named name', 'outdated'],
    ['ERROR', 'near "selec": syntax error', undefined],
    [
      'CONSTRAINT_DATATYPE',
      'cannot store REAL value in INTEGER column course_stats.weighted_score_units',
      'out-of-range',
    ],
    ['CONSTRAINT_DATATYPE', 'cannot store TEXT value in INTEGER column courses.name', undefined],
  ] as const;
  for (const [code, message, fault] of cases)
    assert.equal(sqliteFault(errorOf(code, message)), fault, message);
  assert.equal(sqliteFault(new Error('no such table: courses')), undefined);
});

test('Concurrent sessions fail with `schema-outdated` if a table is missing', async () => {
  await using fixture = await createFixture('sqlite');
  const { stats, courseId, database } = fixture;
  await runSql(database.url, 'drop table course_stats');
  const record = () => stats.recordSession({ userId: newUserId(), courseId, session: sessionContent() });
  const settled = await Promise.allSettled(Array.from({ length: 500 }, record));
  for (const result of settled) {
    assert.ok(result.status === 'rejected');
    assert.equal(result.reason.code, 'schema-outdated');
  }
  await using again = await openStats({ database: database.url });
  await assert.rejects(again.getStats({ userId: newUserId(), courseId }), { code: 'schema-outdated' });
});

class CountingStore extends SqliteStore {
  transactions = 0;

  override record(sessions: readonly PendingSession[]): Promise<RecordOutcome[]> {
    this.transactions++;
    return super.record(sessions);
  }
}

test('A batch that meets a missing table is not bisected', async () => {
  await using fixture = await createFixture('sqlite');
  const { courseId, database } = fixture;
  await runSql(database.url, 'drop table course_stats');
  const store = new CountingStore(sqlitePath(database.url), { create: false });
  const pending = Array.from({ length: 100 }, () => {
    const key = { userId: newUserId(), courseId, sessionId: newSessionId() };
    return { row: toSessionRow(key, sessionContent(), new Date().toISOString()), completionSent: false };
  });
  for (const { outcome } of await new SessionRecorder(store).record(pending)) assert.equal(outcome, 'failed');
  assert.equal(store.transactions, 1);
  await store.close();
});
