import { Client } from 'pg';

/** Seconds. */
export interface FloorsOfImport {
  readonly floor: number;
  /** For the same rows in the same tables, where the floor has less. */
  readonly sameTables?: number;
}

/** With the names of our columns, so that what is in it can be inserted as it is. */
const BARE = `create table bare (user_id uuid, course_id uuid, session_id uuid, total_modules_studied integer,
  score numeric, time_studied integer, completed_at timestamptz, module_ids text)`;

const SAME_TABLES = [
  `insert into study_sessions (user_id, course_id, session_id, total_modules_studied, average_score_units,
      time_studied, completed_at, module_ids, created_at, updated_at)
    select user_id, course_id, session_id, total_modules_studied, score * 10000,
      time_studied, completed_at, coalesce(module_ids, ''), now(), now()
    from bare`,
  `insert into course_stats (user_id, course_id, session_count, total_modules_studied, weighted_score_units,
      time_studied, first_completed_at, last_completed_at, created_at, updated_at)
    select user_id, course_id, count(*), sum(total_modules_studied), sum(score * 10000 * total_modules_studied),
      sum(time_studied), min(completed_at), max(completed_at), now(), now()
    from bare group by user_id, course_id`,
  `insert into studied_modules (user_id, course_id, module_id, session_count, created_at, updated_at)
    select user_id, course_id, module_id, count(*), now(), now()
    from bare, string_to_table(module_ids, ';') as module_id group by user_id, course_id, module_id`,
];

/**
 * What the server takes by itself: to read the file into one table without indexes, and to fill our tables from
 * that one, checking nothing and keeping nothing apart.
 */
export async function floorsOfPostgres(url: string, file: string): Promise<FloorsOfImport> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(BARE);
  const floor = await secondsOf(client, [`copy bare from '${file}' with (format csv, header)`]);
  const sameTables = await secondsOf(client, SAME_TABLES);
  await client.end();
  return { floor, sameTables };
}

async function secondsOf(client: Client, statements: readonly string[]): Promise<number> {
  const start = performance.now();
  for (const statement of statements) await client.query(statement);
  return (performance.now() - start) / 1_000;
}
