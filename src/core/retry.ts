import { setTimeout } from 'node:timers/promises';

/** Attempts in all, the first included. */
export const MAX_ATTEMPTS = 5;
/** Maximum milliseconds before the second attempt, longer than most transactions. */
const FIRST_PAUSE = 20;

/** Repeats work that failed with a retryable error. */
export async function retried<T>(
  work: () => Promise<T>,
  isRetryable: (error: unknown) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await setTimeout(backoff(attempt, FIRST_PAUSE));
    }
  }
}

/**
 * Returns the milliseconds to wait after an attempt, with full jitter, so that callers that failed together do
 * not collide again.
 *
 * @param firstPause maximum milliseconds before the second attempt; doubles with each further attempt
 */
export function backoff(attempt: number, firstPause: number): number {
  return Math.random() * firstPause * 2 ** (attempt - 1);
}
