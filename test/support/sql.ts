import assert from 'node:assert/strict';
import BetterSqlite from 'better-sqlite3';
import { runOn } from './connections.js';

const SQLITE = 'sqlite:';

export function sqlitePath(url: string): string {
  assert.ok(url.startsWith(SQLITE));
  return url.slice(SQLITE.length);
}

/**
 * Runs one statement and returns its rows. Cast integers to text to compare them. Write ids and times as for
 * Postgres: on SQLite they are converted to bytes and milliseconds, and ids in the result to text.
 */
export async function runSql(url: string, statement: string): Promise<unknown[]> {
  return url.startsWith(SQLITE) ? runOnSqlite(sqlitePath(url), statement) : runOn(url, statement);
}

function runOnSqlite(path: string, statement: string): unknown[] {
  const connection = new BetterSqlite(path, { fileMustExist: true });
  try {
    const prepared = connection.prepare<[], object>(toSqlite(statement));
    if (prepared.reader) return prepared.all().map(withTextIds);
    prepared.run();
    return [];
  } finally {
    connection.close();
  }
}

export function toSqlite(statement: string): string {
  return statement
    .replaceAll(/'([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})'/g, (_, id: string) => blobLiteral(id))
    .replaceAll(/'(\d{4}-\d\d-\d\dT[\d:.]+Z)'/g, (_, time: string) => String(Date.parse(time)));
}

function blobLiteral(id: string): string {
  return `x'${id.replaceAll('-', '')}'`;
}

function withTextIds(row: object): object {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Uint8Array ? toText(value) : value]),
  );
}

function toText(bytes: Uint8Array): string {
  const digits = Buffer.from(bytes).toString('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
