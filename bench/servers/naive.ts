/** The naive server, written in the usual way: every request is a transaction with several queries. */
import BetterSqlite from 'better-sqlite3';
import { Pool, types, type PoolClient } from 'pg';
import { rowOf, serve, type Key, type NewSession, type StatsRow } from './server.js';

type Value = string | number | Buffer;
type Row = Readonly<Record<string, string | number>>;
/** A tagged template, because the databases name their parameters differently. */
type Query = (text: TemplateStringsArray, ...values: Value[]) => Promise<readonly Row[]>;
type Transaction = (work: (sql: Query) => Promise<void>) => Promise<void>;

interface Database {
  readonly query: Query;
  readonly transaction: Transaction;
  /** SQLite stores the bytes of an id and the milliseconds of a time. */
  readonly toId: (text: string) => Value;
  readonly toInstant: (text: string) => Value;
}

const toBytes = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex');
const unchanged = (text: string) => text;

function openSqlite(path: string): Database {
  const db = new BetterSqlite(path);
  for (const pragma of ['journal_mode = wal', 'synchronous = full']) db.pragma(pragma);
  const query: Query = async (text, ...values) => {
    // SQLite does not have row locks: a write transaction locks the database.
    const statement = db.prepare<Value[], Row>(text.join('?').replace('for update', ''));
    if (statement.reader) return statement.all(...values);
    statement.run(...values);
    return [];
  };
  // The connection runs one transaction at a time.
  let last = Promise.resolve();
  const transaction: Transaction = (work) => {
    const run = async (previous: Promise<void>) => {
      await previous;
      db.exec('begin immediate');
      await work(query);
      db.exec('commit');
    };
    last = run(last);
    return last;
  };
  return { query, transaction, toId: toBytes, toInstant: Date.parse };
}

function queryOn(client: Pool | PoolClient): Query {
  return async (text, ...values) => {
    const numbered = text.reduce((start, part, number) => `${start}$${number}${part}`);
    return (await client.query<Row>(numbered, values)).rows;
  };
}

function openPostgres(connectionString: string): Database {
  types.setTypeParser(types.builtins.INT8, Number);
  types.setTypeParser(types.builtins.TIMESTAMPTZ, (text) => new Date(text).toISOString());
  const pool = new Pool({ connectionString, max: 10 });
  const transaction: Transaction = async (work) => {
    const client = await pool.connect();
    await client.query('begin');
    await work(queryOn(client));
    await client.query('commit');
    client.release();
  };
  return { query: queryOn(pool), transaction, toId: unchanged, toInstant: unchanged };
}

const [, , url = ''] = process.argv;
const { query, transaction, toId, toInstant } = url.startsWith('sqlite:')
  ? openSqlite(url.slice(7))
  : openPostgres(url);

async function record(input: NewSession): Promise<string> {
  const [userId, courseId, sessionId, modules, time, units] = rowOf(input);
  const [user, course, session] = [toId(userId), toId(courseId), toId(sessionId)];
  const recordedAt = new Date().toISOString();
  const now = toInstant(recordedAt);
  await transaction(async (sql) => {
    const courses = await sql`select * from courses where course_id = ${course}`;
    if (courses.length === 0) throw new Error('No course.');
    const found = await sql`select * from study_sessions
      where user_id = ${user} and course_id = ${course} and session_id = ${session}`;
    if (found.length > 0) return;
    await sql`insert into study_sessions (user_id, course_id, session_id, total_modules_studied,
        time_studied, average_score_units, completed_at, module_ids, created_at, updated_at)
      values (${user}, ${course}, ${session}, ${modules}, ${time}, ${units}, ${now}, '', ${now}, ${now})`;
    const [totals] = await sql`select * from course_stats
      where user_id = ${user} and course_id = ${course} for update`;
    if (!totals) throw new Error('The seed has no session of this learner.');
    await sql`update course_stats set session_count = ${Number(totals['session_count']) + 1},
        total_modules_studied = ${Number(totals['total_modules_studied']) + modules},
        scored_modules = ${Number(totals['scored_modules']) + modules},
        weighted_score_units = ${Number(totals['weighted_score_units']) + modules * units},
        time_studied = ${Number(totals['time_studied']) + time}, last_completed_at = ${now}, updated_at = ${now}
      where user_id = ${user} and course_id = ${course}`;
  });
  return recordedAt;
}

async function stats({ userId, courseId }: Key): Promise<StatsRow> {
  const [user, course] = [toId(userId), toId(courseId)];
  const courses = await query`select * from courses where course_id = ${course}`;
  if (courses.length === 0) throw new Error('No course.');
  const totals =
    await query`select session_count, total_modules_studied, scored_modules, weighted_score_units,
    time_studied, first_completed_at, last_completed_at
    from course_stats where user_id = ${user} and course_id = ${course}`;
  const studied = await query`select count(*) as studied from studied_modules
    where user_id = ${user} and course_id = ${course}`;
  const declared = await query`select count(*) as declared from course_modules where course_id = ${course}`;
  const both = await query`select count(*) as both
    from studied_modules s join course_modules c using (course_id, module_id)
    where s.user_id = ${user} and s.course_id = ${course}`;
  return [totals, studied, declared, both].flatMap(([row = {}]) => Object.values(row));
}

serve(
  ({ input, respond }) => void record(input).then(respond),
  ({ input, respond }) => void stats(input).then(respond),
);
