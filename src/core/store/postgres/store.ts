import { setTimeout } from 'node:timers/promises';
import { Kysely, sql, type RawBuilder } from 'kysely';
import type { LearnerKey, SessionKey } from '../../api.js';
import { databaseReadOnly } from '../../errors.js';
import type { Activity } from '../../observer.js';
import { parsePostgresUrl } from '../../model/database-url.js';
import { retried } from '../../retry.js';
import {
  isReplay,
  LEARNER_KEY,
  SESSION_KEY,
  SESSION_TYPES,
  type LearnerRow,
  type SessionRow,
} from '../rows.js';
import type { Schema } from '../schema.js';
import { toLearnerStats, type StatsRow } from '../sql/stats.js';
import {
  beginSnapshot,
  contextOf,
  rejectReasonOf,
  type LearnerStats,
  type PendingSession,
  type RecordOutcome,
  type Snapshot,
  type Store,
  type StoreContext,
  type TransactionContext,
  type TransactionOptions,
} from '../store.js';
import { toArrays } from './arrays.js';
import { PreparingPostgresDialect, statementNames, type DriverClient } from './connections.js';
import {
  explainPostgres,
  isMissingDatabase,
  isConnectionCut,
  isConnectionLost,
  isDeadlock,
  postgresFault,
} from './errors.js';
import { readParameters, type Timeouts } from './parameters.js';
import { HostPools } from './pool.js';
import {
  compileStatements,
  SENT_COLUMNS,
  type NamedStatement,
  type PostgresStatements,
} from './statements.js';

/** Disables the timeouts of one transaction, because its consumer may be slow. */
const WITHOUT_TIMEOUTS = sql`select set_config('statement_timeout', '0', true),
  set_config('idle_in_transaction_session_timeout', '0', true)`;

/** Maximum number of connections per host. */
const MAX_CONNECTIONS = 10;

/** Milliseconds between two checks for locks, longer than a batch usually holds one. */
const BATCH_DURATION = 20;

/** A Postgres database with a connection pool. A batch is one statement, which is also its transaction. */
export class PostgresStore implements Store {
  readonly dialect = 'postgres';
  readonly kysely: Kysely<Schema>;
  /** One batch is collected while Postgres runs another. More in flight would only make them smaller. */
  readonly batchPolicy = { maxCost: 500, maxInFlight: 2, blocking: false };
  readonly probe: StoreContext;
  readonly #timeouts: Timeouts;
  readonly #pool: HostPools;
  readonly #probes: HostPools;
  /** The same pool without response timeouts. */
  readonly #unlimited: Kysely<Schema>;
  readonly #statements: PostgresStatements;
  #ended: Promise<void> | undefined;

  constructor(url: string, { readOnly = false }: { readonly readOnly?: boolean } = {}) {
    const parameters = readParameters(parsePostgresUrl(url));
    const { timeouts } = parameters;
    const nameOf = statementNames();
    const open = (pool: HostPools, timeout: number) =>
      new Kysely<Schema>({ dialect: new PreparingPostgresDialect(pool, nameOf, timeout) });
    this.#timeouts = timeouts;
    this.#pool = new HostPools({ ...parameters, readOnly, max: MAX_CONNECTIONS });
    const probing = { ...timeouts, connect: timeouts.probe };
    this.#probes = new HostPools({ ...parameters, timeouts: probing, readOnly, max: 1 });
    this.kysely = open(this.#pool, timeouts.query);
    this.#unlimited = open(this.#pool, 0);
    this.probe = contextOf(this, open(this.#probes, timeouts.probe));
    this.#statements = compileStatements(this.kysely);
  }

  readonly id = <Id extends string>(id: Id): RawBuilder<Id> => sql`cast(${id} as uuid)`;

  readonly instant = (time: string): RawBuilder<string> => sql`cast(${time} as timestamptz)`;

  readonly faultOf = postgresFault;
  readonly explain = explainPostgres;
  readonly isMissing = isMissingDatabase;

  async record(sessions: readonly PendingSession[]): Promise<RecordOutcome[]> {
    // Each key once, because the statement only reports whether it inserted a row.
    const { firsts, repeats } = separateRepeats(sessions);
    const notInserted = new Map(
      (await this.#recordFirsts(firsts)).map(({ position, isCourseKnown }) => [position, isCourseKnown]),
    );
    if (notInserted.size === 0 && repeats.length === 0) {
      return sessions.map(({ row }) => ({ outcome: 'recorded', session: row }));
    }
    const outcomes = new Map<PendingSession, RecordOutcome>();
    const existing = [...repeats];
    for (const [index, session] of firsts.entries()) {
      const isCourseKnown = notInserted.get(index + 1);
      if (isCourseKnown === undefined) outcomes.set(session, { outcome: 'recorded', session: session.row });
      else if (isCourseKnown) existing.push(session);
      else outcomes.set(session, { outcome: 'course-not-found' });
    }
    for (const [session, outcome] of await this.#compare(existing)) outcomes.set(session, outcome);
    return sessions.map((session) => outcomes.get(session) ?? throwMissing());
  }

  #recordFirsts(sessions: readonly PendingSession[]) {
    const { record, recordOne } = this.#statements;
    const rows = sessions.map(({ row }) => row);
    const [only, ...others] = rows;
    const isSingle = only?.module_ids === '' && others.length === 0;
    return this.#query<{ position: number; isCourseKnown: boolean }>(
      isSingle ? recordOne : record,
      isSingle ? recordOne.names.map((name) => only[name]) : toArrays(SESSION_TYPES, SENT_COLUMNS, rows),
    );
  }

  /**
   * Compares sessions with the stored ones of the same key. A session that was deleted meanwhile is recorded
   * again. An error fails only these sessions: the rest of the batch is committed.
   */
  async #compare(sessions: readonly PendingSession[]): Promise<Map<PendingSession, RecordOutcome>> {
    const outcomes = new Map<PendingSession, RecordOutcome>();
    if (sessions.length === 0) return outcomes;
    try {
      const stored = await this.#findSessions(sessions.map(({ row }) => row));
      const deleted: PendingSession[] = [];
      for (const [index, session] of sessions.entries()) {
        const row = stored.get(index + 1);
        if (!row) deleted.push(session);
        else {
          const isSame = isReplay(row, session.row, session.completionSent);
          outcomes.set(session, { outcome: isSame ? 'replayed' : 'conflict', session: row });
        }
      }
      for (const session of deleted) outcomes.set(session, await this.#recordAgain(session));
    } catch (error) {
      for (const session of sessions) outcomes.set(session, { outcome: 'failed', error });
    }
    return outcomes;
  }

  async #recordAgain(session: PendingSession): Promise<RecordOutcome> {
    try {
      return (await this.record([session]))[0] ?? throwMissing();
    } catch (error) {
      const reason = rejectReasonOf(postgresFault(error));
      return reason ? { outcome: reason } : { outcome: 'failed', error };
    }
  }

  async findStats(learners: readonly LearnerKey[]): Promise<(LearnerStats | 'course-not-found')[]> {
    const { findStats, findStatsOfOne, findCourses } = this.#statements;
    const rows = learners.map(({ userId, courseId }) => ({ user_id: userId, course_id: courseId }));
    const [only, ...others] = rows;
    const found =
      only && others.length === 0
        ? await this.#findStats(findStatsOfOne, [only.user_id, only.course_id])
        : await this.#findStats(findStats, toArrays(SESSION_TYPES, LEARNER_KEY, rows));
    const rest = rows.filter((_, index) => !found.has(index + 1));
    if (rest.length === 0) return rows.map((_, index) => found.get(index + 1) ?? throwMissing());
    const foundOfRest = await this.#findStats(findCourses, toArrays(SESSION_TYPES, ['course_id'], rest));
    let position = 0;
    return rows.map((_, index) => found.get(index + 1) ?? foundOfRest.get(++position) ?? throwMissing());
  }

  async #findStats(statement: NamedStatement, values: string[]) {
    const rows = await this.#query<StatsRow & { position: number }>(statement, values);
    return new Map(rows.map((row) => [row.position, toLearnerStats(row)]));
  }

  async findSessions(keys: readonly SessionKey[]): Promise<(SessionRow | 'session-not-found')[]> {
    const found = await this.#findSessions(
      keys.map(({ userId, courseId, sessionId }) => ({
        user_id: userId,
        course_id: courseId,
        session_id: sessionId,
      })),
    );
    return keys.map((_, index) => found.get(index + 1) ?? 'session-not-found');
  }

  async #findSessions(
    keys: readonly Pick<SessionRow, (typeof SESSION_KEY)[number]>[],
  ): Promise<Map<number, SessionRow>> {
    const values = toArrays(SESSION_TYPES, SESSION_KEY, keys);
    const rows = await this.#query<SessionRow & { position: number }>(this.#statements.findSessions, values);
    return new Map(rows.map((row) => [row.position, row]));
  }

  /** Checks twice, because another batch may hold a lock briefly. */
  async findLocked(learners: readonly LearnerKey[]): Promise<LearnerKey[]> {
    const locked = await this.#findLocked(learners);
    if (locked.length === 0) return [];
    await setTimeout(BATCH_DURATION);
    return this.#findLocked(locked);
  }

  async #findLocked(learners: readonly LearnerKey[]): Promise<LearnerKey[]> {
    const rows = learners.map(({ userId, courseId }) => ({ user_id: userId, course_id: courseId }));
    const values = toArrays(SESSION_TYPES, LEARNER_KEY, rows);
    const locked = await this.#query<LearnerRow>(this.#statements.findLocked, values);
    return locked.map((row) => ({ userId: row.user_id, courseId: row.course_id }));
  }

  /** Retries after a deadlock or a cut connection; all statements are idempotent. */
  #query<Row>(statement: NamedStatement, values: unknown[]): Promise<readonly Row[]> {
    const { name, text } = statement;
    const attempt = async () => {
      // The statement is its own transaction, so its sessions are durable when it returns.
      const client: DriverClient = await this.#pool.connect();
      try {
        const { rows } = await client.query<Row>({ name, text, values, query_timeout: this.#timeouts.query });
        client.release();
        return rows;
      } catch (error) {
        client.release(isConnectionLost(error));
        throw error;
      }
    };
    return retried(attempt, (error) => isDeadlock(error) || isConnectionCut(error));
  }

  transact<T>(
    work: (context: TransactionContext) => Promise<T>,
    { unlimited = false }: TransactionOptions = {},
  ): Promise<T> {
    if (!unlimited) return this.#transact(this.kysely, work);
    return this.#transact(this.#unlimited, async (context) => {
      await sql`select set_config('statement_timeout', '0', true)`.execute(context.kysely);
      return work(context);
    });
  }

  /** Always read committed: after taking a lock, writes must see what was committed before. */
  #transact<T>(kysely: Kysely<Schema>, work: (context: TransactionContext) => Promise<T>): Promise<T> {
    let hasBegun = false;
    const transaction = kysely.transaction().setIsolationLevel('read committed');
    const attempt = () =>
      transaction.execute((begun) => {
        hasBegun = true;
        return work(contextOf(this, begun));
      });
    return retried(attempt, (error) => isDeadlock(error) || (!hasBegun && isConnectionCut(error)));
  }

  beginSnapshot(): Promise<Snapshot> {
    return beginSnapshot(this.#unlimited, WITHOUT_TIMEOUTS);
  }

  async assertWritable(): Promise<void> {
    const { rows } = await sql<{ isStandby: boolean }>`select pg_is_in_recovery() as "isStandby"`.execute(
      this.probe.kysely,
    );
    if (rows[0]?.isStandby) throw databaseReadOnly();
  }

  get isPooled(): boolean {
    return this.#pool.isPooled;
  }

  connections(): NonNullable<Activity['connections']> {
    return this.#pool.counts;
  }

  async close(): Promise<void> {
    this.#ended ??= Promise.all([this.#pool.end(), this.#probes.end()]).then(() => undefined);
    await Promise.race([this.#ended, setTimeout(this.#timeouts.connect, undefined, { ref: false })]);
  }
}

function throwMissing(): never {
  throw new Error('A batch has no result for one of its items.');
}

/** Separates the first session of each key from its repeats. */
function separateRepeats(sessions: readonly PendingSession[]): {
  readonly firsts: readonly PendingSession[];
  readonly repeats: readonly PendingSession[];
} {
  const seen = new Set<string>();
  const firsts: PendingSession[] = [];
  const repeats: PendingSession[] = [];
  for (const session of sessions) {
    const key = SESSION_KEY.map((name) => session.row[name]).join();
    (seen.has(key) ? repeats : firsts).push(session);
    seen.add(key);
  }
  return { firsts, repeats };
}
