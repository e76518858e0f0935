/** Remembers values by key. When it is full, it is emptied, so that its memory is bounded. */
export class BoundedCache<Key, Value> {
  readonly #max: number;
  readonly #values = new Map<Key, Value>();

  constructor(max: number) {
    this.#max = max;
  }

  getOrAdd(key: Key, create: () => Value): Value {
    const known = this.#values.get(key);
    if (known !== undefined) return known;
    const value = create();
    if (this.#values.size === this.#max) this.#values.clear();
    this.#values.set(key, value);
    return value;
  }
}
