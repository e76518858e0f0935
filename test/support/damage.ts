import assert from 'node:assert/strict';
import BetterSqlite from 'better-sqlite3';
import { Client } from 'pg';
import { runSql, sqlitePath } from './sql.js';

/** Runs a statement as somebody could who heeds no rule of the schema: neither its checks nor its foreign keys. */
export async function runUnchecked(url: string, statement: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const connection = new BetterSqlite(sqlitePath(url));
    connection.pragma('foreign_keys = off');
    connection.pragma('ignore_check_constraints = on');
    connection.exec(statement);
    connection.close();
    return;
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('set session_replication_role = replica');
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The checks of the tables are about the same rules: somebody took them away. */
export async function dropChecks(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) return;
  const checks = await runSql(
    url,
    `select conname, cast(conrelid::regclass as text) as relation from pg_constraint where contype = 'c' and conrelid <> 0`,
  );
  for (const check of checks) {
    assert.ok(check !== null && typeof check === 'object' && 'conname' in check && 'relation' in check);
    await runUnchecked(
      url,
      `alter table ${String(check.relation)} drop constraint "${String(check.conname)}"`,
    );
  }
}
