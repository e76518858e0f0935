import type { ControlledTransaction, Kysely, RawBuilder, Transaction } from 'kysely';
import type { DialectName } from '../../../migrations/columns.js';
import type { LearnerKey, SessionKey } from '../api.js';
import { databaseReadOnly, StatsError, type RejectReason } from '../errors.js';
import type { CopyOptions } from '../model/checks.js';
import type { Totals } from '../model/lifetime.js';
import type { ModuleCounts } from '../model/modules.js';
import type { Activity } from '../observer.js';
import type { SessionRow } from './rows.js';
import type { Schema } from './schema.js';

/** The database or a transaction on it, so that queries work in both. */
export interface StoreContext {
  readonly dialect: DialectName;
  readonly kysely: Kysely<Schema>;
  /** Binds an id. */
  readonly id: <Id extends string>(id: Id) => RawBuilder<Id>;
  /** Binds a time, given as ISO 8601 text in UTC. */
  readonly instant: (time: string) => RawBuilder<string>;
  /** True if Citus shards the tables. `Store.record()` then takes sessions of one learner in one course. */
  readonly isSharded?: boolean;
}

export interface TransactionContext extends StoreContext {
  readonly kysely: Transaction<Schema>;
}

/** The same context on another connection or in a transaction. */
export function contextOf<Executor extends Kysely<Schema>>(
  { dialect, id, instant, isSharded }: StoreContext,
  kysely: Executor,
): StoreContext & { readonly kysely: Executor } {
  return { dialect, kysely, id, instant, isSharded };
}

/** A read-only transaction on a consistent state of the database. End it with a rollback. */
export type Snapshot = ControlledTransaction<Schema>;

/** A session to be recorded. */
export interface PendingSession {
  readonly row: SessionRow;
  /** True if the caller sent `completedAt`; otherwise it is the time of receipt. */
  readonly completionSent: boolean;
}

/** The outcome of recording a session; `session` is the stored one. */
export type RecordOutcome =
  | { readonly outcome: 'recorded' | 'replayed' | 'conflict'; readonly session: SessionRow }
  | { readonly outcome: RejectReason }
  | { readonly outcome: 'failed'; readonly error: unknown };

/** The stats of a learner in an existing course; `totals` is `undefined` without sessions. */
export interface LearnerStats {
  readonly totals: Totals | undefined;
  readonly modules: ModuleCounts;
}

/** Limits of the batches that calls are coalesced into. */
export interface BatchPolicy {
  /** Maximum cost of a batch. */
  readonly maxCost: number;
  /** Maximum number of batches in flight. */
  readonly maxInFlight: number;
  /** True if a batch blocks the event loop; then its results are delivered before the next batch starts. */
  readonly blocking: boolean;
}

export interface TransactionOptions {
  /** True if statements have no timeout. Default: false. */
  readonly unlimited?: boolean;
}

/** An open database. There is one implementation per database; `sql/` has the statements that both share. */
export interface Store extends StoreContext {
  readonly batchPolicy: BatchPolicy;

  /**
   * Records sessions, each exactly once, in one transaction. They are durable when it resolves. The outcomes
   * have the order of the sessions. If it rejects, nothing was recorded, and a single session may be the
   * cause: a missing course is an outcome or an error, depending on the statement.
   */
  record(sessions: readonly PendingSession[]): Promise<readonly RecordOutcome[]>;
  /**
   * Called before each part of bulk work: lets other calls run, and other processes take SQLite's write lock.
   */
  yieldToWriters?(): Promise<void>;
  /** The results have the order of the learners. */
  findStats(learners: readonly LearnerKey[]): Promise<readonly (LearnerStats | 'course-not-found')[]>;
  /** The results have the order of the keys. */
  findSessions(keys: readonly SessionKey[]): Promise<readonly (SessionRow | 'session-not-found')[]>;
  /** Returns the learners whose rollups other transactions have locked, without waiting for the locks. */
  findLocked(learners: readonly LearnerKey[]): Promise<readonly LearnerKey[]>;

  /** Runs `work` in a transaction, which is rolled back if it throws. */
  transact<T>(work: (context: TransactionContext) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /**
   * Runs reads of a whole course on one snapshot. They can take a second, and do not delay recording: on SQLite they run
   * in a thread, except in memory.
   */
  readCourse<T>(work: (context: StoreContext) => Promise<T>): Promise<T>;
  /** Begins a snapshot, whose statements have no timeout. */
  beginSnapshot(): Promise<Snapshot>;
  /** For readiness checks: on Postgres a separate connection with a short timeout. */
  readonly probe: StoreContext;

  /**
   * For readiness checks of a database in which sessions are recorded (Postgres only).
   *
   * @throws {StatsError} `database-read-only`
   */
  assertWritable?(): Promise<void>;
  /**
   * For readiness checks (SQLite only): the open file is still the one at its path.
   *
   * @throws {StatsError} `database-unusable`
   */
  assertInPlace?(): Promise<void>;
  /** Copies the database to a new file (SQLite only). */
  readonly copyTo?: (file: string, options: CopyOptions) => Promise<void>;
  /** The state of the connection pool (Postgres only). */
  connections?(): NonNullable<Activity['connections']>;
  /** True if connections go through a pooler such as PgBouncer (Postgres only). */
  readonly isPooled?: boolean;
  /** Classifies an error of the driver. */
  faultOf(error: unknown): DriverFault | undefined;
  /** Explains an `unusable` error to an operator, and says what to do. */
  explain(error: unknown): string;
  /** True if the server has no database of this name (Postgres only). */
  isMissing?(error: unknown): boolean;
  close(): Promise<void>;
}

/** The meaning of a driver's error. */
export type DriverFault =
  | 'unique'
  | 'foreign-key'
  | 'out-of-range'
  /** Lock timeout. */
  | 'locked'
  | 'unavailable'
  /** A standby, or a file that cannot be written. */
  | 'read-only'
  /** A table or column is missing. */
  | 'outdated'
  | 'unusable';

/** Both reasons are constraint violations, so no query checks them before the write. */
export function rejectReasonOf(fault: DriverFault | undefined): RejectReason | undefined {
  if (fault === 'foreign-key') return 'course-not-found';
  return fault === 'out-of-range' ? 'total-out-of-range' : undefined;
}

/** Runs `work` for an operator and converts its errors with {@link toOperatorError}. */
export async function withStatsErrors<T>(store: Store, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toOperatorError(store, error);
  }
}

/** Like {@link toStatsError}, but explains why the database cannot be used, which a client must not see. */
export function toOperatorError(store: Store, error: unknown): unknown {
  if (store.faultOf(error) !== 'unusable') return toStatsError(store, error);
  const code = store.isMissing?.(error) ? 'database-not-found' : 'database-unusable';
  return new StatsError(code, store.explain(error), { cause: error });
}

/** Converts driver errors that a caller can act on. Any other error is a defect and is returned unchanged. */
export function toStatsError(store: Store, error: unknown): unknown {
  switch (store.faultOf(error)) {
    case 'locked':
    case 'unavailable':
      return new StatsError('database-unavailable', 'The database is unavailable or busy; try again.', {
        cause: error,
      });
    case 'read-only':
      return databaseReadOnly(error);
    case 'outdated':
      return new StatsError(
        'schema-outdated',
        'A table or column of the database is missing; run "stats-service doctor".',
        { cause: error },
      );
    case 'unusable':
      return new StatsError('database-unusable', 'The database cannot be used.', { cause: error });
    default:
      return error;
  }
}

/** Begins a snapshot by running its first statement. */
export async function beginSnapshot(
  kysely: Kysely<Schema>,
  firstStatement: RawBuilder<unknown>,
): Promise<Snapshot> {
  const transaction = kysely.startTransaction().setIsolationLevel('repeatable read');
  const snapshot = await transaction.setAccessMode('read only').execute();
  try {
    await firstStatement.execute(snapshot);
    return snapshot;
  } catch (error) {
    await snapshot.rollback().execute();
    throw error;
  }
}
