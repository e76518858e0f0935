import { sql } from 'kysely';
import { columnTypes, createTable } from '../../../migrations/columns.js';
import type { Migration } from '../../../migrations/migration.js';
import type { MigrationStatus } from '../api.js';
import { StatsError } from '../errors.js';
import { toInstant, type Clock } from '../model/time.js';
import { inTransaction, type Database, type StoreContext, type TransactionContext } from './database.js';
import type { SchemaMigrationsTable } from './schema.js';

/** Any number that no other program on the database uses for its own advisory locks. */
const LOCK = 7_384_218;
/** How long another process's migration is waited for. */
const LOCK_TIMEOUT = '60s';
/** How long a table is waited for that somebody reads. */
const TABLE_TIMEOUT = '2s';

export async function migrationStatus(
  database: Database,
  migrations: readonly Migration[],
): Promise<MigrationStatus> {
  return compare(await readApplied(database), migrations);
}

/** Those that this program needs and the database has not, whatever else that has. */
export async function pendingMigrations(
  database: StoreContext,
  migrations: readonly Migration[],
): Promise<readonly string[]> {
  return compareNames(await readApplied(database), migrations).pending;
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
    const { pending } = compare(await readApplied(context), migrations);
    for (const migration of migrations.filter(({ name }) => pending.includes(name))) {
      await migration.up(context.kysely.$pickTables<never>(), context.dialect);
      const now = toInstant(clock());
      const { name } = migration;
      const row = { name, is_breaking: migration.isBreaking ? 1 : 0, created_at: now, updated_at: now };
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
    const applied = await readApplied(context);
    const newest = applied.at(-1);
    if (newest === undefined) return undefined;
    const last = migrations.find(({ name }) => name === newest.name);
    if (!last) throw schemaNewer([newest]);
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
      // Whoever wants a table after us waits with us.
      await sql`select set_config('lock_timeout', ${TABLE_TIMEOUT}, true)`.execute(context.kysely);
    }
    return work(context);
  };
  return inTransaction(database, locked, { unlimited: true });
}

async function ensureTable(context: TransactionContext): Promise<void> {
  if (await tableExists(context)) return;
  const { name, integer } = columnTypes(context.dialect);
  await createTable(context.kysely.$pickTables<never>(), context.dialect, 'schema_migrations', (table) =>
    table
      .addColumn('name', name, (column) => column.primaryKey().notNull())
      .addColumn('is_breaking', integer, (column) => column.notNull().check(sql`is_breaking in (0, 1)`)),
  );
}

type Applied = Pick<SchemaMigrationsTable, 'name' | 'is_breaking'>;

async function readApplied(context: StoreContext): Promise<Applied[]> {
  if (!(await tableExists(context))) return [];
  const applied = context.kysely.selectFrom('schema_migrations').select(['name', 'is_breaking']);
  return applied.orderBy('name').execute();
}

async function tableExists({ dialect, kysely }: StoreContext): Promise<boolean> {
  // Not to_regclass: after the wait for the lock it may still answer from a cache filled before it.
  const found =
    dialect === 'postgres'
      ? sql`select 1 from pg_tables where schemaname = any (current_schemas(false)) and tablename = 'schema_migrations'`
      : sql`select 1 from sqlite_master where type = 'table' and name = 'schema_migrations'`;
  return (await found.execute(kysely)).rows.length > 0;
}

/**
 * A step that this program does not know may have been made for it to go on.
 *
 * @throws {StatsError} `schema-newer` if one was not
 */
function compare(applied: readonly Applied[], migrations: readonly Migration[]): MigrationStatus {
  const isKnown = ({ name }: Applied) => migrations.some((migration) => migration.name === name);
  const breaking = applied.filter((step) => step.is_breaking === 1 && !isKnown(step));
  if (breaking.length > 0) throw schemaNewer(breaking);
  return compareNames(applied, migrations);
}

function compareNames(steps: readonly Applied[], migrations: readonly Migration[]): MigrationStatus {
  const applied = steps.map(({ name }) => name);
  return { applied, pending: migrations.map(({ name }) => name).filter((name) => !applied.includes(name)) };
}

function schemaNewer(steps: readonly Applied[]): StatsError {
  const names = steps.map(({ name }) => name).join(', ');
  return new StatsError(
    'schema-newer',
    `The database was migrated by a newer stats-service (${names}); use that version or a newer one.`,
  );
}
