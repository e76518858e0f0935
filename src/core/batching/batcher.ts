import { overloaded } from '../errors.js';
import type { BatchPolicy } from '../store/store.js';

/*
 * Coalesces concurrent calls into batches. A batch starts at the end of the current turn of the event loop,
 * or as soon as fewer than `maxInFlight` batches are in flight, and takes all queued calls up to `maxCost`.
 * No timer starts a batch, so a lone call is not delayed. Under load, batches grow with the duration of the
 * batches before them.
 */

interface BatcherOptions<Item> {
  /** The cost of an item, which limits the size of a batch. Default: 1. */
  readonly costOf?: (item: Item) => number;
  /** Receives the size of every batch. */
  readonly onBatch?: (size: number) => void;
}

interface Call<Item, Result> {
  readonly item: Item;
  readonly since: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Maximum milliseconds in the queue; by then the caller has given up. */
const MAX_WAIT = 5_000;
/** Milliseconds between checks of the queue for calls that have waited too long. */
const CHECK_INTERVAL = 500;

/** Removes items from the head of a queue up to the maximum cost of a batch, but at least one. */
export function takeBatch<Item>(
  queue: Item[],
  costOf: (item: Item) => number,
  { maxCost }: BatchPolicy,
): Item[] {
  let cost = 0;
  const end = queue.findIndex((item, index) => {
    cost += costOf(item);
    return index > 0 && cost > maxCost;
  });
  return queue.splice(0, end === -1 ? queue.length : end);
}

export class Batcher<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #policy: BatchPolicy;
  readonly #costOf: (item: Item) => number;
  readonly #onBatch: (size: number) => void;
  readonly #queue: Call<Item, Result>[] = [];
  #inFlight = 0;
  #isScheduled = false;
  #isChecking = false;

  /**
   * @param run returns a result for each item, in their order; if it rejects, all calls of the batch reject
   */
  constructor(
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    policy: BatchPolicy,
    { costOf = () => 1, onBatch = () => undefined }: BatcherOptions<Item> = {},
  ) {
    this.#run = run;
    this.#policy = policy;
    this.#costOf = costOf;
    this.#onBatch = onBatch;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** @throws {StatsError} `overloaded` if the call waits too long */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, since: performance.now(), resolve, reject });
      if (this.#canStart()) this.#schedule();
      else if (!this.#isChecking) this.#checkLater();
    });
  }

  /** Starts after all pending input events, so that the requests among them join the first batch. */
  #schedule(): void {
    if (this.#isScheduled || !this.#canStart()) return;
    this.#isScheduled = true;
    setImmediate(this.#start);
  }

  readonly #start = () => {
    this.#isScheduled = false;
    while (this.#canStart()) {
      this.#inFlight++;
      void this.#runBatch(this.#takeBatch());
    }
  };

  #canStart(): boolean {
    return this.#queue.length > 0 && this.#inFlight < this.#policy.maxInFlight;
  }

  readonly #rejectExpired = () => {
    const since = performance.now() - MAX_WAIT;
    while (this.#queue[0] && this.#queue[0].since < since) this.#queue.shift()?.reject(overloaded());
    this.#isChecking = false;
    if (this.#queue.length > 0) this.#checkLater();
  };

  #checkLater(): void {
    this.#isChecking = true;
    setTimeout(this.#rejectExpired, CHECK_INTERVAL).unref();
  }

  #takeBatch(): Call<Item, Result>[] {
    return takeBatch(this.#queue, ({ item }) => this.#costOf(item), this.#policy);
  }

  async #runBatch(batch: readonly Call<Item, Result>[]): Promise<void> {
    this.#onBatch(batch.length);
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      let index = 0;
      for (const { resolve, reject } of batch) {
        const result = results[index++];
        if (result === undefined) reject(new Error('A batch returned no result for one of its items.'));
        else resolve(result);
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
    this.#inFlight--;
    // If batches block the event loop, the results of this one are delivered before the next starts.
    if (this.#policy.blocking) this.#schedule();
    else this.#start();
  }
}
