/** How work is gathered. */
export interface BatcherOptions {
  /** Items of a batch at most. */
  readonly maxSize: number;
  /** Batches under way at a time. */
  readonly maxInFlight: number;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Does together what is asked for at the same time. A batch is whatever waits when its turn comes: what has
 * arrived in this round of the event loop, or while the batches before it were under way. There is no timer,
 * so that who comes alone does not wait for others.
 */
export class Batcher<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #options: BatcherOptions;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #inFlight = 0;
  #scheduled = false;

  /** @param run gives a result for each item, in their order; where it rejects, so do all of the batch */
  constructor(run: (items: readonly Item[]) => Promise<readonly Result[]>, options: BatcherOptions) {
    this.#run = run;
    this.#options = options;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** After the requests that are there to be read, so that they come with the first of them. */
  #schedule(): void {
    if (this.#scheduled || this.#inFlight >= this.#options.maxInFlight || this.#waiting.length === 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      const batch = this.#waiting.splice(0, this.#options.maxSize);
      void this.#runBatch(batch);
      this.#schedule();
    });
  }

  async #runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#inFlight++;
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('A batch came back without one of its results.'));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.#inFlight--;
      this.#schedule();
    }
  }
}
