import { sql } from 'kysely';
import { columnTypes, createTable } from '../../../migrations/columns.js';
import { migrations } from '../../../migrations/index.js';
import type { MigrationStatus } from '../api.js';
import { databaseNotEmpty, schemaOutdated, schemaUnsupported, StatsError } from '../errors.js';
import { toInstant, type Clock } from '../model/time.js';
import { distribute, distributedTables } from './postgres/citus.js';
import type { SchemaMigrationsTable } from './schema.js';
import type { Store, StoreContext, TransactionContext } from './store.js';

/** The key of the advisory lock: arbitrary, so that other programs do not use the same. */
const LOCK = 7_384_218;
/** Lock timeout while another process migrates. */
const LOCK_TIMEOUT = '60s';
/** Lock timeout for a table that another transaction uses. */
const TABLE_TIMEOUT = '2s';
/** The first migration of the preview, whose tables differ. */
const PREVIEW = '0001-courses-and-sessions';

/** @throws {StatsError} `schema-newer`, `schema-unsupported` */
export async function migrationStatus(context: StoreContext): Promise<MigrationStatus> {
  return compare(await readApplied(context));
}

/** @throws {StatsError} `schema-outdated`, `schema-newer`, `schema-unsupported` */
export async function assertCurrent(context: StoreContext): Promise<void> {
  const { pending } = await migrationStatus(context);
  if (pending.length > 0) throw schemaOutdated(pending);
}

/** Applies the pending migrations and returns their names. Concurrent processes wait for each other. */
export async function migrateUp(store: Store, clock: Clock): Promise<readonly string[]> {
  // The usual case needs no lock and no write.
  if ((await migrationStatus(store)).pending.length === 0) return [];
  return underLock(store, async (context) => {
    await ensureTable(context);
    const { pending } = compare(await readApplied(context));
    for (const migration of migrations.filter(({ name }) => pending.includes(name))) {
      const { name, isBreaking } = migration;
      await migration.up(context.kysely.$pickTables<never>(), context.dialect);
      const now = context.instant(toInstant(clock()));
      const row = { name, is_breaking: isBreaking ? 1 : 0, created_at: now, updated_at: now };
      await context.kysely.insertInto('schema_migrations').values(row).execute();
    }
    if (await isDistributed(context)) await distribute(context);
    return pending;
  });
}

/**
 * Distributes the tables of a current schema over the nodes of Citus, and returns the names of those that were not.
 *
 * @throws {StatsError} `database-unusable`, `schema-outdated`
 */
export async function distributeTables(store: Store): Promise<readonly string[]> {
  if (store.dialect === 'sqlite') {
    throw new StatsError('database-unusable', 'Only a Postgres database with Citus can be distributed.');
  }
  await assertCurrent(store);
  return underLock(store, distribute);
}

async function isDistributed(context: TransactionContext): Promise<boolean> {
  if (context.dialect === 'sqlite') return false;
  return (await distributedTables(context))?.has('study_sessions') === true;
}

/**
 * Reverts the last migration, deleting its data; returns its name, or `undefined` if none is applied.
 *
 * @throws {StatsError} `database-not-empty`, `schema-newer`, `schema-unsupported`
 */
export async function migrateDown(store: Store): Promise<string | undefined> {
  return underLock(store, async (context) => {
    await ensureTable(context);
    const applied = await readApplied(context);
    const newest = applied.at(-1);
    if (newest === undefined) return undefined;
    const last = migrations.find(({ name }) => name === newest.name);
    if (!last) throw newest.name === PREVIEW ? schemaUnsupported() : schemaNewer([newest]);
    // Off by one, a rollback of a release would delete all data.
    if (last === migrations[0] && (await hasData(context))) throw databaseNotEmpty(last.name);
    await last.down(context.kysely.$pickTables<never>(), context.dialect);
    await context.kysely.deleteFrom('schema_migrations').where('name', '=', last.name).execute();
    return last.name;
  });
}

/**
 * Runs `work` in one transaction under one lock: a crash leaves the schema unchanged, and no other process
 * sees an intermediate state. On SQLite the transaction is the lock.
 */
function underLock<T>(store: Store, work: (context: TransactionContext) => Promise<T>): Promise<T> {
  const workUnderLock = async (context: TransactionContext) => {
    if (context.dialect === 'postgres') {
      await sql`select set_config('lock_timeout', ${LOCK_TIMEOUT}, true)`.execute(context.kysely);
      await sql`select pg_advisory_xact_lock(${sql.lit(LOCK)})`.execute(context.kysely);
      // Short, because queries of other processes queue behind a waiting table lock.
      await sql`select set_config('lock_timeout', ${TABLE_TIMEOUT}, true)`.execute(context.kysely);
    }
    return work(context);
  };
  return store.transact(workUnderLock, { unlimited: true });
}

async function ensureTable(context: TransactionContext): Promise<void> {
  if (await tableExists(context)) return;
  const { text, integer } = columnTypes(context.dialect);
  await createTable(context.kysely.$pickTables<never>(), context.dialect, 'schema_migrations', (table) =>
    table
      .addColumn('name', text, (column) => column.primaryKey().notNull())
      .addColumn('is_breaking', integer, (column) => column.notNull().check(sql`is_breaking in (0, 1)`)),
  );
}

/** Sessions have a course. A key counts even if it is revoked, because it shows who had access. */
async function hasData({ kysely }: TransactionContext): Promise<boolean> {
  for (const table of ['courses', 'api_keys'] as const) {
    if ((await kysely.selectFrom(table).select('created_at').limit(1).execute()).length > 0) return true;
  }
  return false;
}

type Applied = Pick<SchemaMigrationsTable, 'name' | 'is_breaking'>;

async function readApplied(context: StoreContext): Promise<Applied[]> {
  if (!(await tableExists(context))) return [];
  const applied = context.kysely.selectFrom('schema_migrations').select(['name', 'is_breaking']);
  return applied.orderBy('name').execute();
}

async function tableExists({ dialect, kysely }: StoreContext): Promise<boolean> {
  // Not to_regclass, which after the wait for the lock may return a cached result from before it.
  const found =
    dialect === 'postgres'
      ? sql`select 1 from pg_tables where schemaname = any (current_schemas(false)) and tablename = 'schema_migrations'`
      : sql`select 1 from sqlite_master where type = 'table' and name = 'schema_migrations'`;
  return (await found.execute(kysely)).rows.length > 0;
}

/**
 * A newer release may have applied migrations that this one does not know. Only a breaking one is an error.
 *
 * @throws {StatsError} `schema-newer`, `schema-unsupported`
 */
function compare(steps: readonly Applied[]): MigrationStatus {
  const names = migrations.map(({ name }) => name);
  const breaking = steps.filter(({ name, is_breaking }) => is_breaking === 1 && !names.includes(name));
  if (breaking.some(({ name }) => name === PREVIEW)) throw schemaUnsupported();
  if (breaking.length > 0) throw schemaNewer(breaking);
  const applied = steps.map(({ name }) => name);
  return { applied, pending: names.filter((name) => !applied.includes(name)) };
}

function schemaNewer(steps: readonly Applied[]): StatsError {
  const names = steps.map(({ name }) => name).join(', ');
  return new StatsError(
    'schema-newer',
    `The database was migrated by a newer stats-service (${names}); use that version or a newer one.`,
  );
}
