import { overloaded } from './errors.js';

/** The calls that were begun and have not ended: bounded in number, and waited for at the end. */
export class CallsUnderWay {
  readonly #max: number;
  readonly #rename: (error: unknown) => unknown;
  #count = 0;
  #ended: PromiseWithResolvers<void> | undefined;

  /**
   * @param max calls under way at a time
   * @param rename the error that is reported instead of one that a call has failed with
   */
  constructor(max: number, rename: (error: unknown) => unknown) {
    this.#max = max;
    this.#rename = rename;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws {StatsError} `overloaded` at once where there are too many */
  run<T>(work: () => Promise<T>, max = this.#max): Promise<T> {
    if (this.#ended) return Promise.reject(new Error('These stats are closed.'));
    if (this.#count >= max) return Promise.reject(overloaded());
    this.#count++;
    // Not an async function: every call passes here, and it would cost two promises more.
    return work().then(this.#succeeded, this.#failed);
  }

  /** Takes no more, and resolves when all have ended. */
  async end(): Promise<void> {
    this.#ended ??= Promise.withResolvers();
    this.#noteEnd();
    await this.#ended.promise;
  }

  readonly #succeeded = <T>(result: T): T => {
    this.#count--;
    this.#noteEnd();
    return result;
  };

  readonly #failed = (error: unknown): never => {
    this.#count--;
    this.#noteEnd();
    throw this.#rename(error);
  };

  #noteEnd(): void {
    if (this.#count === 0) this.#ended?.resolve();
  }
}
