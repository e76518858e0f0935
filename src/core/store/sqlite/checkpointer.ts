import type { Worker } from 'node:worker_threads';
import type BetterSqlite from 'better-sqlite3';
import { startThread, type ThreadData } from './thread.js';

/*
 * A checkpoint moves SQLite's write-ahead log (WAL) into the database. By default SQLite runs it inside a
 * commit, which delays every request. Here a worker thread runs a checkpoint after every N sessions. A
 * passive checkpoint does not block writers, but while writes continue, the log keeps growing. So every
 * fourth checkpoint is a restart: batches wait for it (see `restarting`), and the next write starts the log
 * from its beginning.
 *
 * The thread starts after the first N sessions, so a command that records one session never starts it.
 * SQLite's automatic checkpoint stays enabled for all other writes; its limit is higher while the thread
 * runs.
 */

/** Sessions between checkpoints, about 26 MB of log if they belong to different learners. */
const SESSIONS = 4_000;
const CHECKPOINTS_PER_RESTART = 4;
/** Pages of 2 KiB in the log that start an automatic checkpoint: 16 MB without the thread. */
const AUTOMATIC_ALONE = 8_000;
/** The same limit while the thread runs: 256 MB. */
const AUTOMATIC_BESIDE_THREAD = 128_000;

/** The thread needs hardly any memory. */
const HEAP = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };

/** Runs checkpoints on a worker thread. */
export class Checkpointer {
  readonly #data: ThreadData;
  readonly #connection: Pick<BetterSqlite.Database, 'pragma'>;
  #thread: Worker | undefined;
  #sessions = 0;
  #checkpoints = 0;
  #isRunning = false;
  #hasWarned = false;
  #restarted: PromiseWithResolvers<void> | undefined;

  constructor(path: string, addon: string | undefined, connection: Pick<BetterSqlite.Database, 'pragma'>) {
    this.#data = { path, addon };
    this.#connection = connection;
    this.#setAutomatic(AUTOMATIC_ALONE);
  }

  /** Resolves when a restart has ended; `undefined` if none is in progress. */
  get restarting(): Promise<void> | undefined {
    return this.#restarted?.promise;
  }

  /** Must be called after each commit. */
  committed(sessions: number): void {
    this.#sessions += sessions;
    if (this.#isRunning || this.#sessions < SESSIONS) return;
    this.#sessions = 0;
    this.#isRunning = true;
    this.#checkpoints++;
    const mode = this.#checkpoints % CHECKPOINTS_PER_RESTART === 0 ? 'restart' : 'passive';
    if (mode === 'restart') this.#restarted = Promise.withResolvers<void>();
    try {
      this.#thread ??= this.#start();
      this.#thread.postMessage(mode);
      // Batches wait for the restart, so the process must not exit before it ends.
      if (mode === 'restart') this.#thread.ref();
    } catch (error) {
      // The sessions are committed, so this must not throw.
      this.#continueWithoutThread(error);
    }
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    // A message that arrives later must not ref or unref the thread.
    this.#thread = undefined;
    await thread?.terminate();
  }

  #start(): Worker {
    const thread = startThread('checkpoint-thread', this.#data, { resourceLimits: HEAP });
    thread.once('online', () => this.#setAutomatic(AUTOMATIC_BESIDE_THREAD));
    thread.on('message', () => this.#ended());
    thread.on('error', (error) => this.#continueWithoutThread(error));
    return thread;
  }

  /** SQLite's automatic checkpoint takes over until the next sessions start a new thread. */
  #continueWithoutThread(error: unknown): void {
    this.#setAutomatic(AUTOMATIC_ALONE);
    this.#thread = undefined;
    this.#ended();
    if (!this.#hasWarned)
      process.emitWarning(
        `The checkpoint thread failed; SQLite runs checkpoints without it. ${String(error)}`,
      );
    this.#hasWarned = true;
  }

  #ended(): void {
    this.#isRunning = false;
    this.#thread?.unref();
    this.#restarted?.resolve();
    this.#restarted = undefined;
  }

  #setAutomatic(pages: number): void {
    this.#connection.pragma(`wal_autocheckpoint = ${pages}`);
  }
}
