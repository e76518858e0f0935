import { waitForTurn } from './keyed-mutex.js';

/** Limits how much work runs at once. The rest waits in one queue, in order of arrival. */
export class Semaphore {
  readonly #isQueueWide: (error: unknown) => boolean;
  readonly #queue: PromiseWithResolvers<void>[] = [];
  #free: number;

  /** @param isQueueWide true for an error that all queued work would meet; all of it fails at once */
  constructor(max: number, isQueueWide: (error: unknown) => boolean) {
    this.#free = max;
    this.#isQueueWide = isQueueWide;
  }

  /** @throws {StatsError} `overloaded` if the work waits too long */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--;
    else await waitForTurn(this.#queue);
    try {
      return await work();
    } catch (error) {
      if (this.#isQueueWide(error)) this.rejectWaiting(error);
      throw error;
    } finally {
      const next = this.#queue.shift();
      if (next) next.resolve();
      else this.#free++;
    }
  }

  /** Fails all work that has not begun. */
  rejectWaiting(error: unknown): void {
    for (const { reject } of this.#queue.splice(0)) reject(error);
  }
}
