import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** A request and its answer, which is under way. */
export interface OpenAnswer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * The answers that are under way, by connection. A connection keeps its place while it lasts: places that come
 * and go with each request would tie the garbage of one request to that of the next, until the old generation
 * is full of it.
 */
export class OpenAnswers {
  readonly #answers = new Map<Duplex, OpenAnswer | undefined>();
  #closing = false;
  readonly #drained = Promise.withResolvers<void>();

  connected(socket: Duplex): void {
    this.#answers.set(socket, undefined);
    socket.once('close', () => {
      this.#answers.delete(socket);
      this.#noteDrained();
    });
  }

  add(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    this.#answers.set(socket, { request, response });
    response.once('close', () => {
      // What is still to come of a request that is answered must not be answered again.
      const isLast = this.#answers.get(socket)?.response === response;
      if (isLast && request.complete) this.#answers.set(socket, undefined);
    });
    if (this.#closing) announceClose(response);
  }

  of(socket: Duplex): OpenAnswer | undefined {
    return this.#answers.get(socket);
  }

  /** From now on every answer is the last of its connection, and says so: Node itself would keep it alive. */
  closeConnections(): void {
    this.#closing = true;
    for (const answer of this.#answers.values()) if (answer) announceClose(answer.response);
    this.#noteDrained();
  }

  /** Resolves when no connection is left, or after `timeout` milliseconds. */
  async drained(timeout: number): Promise<void> {
    const timer = setTimeout(() => this.#drained.resolve(), timeout);
    await this.#drained.promise;
    clearTimeout(timer);
  }

  #noteDrained(): void {
    if (this.#closing && this.#answers.size === 0) this.#drained.resolve();
  }
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
