/** How work is gathered. */
export interface Gathering {
  /** Items of a batch at most. */
  readonly maxSize: number;
  /** Batches under way at a time. */
  readonly maxInFlight: number;
  /** Whether a batch holds up the event loop: then the answers to the last one go out before the next. */
  readonly blocking: boolean;
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
  readonly #gathering: Gathering;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #inFlight = 0;
  #scheduled = false;

  /** @param run gives a result for each item, in their order; where it rejects, so do all of the batch */
  constructor(run: (items: readonly Item[]) => Promise<readonly Result[]>, gathering: Gathering) {
    this.#run = run;
    this.#gathering = gathering;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      this.#schedule();
    });
  }

  /** After the requests that are there to be read, so that they come with the first of them. */
  #schedule(): void {
    if (this.#scheduled || !this.#mayStart()) return;
    this.#scheduled = true;
    setImmediate(this.#start);
  }

  readonly #start = () => {
    this.#scheduled = false;
    while (this.#mayStart()) {
      this.#inFlight++;
      void this.#runBatch(this.#waiting.splice(0, this.#gathering.maxSize));
    }
  };

  #mayStart(): boolean {
    return this.#waiting.length > 0 && this.#inFlight < this.#gathering.maxInFlight;
  }

  async #runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index];
        if (result === undefined) reject(new Error('A batch came back without one of its results.'));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#inFlight--;
    // The database works on the next batch while we answer this one, unless it is we who work.
    if (this.#gathering.blocking) this.#schedule();
    else this.#start();
  }
}
