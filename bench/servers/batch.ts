/**
 * Gathers what arrives until the event loop has read everything that was waiting, then handles it at once:
 * nothing waits for a timer. While `limit` batches are being handled, what arrives waits for the end of one.
 */
export class Batches<Item> {
  readonly #limit: number;
  readonly #handle: (items: Item[], done: () => void) => void | Promise<void>;
  #items: Item[] = [];
  #scheduled = false;
  #running = 0;

  constructor(limit: number, handle: (items: Item[], done: () => void) => void | Promise<void>) {
    this.#limit = limit;
    this.#handle = handle;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#scheduled || this.#running === this.#limit) return;
    this.#scheduled = true;
    setImmediate(this.#next);
  }

  readonly #next = () => {
    this.#scheduled = false;
    if (this.#items.length === 0 || this.#running === this.#limit) return;
    const items = this.#items;
    this.#items = [];
    this.#running += 1;
    void this.#handle(items, this.#done);
  };

  /** To be called before the answers are written, so that the database works meanwhile. */
  readonly #done = () => {
    this.#running -= 1;
    this.#next();
  };
}
