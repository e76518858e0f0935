import { setTimeout } from 'node:timers/promises';

const MAX_ATTEMPTS = 5;
/** Milliseconds that are waited at most before the second attempt; twice as long before each one after it. */
const FIRST_PAUSE = 20;

/** Tries again a few times where the error says so, after pauses at random: those who met must not meet again. */
export async function retried<T>(
  work: () => Promise<T>,
  isToRepeat: (error: unknown) => boolean,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isToRepeat(error)) throw error;
      await setTimeout(Math.random() * FIRST_PAUSE * 2 ** (attempt - 1));
    }
  }
}
