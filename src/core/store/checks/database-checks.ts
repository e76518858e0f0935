import { sql } from 'kysely';
import type { DialectName } from '../../../../migrations/columns.js';
import type { Finding } from '../../model/checks.js';
import { RESTORE } from '../sqlite/errors.js';
import { describeCluster } from '../postgres/citus.js';
import type { Store, StoreContext } from '../store.js';

type Check = (context: StoreContext) => Promise<Finding>;

/** The checks that depend on the kind of database. */
interface DatabaseChecks {
  readonly checkDatabase: (store: Store) => Promise<Finding>;
  readonly checkDurability: Check;
  readonly checkIntegrity: Check;
}

const SQLITE: DatabaseChecks = {
  async checkDatabase(context) {
    const version = await readValue(context, sql`select sqlite_version()`);
    return { check: 'database', state: 'ok', detail: `SQLite ${version}` };
  },

  /** Every connection of stats-service sets `synchronous` to full, so only the journal mode can differ. */
  async checkDurability(context) {
    const check = 'durability';
    const mode = await readValue(context, sql`select journal_mode from pragma_journal_mode`);
    const synchronous = await readValue(context, sql`select synchronous from pragma_synchronous`);
    const detail = `journal_mode=${mode} synchronous=${synchronous === '2' ? 'full' : synchronous}`;
    if (mode === 'memory') {
      return {
        check,
        state: 'warning',
        detail,
        advice: 'The data is lost when the process exits; use sqlite:PATH to keep it.',
      };
    }
    // The mode of a copy. `serve` switches to WAL, in which reads do not wait for commits.
    return { check, state: 'ok', detail };
  },

  async checkIntegrity(context) {
    const check = 'integrity';
    const [fault, ...others] = await readValues(
      context,
      sql`select integrity_check from pragma_integrity_check`,
    );
    if (fault !== 'ok') {
      const more = others.length === 0 ? '' : `, and ${others.length} more`;
      return { check, state: 'problem', detail: `The file is damaged: ${fault}${more}`, advice: RESTORE };
    }
    const orphans = await readValue(
      context,
      sql`select cast(count(*) as text) from pragma_foreign_key_check`,
    );
    if (orphans === '0') {
      return { check, state: 'ok', detail: 'integrity_check and foreign_key_check found nothing' };
    }
    return {
      check,
      state: 'problem',
      detail: `rows that refer to a missing course: ${orphans}`,
      advice: RESTORE,
    };
  },
};

/** Postgres 14, the first with `string_to_table`. */
const OLDEST_POSTGRES = 140_000;

/** With one of these off, a crash can lose a committed transaction or leave a torn page. */
const DURABILITY_SETTINGS = ['fsync', 'full_page_writes'];

const POSTGRES: DatabaseChecks = {
  async checkDatabase(store) {
    const check = 'database';
    const { rows } = await sql<{ version: string; number: number; isStandby: boolean; isReadOnly: boolean }>`
      select current_setting('server_version') as version,
        cast(current_setting('server_version_num') as integer) as number,
        pg_is_in_recovery() as "isStandby",
        current_setting('default_transaction_read_only') = 'on' as "isReadOnly"`.execute(store.kysely);
    const [server] = rows;
    if (!server) throw new Error('Postgres did not report its version.');
    const detail = `Postgres ${server.version}${store.isPooled ? ' through a connection pooler' : ''}`;
    if (server.number < OLDEST_POSTGRES) {
      return { check, state: 'problem', detail, advice: 'Use Postgres 14 or newer.' };
    }
    if (server.isStandby) {
      const advice = 'A standby cannot record sessions; use the URL of the primary, or "serve --read-only".';
      return { check, state: 'problem', detail: `${detail}, a standby`, advice };
    }
    if (server.isReadOnly) {
      const advice = 'Set default_transaction_read_only to off for the role and the database.';
      return { check, state: 'problem', detail: `${detail}, read-only by default`, advice };
    }
    const cluster = await describeCluster(store);
    if (!cluster) return { check, state: 'ok', detail };
    const { description, undistributed, inactiveNodes } = cluster;
    const found = `${detail}, ${description}`;
    if (inactiveNodes.length > 0) {
      const advice = 'Start these nodes, and run "select citus_activate_node(HOST, PORT)" for each.';
      return { check, state: 'problem', detail: `${found}, inactive: ${inactiveNodes.join(', ')}`, advice };
    }
    if (undistributed.length > 0) {
      const advice = 'Run "stats-service migrate distribute".';
      return {
        check,
        state: 'problem',
        detail: `${found}, not distributed: ${undistributed.join(', ')}`,
        advice,
      };
    }
    return { check, state: 'ok', detail: found };
  },

  /** Every connection of stats-service sets `synchronous_commit`; these settings are the server's. */
  async checkDurability({ kysely }) {
    const check = 'durability';
    const { rows } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings where name in (${sql.join(DURABILITY_SETTINGS)})
      order by name`.execute(kysely);
    const unsafe = rows.filter(({ setting }) => setting !== 'on');
    const detail = rows.map(({ name, setting }) => `${name}=${setting}`).join(' ');
    if (unsafe.length === 0) return { check, state: 'ok', detail };
    const names = unsafe.map(({ name }) => name).join(' and ');
    const advice = `Set ${names} to on: otherwise a crash of the machine can lose recorded sessions.`;
    return { check, state: 'problem', detail, advice };
  },

  /**
   * Finds invalid indexes and constraints that were not validated. Use `pg_amcheck` to find damaged pages.
   */
  async checkIntegrity(context) {
    const check = 'integrity';
    const invalid = await readValues(
      context,
      sql`
        select cast(indexrelid::regclass as text) from pg_index
        where indrelid = any (select oid from pg_class where relnamespace = to_regnamespace(current_schema()))
          and not indisvalid
        union all
        select cast(conname as text) from pg_constraint
        where connamespace = to_regnamespace(current_schema()) and not convalidated`,
    );
    if (invalid.length === 0) {
      return { check, state: 'ok', detail: 'every index and constraint is valid' };
    }
    const advice = 'Run "reindex index NAME" or "alter table TABLE validate constraint NAME".';
    return { check, state: 'problem', detail: `not valid: ${invalid.join(', ')}`, advice };
  },
};

export const DATABASE_CHECKS: Readonly<Record<DialectName, DatabaseChecks>> = {
  sqlite: SQLITE,
  postgres: POSTGRES,
};

async function readValue(context: StoreContext, query: ReturnType<typeof sql>): Promise<string> {
  return (await readValues(context, query))[0] ?? '';
}

/** The first column of each row as text. */
async function readValues({ kysely }: StoreContext, query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await query.execute(kysely);
  return rows.map((row) => String(Object.values(row ?? {})[0]));
}
