import type { LearnerKey, SessionKey } from '../../api.js';
import { toLearnerStats, type LearnerStats } from '../queries/stats.js';
import { saysTheSame, type SessionRow } from '../rows.js';
import { learnerShares } from '../learner-shares.js';
import type { Checkpoints } from '../checkpoints.js';
import type { Batches, RecordOutcome } from './batches.js';
import type { Candidate } from './candidate.js';
import type { SqliteStatements } from './sqlite-statements.js';

interface SqliteBatchesOptions {
  /** Asked for at the first use: they need the tables. */
  readonly prepare: () => SqliteStatements;
  /** Runs the work while no transaction is open on the connection, and again where another process was in its way. */
  readonly read: <T>(work: () => T) => Promise<T>;
  readonly write: <T>(work: () => T) => Promise<T>;
  readonly inTransaction: () => boolean;
  readonly checkpoints?: Checkpoints | undefined;
  readonly isMissingCourse: (error: unknown) => boolean;
}

/** One transaction for each batch: all of it shares one wait for the disk, and one view of the data. */
export class SqliteBatches implements Batches {
  readonly gathering = { maxSize: 500, maxInFlight: 1, blocking: true };
  /** Whoever writes waits for all of a transaction. */
  readonly bulk = {
    alone: { weight: 4_000, inFlight: 1 },
    shared: { weight: 100, inFlight: 1, pause: 1 },
  };
  readonly #options: SqliteBatchesOptions;
  #prepared: SqliteStatements | undefined;
  #version: number | undefined;

  constructor(options: SqliteBatchesOptions) {
    this.#options = options;
  }

  async record(candidates: readonly Candidate[]): Promise<RecordOutcome[]> {
    await this.#options.checkpoints?.restart;
    const outcomes = await this.#transact('beginImmediate', (statements) => {
      const tried = candidates.map((candidate) => this.#insert(statements, candidate));
      addToRollups(statements, recordedOf(tried));
      return tried;
    });
    this.#options.checkpoints?.committed(candidates.length);
    return outcomes;
  }

  findStats(learners: readonly LearnerKey[]): Promise<(LearnerStats | 'course-not-found')[]> {
    return this.#read(learners.length, ({ findStats }) =>
      learners.map((learner) => {
        const row = findStats.get(learner);
        return row ? toLearnerStats(row) : 'course-not-found';
      }),
    );
  }

  findSessions(keys: readonly SessionKey[]): Promise<(SessionRow | 'session-not-found')[]> {
    return this.#read(keys.length, ({ findSession }) =>
      keys.map(
        ({ userId, courseId, sessionId }) =>
          findSession.get({ user_id: userId, course_id: courseId, session_id: sessionId }) ??
          'session-not-found',
      ),
    );
  }

  /** SQLite has one lock for the whole database, which a transaction takes at its beginning. */
  async findHeld(): Promise<LearnerKey[]> {
    return [];
  }

  /** The number stands for what others have written; our own writing leaves it as it is. */
  async othersAtWork(): Promise<boolean> {
    const before = this.#version;
    this.#version = await this.#options.read(() => this.#statements.dataVersion.get({})?.data_version);
    return before !== undefined && before !== this.#version;
  }

  #insert(
    { insertSession, findSession }: SqliteStatements,
    { row, completionSent }: Candidate,
  ): RecordOutcome {
    try {
      if (insertSession.run(row) === 0) {
        const stored = findSession.get(row);
        if (!stored) throw new Error('A session is neither new nor stored.');
        return {
          outcome: saysTheSame(stored, row, completionSent) ? 'replayed' : 'conflict',
          session: stored,
        };
      }
    } catch (error) {
      // SQLite undoes only the statement that failed.
      if (this.#options.isMissingCourse(error)) return { outcome: 'course-not-found' };
      throw error;
    }
    return { outcome: 'recorded', session: row };
  }

  /** A statement by itself is a transaction already. */
  #read<T>(count: number, work: (statements: SqliteStatements) => T): Promise<T> {
    if (count > 1) return this.#transact('begin', work);
    return this.#options.read(() => work(this.#statements));
  }

  #transact<T>(begin: 'begin' | 'beginImmediate', work: (statements: SqliteStatements) => T): Promise<T> {
    const { read, write, inTransaction } = this.#options;
    const run = begin === 'begin' ? read : write;
    return run(() => {
      const statements = this.#statements;
      statements[begin].run({});
      try {
        const result = work(statements);
        statements.commit.run({});
        return result;
      } catch (error) {
        // SQLite ends a transaction by itself on some errors; what rolling back says would hide the first one.
        try {
          if (inTransaction()) statements.rollback.run({});
        } catch {}
        throw error;
      }
    });
  }

  get #statements(): SqliteStatements {
    return (this.#prepared ??= this.#options.prepare());
  }
}

function recordedOf(outcomes: readonly RecordOutcome[]): SessionRow[] {
  return outcomes.flatMap((recorded) => (recorded.outcome === 'recorded' ? [recorded.session] : []));
}

function addToRollups({ addToTotals, addModule }: SqliteStatements, rows: readonly SessionRow[]): void {
  for (const share of learnerShares(rows)) {
    addToTotals.run(share);
    for (const [module_id, session_count] of share.modules) {
      addModule.run({ ...share, module_id, session_count });
    }
  }
}
