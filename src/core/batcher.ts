import { overloaded } from './errors.js';

/** How work is gathered. */
export interface Gathering {
  /** Items of a batch at most; see {@link BatcherOptions.weigh}. */
  readonly maxSize: number;
  /** Batches under way at a time. */
  readonly maxInFlight: number;
  /** Whether a batch holds up the event loop: then the answers to the last one go out before the next. */
  readonly blocking: boolean;
}

interface BatcherOptions<Item> {
  /** As how many items one counts: much work must not come together in one batch. Default: 1 each. */
  readonly weigh?: (item: Item) => number;
  /** Told of the size of every batch. */
  readonly onBatch?: (size: number) => void;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly since: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** Milliseconds that anything waits for its turn: a database that has become slow must not be asked for the past. */
const MAX_WAIT = 5_000;
/** Milliseconds between two looks at who has waited too long, while anybody waits. */
const LATE_INTERVAL = 500;

/**
 * Does together what is asked for at the same time. A batch is whatever waits when its turn comes: what has
 * arrived in this round of the event loop, or while the batches before it were under way. No timer starts one,
 * so that who comes alone does not wait for others.
 */
export class Batcher<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #gathering: Gathering;
  readonly #weigh: (item: Item) => number;
  readonly #onBatch: (size: number) => void;
  readonly #waiting: Waiting<Item, Result>[] = [];
  #inFlight = 0;
  #scheduled = false;
  #isLooking = false;

  /** @param run gives a result for each item, in their order; where it rejects, so do all of the batch */
  constructor(
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    gathering: Gathering,
    { weigh = () => 1, onBatch = () => undefined }: BatcherOptions<Item> = {},
  ) {
    this.#run = run;
    this.#gathering = gathering;
    this.#weigh = weigh;
    this.#onBatch = onBatch;
  }

  /** How many wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** @throws {StatsError} `overloaded` if its turn does not come in time */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, since: performance.now(), resolve, reject });
      if (this.#mayStart()) this.#schedule();
      else if (!this.#isLooking) this.#lookLater();
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
      void this.#runBatch(this.#next());
    }
  };

  #mayStart(): boolean {
    return this.#waiting.length > 0 && this.#inFlight < this.#gathering.maxInFlight;
  }

  readonly #lookForLate = () => {
    const since = performance.now() - MAX_WAIT;
    while (this.#waiting[0] && this.#waiting[0].since < since) this.#waiting.shift()?.reject(overloaded());
    this.#isLooking = false;
    if (this.#waiting.length > 0) this.#lookLater();
  };

  #lookLater(): void {
    this.#isLooking = true;
    setTimeout(this.#lookForLate, LATE_INTERVAL).unref();
  }

  #next(): Waiting<Item, Result>[] {
    let weight = 0;
    const end = this.#waiting.findIndex(({ item }, index) => {
      weight += this.#weigh(item);
      return index > 0 && weight > this.#gathering.maxSize;
    });
    return this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
  }

  async #runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#onBatch(batch.length);
    try {
      const results = await this.#run(batch.map(({ item }) => item));
      let index = 0;
      for (const { resolve, reject } of batch) {
        const result = results[index++];
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
