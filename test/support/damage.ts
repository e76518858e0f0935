import BetterSqlite from 'better-sqlite3';
import { Client } from 'pg';
import { sqlitePath } from './sql.js';

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
