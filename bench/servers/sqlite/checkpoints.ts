import { Worker } from 'node:worker_threads';

/** About 40 MB of log. */
const SESSIONS_PER_CHECKPOINT = 2_000;
const CHECKPOINTS_PER_RESTART = 4;

/**
 * Moves the log into the database on a thread of its own, beside the writer. As long as that goes on writing,
 * the log is never moved as a whole and cannot begin anew: now and then the writer has to wait for it.
 */
export class Checkpoints {
  readonly #thread: Worker;
  #sessions = 0;
  #passes = 0;
  #busy = false;
  #restarted: (() => void) | undefined;

  constructor(path: string) {
    this.#thread = new Worker(new URL('checkpoint-thread.js', import.meta.url), { workerData: path });
    this.#thread.on('message', () => this.#done());
  }

  /** After a commit. Calls back when the next one may begin: almost always at once. */
  written(sessions: number, proceed: () => void): void {
    this.#sessions += sessions;
    if (this.#busy || this.#sessions < SESSIONS_PER_CHECKPOINT) {
      proceed();
      return;
    }
    this.#busy = true;
    this.#sessions = 0;
    this.#passes += 1;
    const restart = this.#passes % CHECKPOINTS_PER_RESTART === 0;
    this.#thread.postMessage(restart ? 'restart' : 'passive', []);
    if (restart) this.#restarted = proceed;
    else proceed();
  }

  #done(): void {
    this.#busy = false;
    this.#restarted?.();
    this.#restarted = undefined;
  }
}
