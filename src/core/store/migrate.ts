import { sql } from 'kysely';
import { columnTypes, createTable } from '../../../migrations/columns.js';
import type { Migration } from '../../../migrations/migration.js';
import type { MigrationStatus } from '../api.js';
import { StatsError } from '../errors.js';
import { toInstant, type Clock } from '../model/time.js';
import { inTransaction, type Database, type StoreContext, type TransactionContext } from './database.js';

/** Any number that no other program on the database uses for its own advisory locks. */
const LOCK = 7_384_218;
/** How long another process's migration is waited for. */
const LOCK_TIMEOUT = '60s';

export async function migrationStatus(
  database: Database,
  migrations: readonly Migration[],
): Promise<MigrationStatus> {
  return compare(await appliedNames(database), migrations);
}

/** Those that this program needs and the database has not; one that is ahead of the program lacks none. */
export async function pendingMigrations(
  database: Database,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  const applied = await appliedNames(database);
  return migrations.map(({ name }) => name).filter((name) => !applied.includes(name));
}

/** Applies what is pending; the names of it. Safe while other processes do the same: one does, the others wait. */
export async function migrateUp(
  database: Database,
  migrations: readonly Migration[],
  clock: Clock,
): Promise<readonly string[]> {
  // Nothing is written and no lock taken where nothing is pending: the usual start.
  if ((await migrationStatus(database, migrations)).pending.length === 0) return [];
  return underLock(database, async (context) => {
    await ensureTable(context);
    const { pending } = compare(await appliedNames(context), migrations);
    for (const migration of migrations.filter(({ name }) => pending.includes(name))) {
      await migration.up(context.kysely.$pickTables<never>(), context.dialect);
      const now = toInstant(clock());
      const row = { name: migration.name, created_at: now, updated_at: now };
      await context.kysely.insertInto('schema_migrations').values(row).execute();
    }
    return pending;
  });
}

/** Takes the last migration back, with the data that only it could hold; its name, or `undefined` at the start. */
export async function migrateDown(
  database: Database,
  migrations: readonly Migration[],
): Promise<string | undefined> {
  return underLock(database, async (context) => {
    await ensureTable(context);
    const { applied } = compare(await appliedNames(context), migrations);
    const last = migrations.find(({ name }) => name === applied.at(-1));
    if (!last) return undefined;
    await last.down(context.kysely.$pickTables<never>(), context.dialect);
    await context.kysely.deleteFrom('schema_migrations').where('name', '=', last.name).execute();
    return last.name;
  });
}

/**
 * One transaction and one lock around all: a crash leaves the schema as it was, and no other process sees it
 * half done. SQLite's transaction is its lock.
 */
function underLock<T>(database: Database, work: (context: TransactionContext) => Promise<T>): Promise<T> {
  const locked = async (context: TransactionContext) => {
    if (context.dialect === 'postgres') {
      await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(context.kysely);
      await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(context.kysely);
    }
    return work(context);
  };
  return inTransaction(database, locked, { unlimited: true });
}

async function ensureTable(context: TransactionContext): Promise<void> {
  if (await tableExists(context)) return;
  const { name } = columnTypes(context.dialect);
  await createTable(context.kysely.$pickTables<never>(), context.dialect, 'schema_migrations', (table) =>
    table.addColumn('name', name, (column) => column.primaryKey().notNull()),
  );
}

async function appliedNames(context: StoreContext): Promise<string[]> {
  if (!(await tableExists(context))) return [];
  const rows = await context.kysely.selectFrom('schema_migrations').select('name').orderBy('name').execute();
  return rows.map(({ name }) => name);
}

async function tableExists({ dialect, kysely }: StoreContext): Promise<boolean> {
  // Not to_regclass: after the wait for the lock it may still answer from a cache filled before it.
  const found =
    dialect === 'postgres'
      ? sql`select 1 from pg_tables where schemaname = any (current_schemas(false)) and tablename = 'schema_migrations'`
      : sql`select 1 from sqlite_master where type = 'table' and name = 'schema_migrations'`;
  return (await found.execute(kysely)).rows.length > 0;
}

/** @throws {StatsError} `schema-newer` if the database has a migration that this program does not know. */
function compare(applied: readonly string[], migrations: readonly Migration[]): MigrationStatus {
  const names = migrations.map(({ name }) => name);
  const unknown = applied.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new StatsError(
      'schema-newer',
      `The database was migrated by a newer stats-service (${unknown.join(', ')}); use that version or a newer one.`,
    );
  }
  return { applied, pending: names.filter((name) => !applied.includes(name)) };
}
