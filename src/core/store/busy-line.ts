import { setTimeout } from 'node:timers/promises';

interface BusyLineOptions {
  readonly isBusy: (error: unknown) => boolean;
  /** Milliseconds after which who waits gives up. */
  readonly timeout: number;
}

/**
 * Where another process holds SQLite's lock, whoever wants it waits in line, and only the first tries again and
 * again: each try stops the whole process for a moment. What finds the lock taken has done nothing yet.
 */
export class BusyLine {
  readonly #options: BusyLineOptions;
  #end: Promise<void> = Promise.resolve();
  #waiting = 0;
  #busy: unknown;

  constructor(options: BusyLineOptions) {
    this.#options = options;
  }

  /** @throws the error that told of the lock, if it is not to be had in time */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const deadline = Date.now() + this.#options.timeout;
    if (this.#waiting === 0) {
      try {
        return await work();
      } catch (error) {
        this.#noteBusy(error);
      }
    }
    return this.#wait(work, deadline);
  }

  async #wait<T>(work: () => Promise<T>, deadline: number): Promise<T> {
    const before = this.#end;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#end = promise;
    this.#waiting++;
    try {
      await before;
      for (;;) {
        if (Date.now() > deadline) throw this.#busy;
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
    if (!this.#options.isBusy(error)) throw error;
    this.#busy = error;
  }
}

/** Milliseconds: shorter than the pauses of an import; at random, so that processes that wait do not meet again. */
export function retryDelay(): number {
  return 1 + Math.floor(Math.random() * 2);
}
