import { StatsError } from '../core/errors.js';

/** Limits the memory of large bodies, so that many slow clients cannot exhaust it. */
export class MemoryBudget {
  /** Bytes. */
  #left = 64 * 1024 * 1024;

  /** @throws {StatsError} `overloaded` */
  reserve(bytes: number): void {
    if (bytes > this.#left) {
      throw new StatsError(
        'overloaded',
        'Too many large requests or responses are in flight. Read the responses, or try again later.',
      );
    }
    this.#left -= bytes;
  }

  release(bytes: number): void {
    this.#left += bytes;
  }
}
