import { StatsError } from '../core/errors.js';

/** Limits the total memory of large bodies in flight, which many slow clients could exhaust. */
export class MemoryBudget {
  /** Bytes. */
  #available = 64 * 1024 * 1024;

  /** @throws {StatsError} `overloaded` */
  reserve(bytes: number): void {
    if (bytes > this.#available) {
      throw new StatsError(
        'overloaded',
        'Too many large requests or responses are in flight. Read the responses, or try again later.',
      );
    }
    this.#available -= bytes;
  }

  release(bytes: number): void {
    this.#available += bytes;
  }
}
