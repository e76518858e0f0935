/**
 * Equal calls share one result while it is being computed, so that a client that repeats an expensive read, for example by
 * reloading a page, does not repeat its work.
 */
export class SharedCalls<Result> {
  readonly #inFlight = new Map<string, Promise<Result>>();

  /** @param call its JSON identifies it */
  share(call: object, run: () => Promise<Result>): Promise<Result> {
    const key = JSON.stringify(call);
    const shared = this.#inFlight.get(key);
    if (shared) return shared;
    const result = run().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, result);
    return result;
  }
}
