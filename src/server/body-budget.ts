import { StatsError } from '../core/index.js';

/** Bytes of all large bodies that are arriving: a thousand clients with one each must not fill the memory. */
const MAX_BODIES = 64 * 1024 * 1024;

/** What the large bodies that are arriving may take up together. */
export class BodyBudget {
  #left = MAX_BODIES;

  /**
   * A larger buffer with the same bytes, counted until it is given back.
   *
   * @throws {StatsError} `overloaded`
   */
  grow(bytes: Buffer, needed: number): Buffer {
    const capacity = Math.max(needed, 2 * bytes.length);
    if (capacity > this.#left) {
      throw new StatsError('overloaded', 'Too many large bodies are arriving at once. Try again later.');
    }
    this.#left -= capacity;
    const larger = Buffer.allocUnsafe(capacity);
    bytes.copy(larger);
    return larger;
  }

  /** @param taken bytes of all the buffers that were grown for a body */
  giveBack(taken: number): void {
    this.#left += taken;
  }
}
