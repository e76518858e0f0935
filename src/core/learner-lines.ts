import type { UserId } from './model/ids.js';
import { overloaded } from './errors.js';

/** Milliseconds that a change waits for those before it. */
const MAX_WAIT = 5_000;

/**
 * Changes of one learner, one after the other: they would wait for each other in the database all the same, each on
 * a connection of its own, until there is none left for anybody else. Where the first waits in vain, for a lock or
 * for the database itself, those behind it are told the same at once.
 */
export class LearnerLines {
  readonly #isInVain: (error: unknown) => boolean;
  /** Changes that wait, by their learner; a single change has an empty line. */
  readonly #lines = new Map<UserId, PromiseWithResolvers<void>[]>();

  constructor(isInVain: (error: unknown) => boolean) {
    this.#isInVain = isInVain;
  }

  async run<T>(userId: UserId, change: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(userId) ?? [];
    if (this.#lines.has(userId)) await turn(line);
    else this.#lines.set(userId, line);
    try {
      return await change();
    } catch (error) {
      if (this.#isInVain(error)) for (const { reject } of line.splice(0)) reject(error);
      throw error;
    } finally {
      const next = line.shift();
      if (next) next.resolve();
      else this.#lines.delete(userId);
    }
  }
}

/** Resolves when the changes before it have ended. */
async function turn(line: PromiseWithResolvers<void>[]): Promise<void> {
  const waiting = Promise.withResolvers<void>();
  line.push(waiting);
  const late = setTimeout(() => {
    line.splice(line.indexOf(waiting), 1);
    waiting.reject(overloaded());
  }, MAX_WAIT).unref();
  await waiting.promise.finally(() => clearTimeout(late));
}
