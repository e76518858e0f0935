/*
 * Retries requests of which a repetition is safe, with backoff and jitter.
 *
 * undici's RetryAgent sees only the status and the headers of a response, so it cannot distinguish the errors
 * of a server that pass from those that need an operator, and it has no jitter and no limit on the total time.
 */
import { setTimeout } from 'node:timers/promises';
import { StatsError } from '../core/errors.js';
import { backoff, MAX_ATTEMPTS } from '../core/retry.js';

/** Maximum milliseconds before the second attempt; doubles with each further attempt. */
const FIRST_PAUSE = 400;
/** Milliseconds in which the last attempt must begin. A server that asks for a longer pause gets no retry. */
const RETRY_TIMEOUT = 20_000;

interface RetryOptions {
  readonly isRepeatable: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * @throws the error of the last attempt
 * @throws the reason of the signal
 */
export async function withRetries<T>(
  send: () => Promise<T>,
  { isRepeatable, signal }: RetryOptions,
): Promise<T> {
  const deadline = performance.now() + RETRY_TIMEOUT;
  for (let attempt = 1; ; attempt++) {
    try {
      return await send();
    } catch (error) {
      if (!isRepeatable || !(error instanceof StatsError) || error.kind !== 'unavailable') throw error;
      const pause = (error.retryAfter ?? 0) + backoff(attempt, FIRST_PAUSE);
      if (attempt === MAX_ATTEMPTS || performance.now() + pause > deadline) throw withCount(error, attempt);
      await setTimeout(pause, undefined, { signal }).catch(() => signal?.throwIfAborted());
    }
  }
}

function withCount(error: StatsError, attempts: number): StatsError {
  if (attempts === 1) return error;
  return new StatsError(error.code, `${error.message} All ${attempts} attempts failed.`, error);
}

/**
 * Returns the milliseconds of a `Retry-After` header: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * Returns `undefined` for any other text.
 */
export function parseRetryAfter(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
