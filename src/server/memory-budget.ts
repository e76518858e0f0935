import { StatsError } from '../core/errors.js';

/** Bytes. */
const MAX_MEMORY = 64 * 1024 * 1024;

/** Limits the memory that large bodies use together, so that many slow clients cannot exhaust it. */
export class MemoryBudget {
  readonly #exhausted: string;
  #left = MAX_MEMORY;

  /** @param exhausted the error message */
  constructor(exhausted: string) {
    this.#exhausted = exhausted;
  }

  /**
   * @param size in bytes
   * @throws {StatsError} `overloaded`
   */
  reserve(size: number): void {
    if (size > this.#left) throw new StatsError('overloaded', this.#exhausted);
    this.#left -= size;
  }

  release(size: number): void {
    this.#left += size;
  }
}
