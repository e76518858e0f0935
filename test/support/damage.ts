import BetterSqlite from 'better-sqlite3';
import { runSql, sqlitePath, toSqlite } from './sql.js';

/** Runs a statement without enforcing check constraints and foreign keys. */
export async function runUnchecked(url: string, statement: string): Promise<void> {
  if (url.startsWith('sqlite:')) {
    const connection = new BetterSqlite(sqlitePath(url));
    connection.pragma('foreign_keys = off');
    connection.pragma('ignore_check_constraints = on');
    connection.exec(toSqlite(statement));
    connection.close();
    return;
  }
  await runSql(url, `set session_replication_role = replica; ${statement}; reset session_replication_role`);
}

/** Drops the check constraints of Postgres, which cannot be disabled. */
export async function dropChecks(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) return;
  await runSql(
    url,
    `do $$ declare statement text; begin
      for statement in select format('alter table %s drop constraint %I', conrelid::regclass, conname)
        from pg_constraint where contype = 'c' and conrelid <> 0
      loop execute statement; end loop;
    end $$`,
  );
}
