import { statSync, type BigIntStats } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type BetterSqlite from 'better-sqlite3';
import { Kysely, sql, type RawBuilder } from 'kysely';
import type { LearnerKey, SessionKey } from '../../api.js';
import { copyUnsupported, StatsError } from '../../errors.js';
import type { CopyOptions } from '../../model/checks.js';
import { sumDeltas } from '../deltas.js';
import { isReplay, type SessionRow } from '../rows.js';
import type { Schema } from '../schema.js';
import { toLearnerStats } from '../sql/stats.js';
import {
  beginSnapshot,
  contextOf,
  type LearnerStats,
  type PendingSession,
  type RecordOutcome,
  type Snapshot,
  type Store,
  type StoreContext,
  type TransactionContext,
} from '../store.js';
import { findAddon } from './addon.js';
import { copyPages, finishCopy } from './backup.js';
import { BusyRetryQueue } from './busy-retry.js';
import { Checkpointer } from './checkpointer.js';
import { connect, MEMORY, openConnection, removeEmptyLog } from './connection.js';
import { sqliteDialect } from './dialect.js';
import { explainSqlite, sqliteFault } from './errors.js';
import { addFunctions } from './functions.js';
import { readerDialect } from './reader.js';
import { encodeId, prepareStatements, type SqliteStatements } from './statements.js';
import { encodeInstant } from './values.js';

/** Milliseconds between bulk writes; other processes poll for the lock every 1 to 2 ms. */
const PAUSE = 2;

/** Identifies a file, also after it was moved. */
type FileId = Pick<BigIntStats, 'dev' | 'ino'>;

/** A SQLite file or in-memory database with one connection. */
export class SqliteStore implements Store {
  readonly dialect = 'sqlite';
  readonly kysely: Kysely<Schema>;
  /** A batch is one transaction, so its sessions share one fsync. */
  readonly batchPolicy = { maxCost: 500, maxInFlight: 1, blocking: true };
  readonly probe = this;
  readonly #path: string;
  readonly #readOnly: boolean;
  readonly #addon: string | undefined;
  /** The open file and its write-ahead log, by path; empty in memory. The log is added when it was first seen. */
  readonly #files = new Map<string, FileId>();
  readonly #connection: BetterSqlite.Database;
  /** Readers rarely see SQLITE_BUSY in WAL mode, so they have their own queue. */
  readonly #readers = new BusyRetryQueue();
  readonly #writers = new BusyRetryQueue();
  readonly #checkpointer: Checkpointer | undefined;
  /** Each runs its statements in a thread of its own. Another one is opened when all are in use. */
  readonly #idleThreads: Kysely<Schema>[] = [];
  #prepared: SqliteStatements | undefined;
  /** SQLite's `data_version`, which changes when another connection commits. */
  #dataVersion: unknown;

  /**
   * Opens a file. A missing one is created if `create` is true; with `readOnly` nothing is ever written.
   *
   * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unusable`, `database-unavailable`
   */
  constructor(path: string, { create, readOnly = false }: { create: boolean; readOnly?: boolean }) {
    const addon = findAddon();
    const connection = openConnection(path, { create, readOnly, addon });
    this.#readOnly = readOnly;
    this.#addon = addon;
    this.#connection = connection;
    this.kysely = new Kysely<Schema>({ dialect: sqliteDialect(connection) });
    // Absolute, because the process may change its working directory.
    this.#path = path === MEMORY ? path : resolve(path);
    if (path === MEMORY) {
      addFunctions(connection);
      return;
    }
    this.#files.set(this.#path, statSync(path, { bigint: true }));
    if (!readOnly) this.#checkpointer = new Checkpointer(this.#path, addon, connection);
  }

  readonly id = <Id extends string>(id: Id): RawBuilder<Id> => encodeId(sql`${id}`);

  readonly instant = (time: string): RawBuilder<string> => sql`${encodeInstant(time)}`;

  async record(sessions: readonly PendingSession[]): Promise<RecordOutcome[]> {
    await this.#checkpointer?.restarting;
    const outcomes = await this.#inTransaction(this.#writers, 'begin immediate', () => {
      const attempted = sessions.map((session) => this.#insert(session));
      this.#addToRollups(
        attempted.flatMap((result) => (result.outcome === 'recorded' ? [result.session] : [])),
      );
      return attempted;
    });
    this.#checkpointer?.committed(sessions.length);
    return outcomes;
  }

  /** Lets other calls run, and pauses if another process has written since and may poll for the lock. */
  async yieldToWriters(): Promise<void> {
    const version = this.#connection.pragma('data_version', { simple: true });
    await (version === this.#dataVersion ? setImmediate() : setTimeout(PAUSE));
    this.#dataVersion = version;
  }

  #insert({ row, completionSent }: PendingSession): RecordOutcome {
    const { insertSession, findContent } = this.#statements;
    if (insertSession.run(row) === 1) return { outcome: 'recorded', session: row };
    const content = findContent.get(row);
    // A session that is neither new nor stored has no course.
    if (!content) return { outcome: 'course-not-found' };
    const stored = { ...row, ...content };
    return {
      outcome: isReplay(stored, row, completionSent) ? 'replayed' : 'conflict',
      session: stored,
    };
  }

  #addToRollups(sessions: readonly SessionRow[]): void {
    const { mergeStats, mergeModules } = this.#statements;
    for (const delta of sumDeltas(sessions)) {
      mergeStats.run(delta);
      for (const [module_id, session_count] of delta.modules) {
        mergeModules.run({ ...delta, module_id, session_count });
      }
    }
  }

  findStats(learners: readonly LearnerKey[]): Promise<(LearnerStats | 'course-not-found')[]> {
    return this.#read(learners, ({ userId, courseId }) => {
      const row = this.#statements.findStats.get({ user_id: userId, course_id: courseId });
      return row ? toLearnerStats(row) : 'course-not-found';
    });
  }

  findSessions(keys: readonly SessionKey[]): Promise<(SessionRow | 'session-not-found')[]> {
    return this.#read(keys, ({ userId, courseId, sessionId }) => {
      const key = { user_id: userId, course_id: courseId, session_id: sessionId };
      const content = this.#statements.findContent.get(key);
      return content ? { ...key, ...content } : 'session-not-found';
    });
  }

  /** Always none: the only lock is that of the whole database, which a transaction takes when it begins. */
  async findLocked(): Promise<LearnerKey[]> {
    return [];
  }

  async transact<T>(work: (context: TransactionContext) => Promise<T>): Promise<T> {
    await this.#checkpointer?.restarting;
    return this.#writers.run(() =>
      this.kysely.transaction().execute((kysely) => work(contextOf(this, kysely))),
    );
  }

  async readCourse<T>(work: (context: StoreContext) => Promise<T>): Promise<T> {
    let isInPlace = false;
    const read = (kysely: Kysely<Schema>) =>
      kysely
        .transaction()
        .setAccessMode('read only')
        .execute(async (begun) => {
          // The thread has opened the file at the path, which must be the one that this connection uses.
          await this.assertInPlace();
          isInPlace = true;
          return work(contextOf(this, begun));
        });
    if (this.#path === MEMORY) return read(this.kysely);
    const data = { path: this.#path, addon: this.#addon };
    const thread = this.#idleThreads.pop() ?? new Kysely<Schema>({ dialect: readerDialect(data) });
    try {
      return await read(thread);
    } finally {
      if (isInPlace) this.#idleThreads.push(thread);
      else await thread.destroy();
    }
  }

  /** Reads at once, because a deferred transaction takes its snapshot with its first read. */
  beginSnapshot(): Promise<Snapshot> {
    return this.#readers.run(() => beginSnapshot(this.kysely, sql`select 1 from sqlite_master`));
  }

  /** @throws {StatsError} `invalid-database-url` for an in-memory database */
  readonly copyTo = async (file: string, options: CopyOptions): Promise<void> => {
    if (this.#path === MEMORY) throw copyUnsupported();
    // Fails if the file exists, which SQLite would overwrite.
    await (await open(file, 'wx', 0o600)).close();
    const snapshot = await this.beginSnapshot();
    try {
      await copyPages(this.#connection, file, options);
    } finally {
      await snapshot.rollback().execute();
    }
    finishCopy(() => connect(file, { addon: this.#addon }));
  };

  /** SQLite continues to use a file that was moved away or deleted, and never notices the one at its path. */
  async assertInPlace(): Promise<void> {
    if (this.#files.size === 0) return;
    for (const path of [this.#path, `${this.#path}-wal`]) {
      const found = await stat(path, { bigint: true }).catch(() => undefined);
      const known = this.#files.get(path);
      if (known === undefined && found) this.#files.set(path, found);
      if (known === undefined || (found?.dev === known.dev && found.ino === known.ino)) continue;
      throw new StatsError(
        'database-unusable',
        'The database file or its log (-wal) was moved or replaced while it was open, and changes still go to the old file. Restart the service.',
      );
    }
  }

  readonly faultOf = sqliteFault;
  readonly explain = explainSqlite;

  async close(): Promise<void> {
    await this.#checkpointer?.close();
    // Before the store's own connection, because the last one to close removes the log.
    await Promise.all(this.#idleThreads.map((thread) => thread.destroy()));
    await this.kysely.destroy();
    // Kysely closes only a connection that it has used.
    this.#connection.close();
    if (this.#readOnly) removeEmptyLog(this.#path, { addon: this.#addon });
  }

  /** Reads several keys in one transaction, on one snapshot. */
  #read<Key, Found>(keys: readonly Key[], find: (key: Key) => Found): Promise<Found[]> {
    const findAll = () => keys.map(find);
    if (keys.length > 1) return this.#inTransaction(this.#readers, 'begin', findAll);
    return this.#readers.run(() => this.#exclusively(findAll));
  }

  #inTransaction<T>(queue: BusyRetryQueue, begin: 'begin' | 'begin immediate', work: () => T): Promise<T> {
    return queue.run(() =>
      this.#exclusively(() => {
        const connection = this.#connection;
        connection.exec(begin);
        try {
          const result = work();
          // Durable when this returns: `synchronous` is full.
          connection.exec('commit');
          return result;
        } catch (error) {
          // SQLite rolls back on some errors. A failed rollback would hide the first error.
          try {
            if (connection.inTransaction) connection.exec('rollback');
          } catch {}
          throw error;
        }
      }),
    );
  }

  /** If Kysely has an open transaction on the connection, waits for it in Kysely's queue. */
  #exclusively<T>(work: () => T): T | Promise<T> {
    return this.#connection.inTransaction ? this.kysely.connection().execute(async () => work()) : work();
  }

  /** Prepared on first use, because preparing needs the tables. */
  get #statements(): SqliteStatements {
    return (this.#prepared ??= prepareStatements(this.#connection, this.kysely));
  }
}
