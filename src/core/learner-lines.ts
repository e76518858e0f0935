import type { UserId } from './model/ids.js';
import { overloaded } from './errors.js';

/** Milliseconds that a change waits for those before it. */
const MAX_WAIT = 5_000;

interface Waiting {
  readonly start: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Changes of one learner, one after the other: they would wait for each other in the database all the same, each on
 * a connection of its own, until there is none left for anybody else. Where the first waits in vain, for a lock or
 * for the database itself, those behind it are told the same at once.
 */
export class LearnerLines {
  readonly #isInVain: (error: unknown) => boolean;
  /** Who waits, by the learner; one who changes alone has an empty line. */
  readonly #lines = new Map<UserId, Waiting[]>();

  constructor(isInVain: (error: unknown) => boolean) {
    this.#isInVain = isInVain;
  }

  run<T>(userId: UserId, change: () => Promise<T>): Promise<T> {
    const line = this.#lines.get(userId);
    if (line) {
      return new Promise((resolve, reject) => {
        const late = setTimeout(() => {
          line.splice(line.indexOf(waiting), 1);
          reject(overloaded());
        }, MAX_WAIT).unref();
        const waiting: Waiting = {
          start: () => {
            clearTimeout(late);
            resolve(this.#first(userId, line, change));
          },
          reject: (error) => {
            clearTimeout(late);
            reject(error);
          },
        };
        line.push(waiting);
      });
    }
    const own: Waiting[] = [];
    this.#lines.set(userId, own);
    return this.#first(userId, own, change);
  }

  async #first<T>(userId: UserId, line: Waiting[], change: () => Promise<T>): Promise<T> {
    try {
      return await change();
    } catch (error) {
      if (this.#isInVain(error)) for (const { reject } of line.splice(0)) reject(error);
      throw error;
    } finally {
      const next = line.shift();
      if (next) next.start();
      else this.#lines.delete(userId);
    }
  }
}
