import { setTimeout } from 'node:timers/promises';
import type { LearnerKey, SessionKey } from '../../api.js';
import {
  isReplay,
  LEARNER_KEY,
  SESSION_KEY,
  SESSION_TYPES,
  type LearnerRow,
  type SessionRow,
} from '../rows.js';
import { toLearnerStats, type StatsRow } from '../sql/stats.js';
import {
  rejectReasonOf,
  type LearnerStats,
  type PendingSession,
  type RecordOutcome,
  type Store,
} from '../store.js';
import { toArrays } from './arrays.js';
import { recordOnShard } from './citus.js';
import { PostgresDatabase } from './database.js';
import { postgresFault } from './errors.js';
import { compileStatements, SENT_COLUMNS, type NamedStatement } from './statements.js';

/** Milliseconds between two checks for locks, longer than a batch usually holds one. */
const BATCH_DURATION = 20;

/** Records and reads in batches. Each is one statement, which is also its transaction. */
export class PostgresStore extends PostgresDatabase implements Store {
  /** One batch is collected while Postgres runs another. More in flight would only make them smaller. */
  readonly batchPolicy = { maxCost: 500, maxInFlight: 2, blocking: false };
  readonly #statements = compileStatements(this.kysely);

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

  async #recordFirsts(sessions: readonly PendingSession[]) {
    const { record, recordOne } = this.#statements;
    const rows = sessions.map(({ row }) => row);
    if (this.isSharded && isOfOneLearner(rows)) return this.#recordOnShard(rows);
    const [only, ...others] = rows;
    const isSingle = only?.module_ids === '' && others.length === 0;
    return this.query<{ position: number; isCourseKnown: boolean }>(
      isSingle ? recordOne : record,
      isSingle ? recordOne.names.map((name) => only[name]) : toArrays(SESSION_TYPES, SENT_COLUMNS, rows),
    );
  }

  async #recordOnShard(sessions: readonly SessionRow[]) {
    try {
      const existing = await this.transact((context) => recordOnShard(context, sessions));
      return existing.map((index) => ({ position: index + 1, isCourseKnown: true }));
    } catch (error) {
      if (postgresFault(error) !== 'foreign-key') throw error;
      return sessions.map((_, index) => ({ position: index + 1, isCourseKnown: false }));
    }
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
    if (this.isSharded && learners.length > 1) return ofEach(learners, (each) => this.findStats(each));
    const { findStats, findStatsOfOne, findCourses } = this.#statements;
    const rows = learners.map(({ userId, courseId }) => ({ user_id: userId, course_id: courseId }));
    const [only, ...others] = rows;
    const found =
      only && others.length === 0
        ? await this.#findStats(
            findStatsOfOne,
            findStatsOfOne.names.map((name) => (name === 'user_id' ? only.user_id : only.course_id)),
          )
        : await this.#findStats(findStats, toArrays(SESSION_TYPES, LEARNER_KEY, rows));
    const rest = rows.filter((_, index) => !found.has(index + 1));
    if (rest.length === 0) return rows.map((_, index) => found.get(index + 1) ?? throwMissing());
    const foundOfRest = await this.#findStats(findCourses, toArrays(SESSION_TYPES, ['course_id'], rest));
    let position = 0;
    return rows.map((_, index) => found.get(index + 1) ?? foundOfRest.get(++position) ?? throwMissing());
  }

  async #findStats(statement: NamedStatement, values: string[]) {
    const rows = await this.query<StatsRow & { position: number }>(statement, values);
    return new Map(rows.map((row) => [row.position, toLearnerStats(row)]));
  }

  async findSessions(keys: readonly SessionKey[]): Promise<(SessionRow | 'session-not-found')[]> {
    if (this.isSharded && keys.length > 1) return ofEach(keys, (each) => this.findSessions(each));
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
    const { findSession, findSessions } = this.#statements;
    const [only, ...others] = keys;
    const isSingle = only && others.length === 0;
    const rows = await this.query<SessionRow & { position: number }>(
      isSingle ? findSession : findSessions,
      isSingle ? SESSION_KEY.map((name) => only[name]) : toArrays(SESSION_TYPES, SESSION_KEY, keys),
    );
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
    const locked = await this.query<LearnerRow>(this.#statements.findLocked, values);
    return locked.map((row) => ({ userId: row.user_id, courseId: row.course_id }));
  }
}

/** False if the tables were distributed after the batch was divided by learner. */
function isOfOneLearner([first, ...others]: readonly SessionRow[]): boolean {
  return others.every((row) => row.user_id === first?.user_id && row.course_id === first.course_id);
}

/** Citus routes a statement about one learner to one shard, and runs one about several learners on all shards. */
async function ofEach<Key, Found>(
  keys: readonly Key[],
  find: (keys: readonly Key[]) => Promise<readonly Found[]>,
): Promise<Found[]> {
  return (await Promise.all(keys.map((key) => find([key])))).flat();
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
