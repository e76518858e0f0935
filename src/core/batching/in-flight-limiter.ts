import { closed, overloaded } from '../errors.js';

/** Limits the number of calls in flight and drains them on close. */
export class InFlightLimiter {
  readonly #max: number;
  readonly #convertError: (error: unknown) => unknown;
  #count = 0;
  #drained: PromiseWithResolvers<void> | undefined;

  /**
   * @param max maximum number of calls in flight
   * @param convertError converts the error of a failed call
   */
  constructor(max: number, convertError: (error: unknown) => unknown) {
    this.#max = max;
    this.#convertError = convertError;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws {StatsError} `overloaded` at once if there are too many calls in flight */
  run<T>(work: () => Promise<T>, max = this.#max): Promise<T> {
    if (this.#drained) return Promise.reject(closed());
    if (this.#count >= max) return Promise.reject(overloaded());
    // Not an async function, which would create two more promises for every call.
    const call = work();
    this.#count++;
    return call.then(this.#succeeded, this.#failed);
  }

  /** Accepts no more calls and resolves when all have ended. */
  async drain(): Promise<void> {
    this.#drained ??= Promise.withResolvers();
    this.#resolveIfDrained();
    await this.#drained.promise;
  }

  readonly #succeeded = <T>(result: T): T => {
    this.#count--;
    this.#resolveIfDrained();
    return result;
  };

  readonly #failed = (error: unknown): never => {
    this.#count--;
    this.#resolveIfDrained();
    throw this.#convertError(error);
  };

  #resolveIfDrained(): void {
    if (this.#count === 0) this.#drained?.resolve();
  }
}
