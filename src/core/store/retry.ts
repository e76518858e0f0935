import { setTimeout } from 'node:timers/promises';

const MAX_ATTEMPTS = 5;
/** Maximum milliseconds before the second attempt; doubles with each further attempt. */
const FIRST_PAUSE = 20;

/** Retries with backoff and full jitter, so that conflicting transactions do not collide again. */
export async function retried<T>(
  work: () => Promise<T>,
  isRetryable: (error: unknown) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isRetryable(error)) throw error;
      await setTimeout(Math.random() * FIRST_PAUSE * 2 ** (attempt - 1));
    }
  }
}
