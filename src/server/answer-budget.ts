import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { StatsError } from '../core/index.js';

/** Bytes of an answer up to which it does not count. */
const SMALL_ANSWER = 64 * 1024;
/** Bytes of all large answers that their clients have not taken: who asks and never reads must not fill the memory. */
const MAX_ANSWERS = 64 * 1024 * 1024;

/** Of one connection: the large answers that are not sent yet, and their bytes. */
type Unsent = Map<ServerResponse, number>;

/** What the large answers that are being sent may take up together. */
export class AnswerBudget {
  readonly #unsent = new WeakMap<Socket, Unsent>();
  #left = MAX_ANSWERS;

  /**
   * Counts an answer until it is sent or its connection has ended. Only for requests that change nothing: the others
   * must not be told that they failed.
   *
   * @param size in bytes
   * @throws {StatsError} `overloaded`
   */
  take({ socket }: IncomingMessage, response: ServerResponse, size: number): void {
    if (size <= SMALL_ANSWER || socket.destroyed || response.closed) return;
    if (size > this.#left) {
      throw new StatsError(
        'overloaded',
        'Too many large answers wait to be read. Read those first, or try again.',
      );
    }
    this.#left -= size;
    const unsent = this.#unsent.get(socket) ?? this.#watch(socket);
    unsent.set(response, size);
    response.once('close', () => this.#giveBack(unsent, response));
  }

  /** A response whose turn on its connection has not come is not told of the end of that. */
  #watch(socket: Socket): Unsent {
    const unsent: Unsent = new Map();
    this.#unsent.set(socket, unsent);
    socket.once('close', () => {
      for (const response of unsent.keys()) this.#giveBack(unsent, response);
    });
    return unsent;
  }

  #giveBack(unsent: Unsent, response: ServerResponse): void {
    this.#left += unsent.get(response) ?? 0;
    unsent.delete(response);
  }
}
