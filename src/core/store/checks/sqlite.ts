import { sql } from 'kysely';
import type { StoreContext } from '../database.js';
import { RESTORE, type Finding } from './finding.js';

export async function checkDatabase(context: StoreContext): Promise<Finding> {
  const version = await value(context, sql`select sqlite_version()`);
  return { check: 'database', state: 'ok', detail: `SQLite ${version}` };
}

/** Each commit waits for the disk by itself: `synchronous` is set with every connection of ours. */
export async function checkDurability(context: StoreContext): Promise<Finding> {
  const check = 'durability';
  const mode = await value(context, sql`select journal_mode from pragma_journal_mode`);
  const synchronous = await value(context, sql`select synchronous from pragma_synchronous`);
  const detail = `journal_mode=${mode} synchronous=${synchronous === '2' ? 'full' : synchronous}`;
  if (mode === 'memory') {
    return { check, state: 'warning', detail, advice: 'It ends with its process. Name a file to keep it.' };
  }
  if (mode === 'wal') return { check, state: 'ok', detail };
  const advice =
    'Commits are safe but slow, and reads wait for them; "stats-service serve" turns it into wal.';
  return { check, state: 'warning', detail, advice };
}

export async function checkIntegrity(context: StoreContext): Promise<Finding> {
  const check = 'integrity';
  const [fault, ...others] = await values(context, sql`select integrity_check from pragma_integrity_check`);
  if (fault !== 'ok') {
    const more = others.length === 0 ? '' : `, and ${others.length} more`;
    return { check, state: 'problem', detail: `The file is damaged: ${fault}${more}`, advice: RESTORE };
  }
  const orphans = await value(context, sql`select cast(count(*) as text) from pragma_foreign_key_check`);
  if (orphans === '0')
    return { check, state: 'ok', detail: 'integrity_check and foreign_key_check found nothing' };
  return { check, state: 'problem', detail: `${orphans} rows belong to no course`, advice: RESTORE };
}

async function value(context: StoreContext, query: ReturnType<typeof sql>): Promise<string> {
  return (await values(context, query))[0] ?? '';
}

async function values({ kysely }: StoreContext, query: ReturnType<typeof sql>): Promise<string[]> {
  const { rows } = await query.execute(kysely);
  return rows.map((row) => String(Object.values(row ?? {})[0]));
}
