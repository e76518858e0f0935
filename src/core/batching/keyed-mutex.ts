import { overloaded } from '../errors.js';

/** Maximum milliseconds in a queue. */
const MAX_WAIT = 5_000;

/** Serializes work per key, such as the learner, so that blocked writes queue here and do not hold connections. */
export class KeyedMutex<Key> {
  readonly #isQueueWide: (error: unknown) => boolean;
  readonly #queues = new Map<Key, PromiseWithResolvers<void>[]>();

  /** @param isQueueWide true for an error that all queued work of the key would meet; all of it fails at once */
  constructor(isQueueWide: (error: unknown) => boolean) {
    this.#isQueueWide = isQueueWide;
  }

  /** @throws {StatsError} `overloaded` if the work waits too long */
  async run<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(key) ?? [];
    if (this.#queues.has(key)) await waitForTurn(queue);
    else this.#queues.set(key, queue);
    try {
      return await work();
    } catch (error) {
      if (this.#isQueueWide(error)) for (const { reject } of queue.splice(0)) reject(error);
      throw error;
    } finally {
      const next = queue.shift();
      if (next) next.resolve();
      else this.#queues.delete(key);
    }
  }
}

/** Resolves when all earlier work has ended. Rejects after `MAX_WAIT`, or with an error of the whole queue. */
export async function waitForTurn(queue: PromiseWithResolvers<void>[]): Promise<void> {
  const waiting = Promise.withResolvers<void>();
  queue.push(waiting);
  const deadline = setTimeout(() => {
    queue.splice(queue.indexOf(waiting), 1);
    waiting.reject(overloaded());
  }, MAX_WAIT).unref();
  await waiting.promise.finally(() => clearTimeout(deadline));
}
