import assert from 'node:assert/strict';
import BetterSqlite from 'better-sqlite3';
import { runOn } from './connections.js';

const SQLITE = 'sqlite:';

/** The path of a SQLite test database. */
export function sqlitePath(url: string): string {
  assert.ok(url.startsWith(SQLITE));
  return url.slice(SQLITE.length);
}

/** Runs one statement beside the store, on a connection of its own; its rows. Cast integers to text to compare them. */
export async function runSql(url: string, statement: string): Promise<unknown[]> {
  return url.startsWith(SQLITE) ? runOnSqlite(sqlitePath(url), statement) : runOn(url, statement);
}

function runOnSqlite(path: string, statement: string): unknown[] {
  const connection = new BetterSqlite(path, { fileMustExist: true });
  try {
    const prepared = connection.prepare(statement);
    if (prepared.reader) return prepared.all();
    prepared.run();
    return [];
  } finally {
    connection.close();
  }
}
