import { setTimeout } from 'node:timers/promises';
import { isBusy } from './errors.js';

/** How long a transaction waits for the write lock of another process, in milliseconds. */
export const BUSY_TIMEOUT = 5_000;

/**
 * Waits for SQLite's lock while another process holds it. Only the head of the queue polls for the lock: each
 * attempt blocks the event loop. Work that finds the lock taken has changed nothing.
 */
export class BusyRetryQueue {
  readonly #timeout: number;
  #tail: Promise<void> = Promise.resolve();
  #waiting = 0;
  #busyError: unknown;

  constructor(timeout: number = BUSY_TIMEOUT) {
    this.#timeout = timeout;
  }

  /** @throws the last SQLITE_BUSY error at the timeout */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    const deadline = performance.now() + this.#timeout;
    if (this.#waiting === 0) {
      try {
        return await work();
      } catch (error) {
        this.#noteBusy(error);
      }
    }
    return this.#wait(work, deadline);
  }

  async #wait<T>(work: () => T | Promise<T>, deadline: number): Promise<T> {
    const before = this.#tail;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#tail = promise;
    this.#waiting++;
    try {
      await before;
      for (;;) {
        if (performance.now() > deadline) throw this.#busyError;
        try {
          return await work();
        } catch (error) {
          this.#noteBusy(error);
        }
        await setTimeout(retryDelay());
      }
    } finally {
      this.#waiting--;
      resolve();
    }
  }

  #noteBusy(error: unknown): void {
    if (!isBusy(error)) throw error;
    this.#busyError = error;
  }
}

/** Milliseconds between attempts; random, so that waiting processes retry at different times. */
export function retryDelay(): number {
  return 1 + Math.floor(Math.random() * 2);
}
