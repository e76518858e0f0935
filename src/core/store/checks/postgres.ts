import { sql } from 'kysely';
import type { StoreContext } from '../database.js';
import type { Finding } from './finding.js';

/** `string_to_table` came with it. */
const OLDEST = 140_000;

/** Without which an answered commit may be lost, or a page half written. Our connections see to the rest. */
const SETTINGS = ['fsync', 'full_page_writes'];

export async function checkDatabase({ kysely }: StoreContext): Promise<Finding> {
  const check = 'database';
  const { rows } = await sql<{ version: string; number: number; replica: boolean }>`
    select current_setting('server_version') as version,
      cast(current_setting('server_version_num') as integer) as number,
      pg_is_in_recovery() as replica`.execute(kysely);
  const [server] = rows;
  if (!server) throw new Error('Postgres did not tell its version.');
  const detail = `Postgres ${server.version}`;
  if (server.number < OLDEST) return { check, state: 'problem', detail, advice: 'Use Postgres 14 or newer.' };
  if (!server.replica) return { check, state: 'ok', detail };
  const advice = 'Nothing can be recorded here; name the primary.';
  return { check, state: 'problem', detail: `${detail}, a replica that only reads`, advice };
}

export async function checkDurability({ kysely }: StoreContext): Promise<Finding> {
  const { rows } = await sql<{ name: string; setting: string }>`
    select name, setting from pg_settings where name in (${sql.join(SETTINGS)}) order by name`.execute(
    kysely,
  );
  const unsafe = rows.filter(({ setting }) => setting !== 'on');
  const detail = rows.map(({ name, setting }) => `${name}=${setting}`).join(' ');
  if (unsafe.length === 0) return { check: 'durability', state: 'ok', detail };
  const what = unsafe.map(({ name }) => name).join(' and ');
  const advice = `Turn ${what} on: without it a crash of the machine loses sessions that were answered.`;
  return { check: 'durability', state: 'problem', detail, advice };
}

/** Pages are Postgres's own affair (see `pg_amcheck`); an index that failed to build or a rule that was not checked is ours. */
export async function checkIntegrity({ kysely }: StoreContext): Promise<Finding> {
  const { rows } = await sql<{ name: string }>`
    select cast(indexrelid::regclass as text) as name from pg_index
    where indrelid = any (select oid from pg_class where relnamespace = to_regnamespace(current_schema()))
      and not indisvalid
    union all
    select cast(conname as text) from pg_constraint
    where connamespace = to_regnamespace(current_schema()) and not convalidated`.execute(kysely);
  const check = 'integrity';
  if (rows.length === 0) return { check, state: 'ok', detail: 'every index and constraint is valid' };
  const detail = `not valid: ${rows.map(({ name }) => name).join(', ')}`;
  return { check, state: 'problem', detail, advice: 'Build the index again or validate the constraint.' };
}
