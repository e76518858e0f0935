import type { ServerResponse } from 'node:http';
import { StatsError } from '../core/index.js';

/** Bytes of an answer up to which it does not count. */
const SMALL_ANSWER = 64 * 1024;
/** Bytes of all large answers that their clients have not taken: who asks and never reads must not fill the memory. */
const MAX_ANSWERS = 64 * 1024 * 1024;

/** What the large answers that are being sent may take up together. */
export class AnswerBudget {
  #left = MAX_ANSWERS;

  /**
   * Counts an answer until it is sent, or its connection has ended.
   *
   * @param size in bytes
   * @throws {StatsError} `overloaded`
   */
  take(response: ServerResponse, size: number): void {
    if (size <= SMALL_ANSWER) return;
    if (size > this.#left) {
      throw new StatsError(
        'overloaded',
        'Too many large answers wait to be read. Read those first, or try again.',
      );
    }
    this.#left -= size;
    response.once('close', () => {
      this.#left += size;
    });
  }
}
