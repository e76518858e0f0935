import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';

/** Sessions after which the log is moved: about 30 MB of it where they lie far apart. */
const SESSIONS = 2_000;
/** While sessions go on being recorded, the log is never moved as a whole: now and then they must wait for that. */
const MOVES_PER_RESTART = 4;
/** Pages of 4 KiB in the log after which SQLite moves it by itself, in the middle of a commit. */
const PAGES_ALONE = 4_000;
/** The same beside the thread: for what does not come with sessions that are recorded. */
const PAGES_BESIDE_THREAD = 64_000;

/** The thread does nothing that needs more. */
const HEAP = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16 };

/** What the thread is given. */
export interface CheckpointThreadData {
  readonly path: string;
  /** The file of SQLite's addon, in a single executable. */
  readonly addon: string | undefined;
}

interface CheckpointsOptions extends CheckpointThreadData {
  /** Sets after how many pages of the log SQLite moves it by itself. */
  readonly setLimit: (pages: number) => void;
}

/**
 * Moves SQLite's log into the database on a thread of its own: in the middle of a commit it would hold up every
 * request. The thread starts with the first real load; a command that records one session never has it.
 */
export class Checkpoints {
  readonly #options: CheckpointsOptions;
  #thread: Worker | undefined;
  #sessions = 0;
  #moves = 0;
  #moving = false;
  #hasWarned = false;
  #restarted: PromiseWithResolvers<void> | undefined;

  constructor(options: CheckpointsOptions) {
    this.#options = options;
    options.setLimit(PAGES_ALONE);
  }

  /** Resolves when the log begins anew; `undefined` where nothing is to be waited for, as almost always. */
  get restart(): Promise<void> | undefined {
    return this.#restarted?.promise;
  }

  /** To be told after each commit. */
  committed(sessions: number): void {
    this.#sessions += sessions;
    if (this.#moving || this.#sessions < SESSIONS) return;
    this.#sessions = 0;
    this.#moving = true;
    this.#moves++;
    const mode = this.#moves % MOVES_PER_RESTART === 0 ? 'restart' : 'passive';
    if (mode === 'restart') this.#restarted = Promise.withResolvers<void>();
    try {
      this.#thread ??= this.#start();
      this.#thread.postMessage(mode);
      // Who waits for it must not end before.
      if (mode === 'restart') this.#thread.ref();
    } catch (error) {
      // What is committed must not fail afterwards.
      this.#goOnWithout(error);
    }
  }

  async close(): Promise<void> {
    const thread = this.#thread;
    // What it still has to say must not change what Node waits for.
    this.#thread = undefined;
    await thread?.terminate();
  }

  #start(): Worker {
    const { path, addon } = this.#options;
    const workerData: CheckpointThreadData = { path, addon };
    const options = { workerData, resourceLimits: HEAP };
    // A thread sees no files inside a single executable: it is given its program as text.
    const thread =
      addon === undefined
        ? new Worker(new URL(`./checkpoint-thread${extname(import.meta.url)}`, import.meta.url), options)
        : new Worker(
            readFileSync(fileURLToPath(new URL('./checkpoint-thread.cjs', import.meta.url)), 'utf8'),
            {
              ...options,
              eval: true,
            },
          );
    thread.once('online', () => this.#options.setLimit(PAGES_BESIDE_THREAD));
    thread.on('message', () => {
      this.#moving = false;
      this.#resume();
    });
    thread.on('error', (error) => this.#goOnWithout(error));
    thread.unref();
    return thread;
  }

  /** Then SQLite moves the log by itself until the next sessions start another. */
  #goOnWithout(error: unknown): void {
    this.#options.setLimit(PAGES_ALONE);
    this.#thread = undefined;
    this.#moving = false;
    this.#resume();
    if (!this.#hasWarned) process.emitWarning(`SQLite moves its log without a thread: ${String(error)}`);
    this.#hasWarned = true;
  }

  #resume(): void {
    this.#thread?.unref();
    this.#restarted?.resolve();
    this.#restarted = undefined;
  }
}
