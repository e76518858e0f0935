/** Tells of what ends in any order in the order in which it began. */
export class InOrder {
  readonly #places: (Place | undefined)[] = [];
  #first = 0;

  /** To be called when it has ended, with what is to be told of it. */
  begin(): (tell?: () => void) => void {
    const place: Place = { tell: undefined, hasEnded: false };
    this.#places.push(place);
    return (tell) => {
      place.tell = tell;
      place.hasEnded = true;
      this.#tellFirst();
    };
  }

  /** How many have ended and wait to be told, or have not ended. */
  get size(): number {
    return this.#places.length - this.#first;
  }

  #tellFirst(): void {
    for (let place = this.#places[this.#first]; place?.hasEnded; place = this.#places[this.#first]) {
      place.tell?.();
      this.#places[this.#first++] = undefined;
    }
    if (this.#first < MANY) return;
    this.#places.splice(0, this.#first);
    this.#first = 0;
  }
}

interface Place {
  tell: (() => void) | undefined;
  hasEnded: boolean;
}

/** Places that are given up at once: one by one would move all the others each time. */
const MANY = 10_000;
