import { sql } from 'kysely';
import { StatsError } from '../../errors.js';
import { sumDeltas } from '../deltas.js';
import type { SessionRow } from '../rows.js';
import type { Schema } from '../schema.js';
import { addToRollups } from '../sql/rollups.js';
import { insertSessions, sessionValues } from '../sql/sessions.js';
import type { StoreContext, TransactionContext } from '../store.js';

/*
 * With Citus (https://docs.citusdata.com), the tables of learners are sharded by `user_id`. A learner's rows of
 * all tables are on one node, so each transaction of a learner runs there. Every node has a copy of the courses
 * and of the API keys.
 */

type Distribution = 'reference' | 'by-user';

/** In the order in which tables are distributed: foreign keys refer to reference tables. */
const TABLES: Readonly<Record<Exclude<keyof Schema, 'schema_migrations'>, Distribution>> = {
  courses: 'reference',
  course_modules: 'reference',
  api_keys: 'reference',
  study_sessions: 'by-user',
  course_stats: 'by-user',
  studied_modules: 'by-user',
  enrolments: 'by-user',
};

/** Returns the names of the tables that Citus has distributed; `undefined` without the extension. */
export async function distributedTables({ kysely }: StoreContext): Promise<ReadonlySet<string> | undefined> {
  const extension = await sql`select from pg_extension where extname = 'citus'`.execute(kysely);
  if (extension.rows.length === 0) return undefined;
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_dist_partition join pg_class on pg_class.oid = logicalrelid
    where relnamespace = to_regnamespace(current_schema())`.execute(kysely);
  return new Set(rows.map(({ name }) => name));
}

interface Cluster {
  /** Such as `Citus 13.2-1, 2 workers, 32 shards`. */
  readonly description: string;
  /** The tables that are not distributed, if others are. */
  readonly undistributed: readonly string[];
  readonly inactiveNodes: readonly string[];
}

/** Returns `undefined` without the extension. */
export async function describeCluster(context: StoreContext): Promise<Cluster | undefined> {
  const distributed = await distributedTables(context);
  if (!distributed) return undefined;
  const { rows } = await sql<{ version: string; workers: string; shards: string; inactive: string[] }>`
    select (select extversion from pg_extension where extname = 'citus') as version,
      (select cast(count(*) as text) from pg_dist_node where isactive and shouldhaveshards) as workers,
      (select cast(count(*) as text) from pg_dist_shard
        where logicalrelid = to_regclass('study_sessions')) as shards,
      array(select nodename || ':' || nodeport from pg_dist_node where not isactive) as inactive`.execute(
    context.kysely,
  );
  const [cluster] = rows;
  if (!cluster) throw new Error('Citus did not describe itself.');
  const isDistributed = distributed.has('study_sessions');
  const spread = isDistributed ? `${cluster.workers} workers, ${cluster.shards} shards` : 'not distributed';
  return {
    description: `Citus ${cluster.version}, ${spread}`,
    undistributed: isDistributed ? Object.keys(TABLES).filter((name) => !distributed.has(name)) : [],
    inactiveNodes: cluster.inactive,
  };
}

/**
 * Distributes the tables that are not distributed yet, with their rows, and returns their names.
 *
 * @throws {StatsError} `database-unusable` without the extension
 */
export async function distribute(context: TransactionContext): Promise<string[]> {
  const distributed = await distributedTables(context);
  if (!distributed) {
    throw new StatsError(
      'database-unusable',
      'The database has no Citus extension. Run "create extension citus" on it and add its workers first.',
    );
  }
  const names: string[] = [];
  for (const [name, distribution] of Object.entries(TABLES)) {
    if (distributed.has(name)) continue;
    const create =
      distribution === 'reference'
        ? sql`select create_reference_table(${name})`
        : sql`select create_distributed_table(${name}, 'user_id', colocate_with => ${name === 'study_sessions' ? 'none' : 'study_sessions'})`;
    await create.execute(context.kysely);
    names.push(name);
  }
  return names;
}

/**
 * Records sessions of one learner in one course in a transaction on the learner's shard. Returns the indexes of
 * those that exist already. Citus would run one statement for many learners, or with several inserts, through
 * intermediate results and a two-phase commit, which takes 4 to 11 times as long.
 */
export async function recordOnShard(
  context: TransactionContext,
  sessions: readonly SessionRow[],
): Promise<number[]> {
  // In the lock order of sql/rollups.ts.
  const sorted = sessions.toSorted((a, b) => (a.session_id < b.session_id ? -1 : 1));
  const values = sorted.map((row) => sessionValues(context, row));
  const { rows } = await sql<Pick<SessionRow, 'session_id'>>`
    ${insertSessions(sql`values ${sql.join(values)}`)} returning session_id`.execute(context.kysely);
  const inserted = new Set<string | undefined>(rows.map(({ session_id }) => session_id));
  const recorded = sessions.filter(({ session_id }) => inserted.has(session_id));
  for (const delta of sumDeltas(recorded)) await addToRollups(context, delta);
  return Array.from(sessions.keys()).filter((index) => !inserted.has(sessions[index]?.session_id));
}
