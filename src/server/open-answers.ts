import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** A request and its answer, which is under way. */
export interface OpenAnswer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

interface Connection {
  /** The last request, while its answer is under way. */
  last: OpenAnswer | undefined;
  /** Answers that were not sent yet: more than one where the client does not wait for them. */
  unsent: number;
  sent: number;
  /** How many were sent when it was looked at last and others waited. */
  sentBefore: number;
}

const NONE = -1;

/**
 * The answers that are under way, by connection. A connection keeps its place while it lasts: places that come
 * and go with each request would tie the garbage of one request to that of the next, until the old generation
 * is full of it.
 */
export class OpenAnswers {
  readonly #connections = new Map<Duplex, Connection>();
  #closing = false;
  /** While somebody waits for it. */
  #emptied: PromiseWithResolvers<void> | undefined;

  connected(socket: Duplex): void {
    this.#connections.set(socket, { last: undefined, unsent: 0, sent: 0, sentBefore: NONE });
    socket.once('close', () => {
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#resume();
    });
  }

  /** How many answers the connection has to send now. */
  add(request: IncomingMessage, response: ServerResponse): number {
    const connection = this.#connections.get(request.socket);
    if (!connection) return 0;
    connection.last = { request, response };
    connection.unsent++;
    response.once('close', () => {
      connection.unsent--;
      connection.sent++;
      // What is still to come of a request that is answered must not be answered again.
      if (connection.last?.response === response && request.complete) connection.last = undefined;
    });
    if (this.#closing) announceClose(response);
    return connection.unsent;
  }

  of(socket: Duplex): OpenAnswer | undefined {
    return this.#connections.get(socket)?.last;
  }

  /** Ends the connections that have taken no answer since this was called before, though some wait for them. */
  cutStuck(): void {
    for (const [socket, connection] of this.#connections) {
      if (connection.unsent > 0 && connection.sent === connection.sentBefore) socket.destroy();
      connection.sentBefore = connection.unsent > 0 ? connection.sent : NONE;
    }
  }

  /** From now on every answer is the last of its connection, and says so: Node itself would keep it alive. */
  closeConnections(): void {
    this.#closing = true;
    for (const { last } of this.#connections.values()) if (last) announceClose(last.response);
  }

  /**
   * Resolves when no connection is left, or after `timeout` milliseconds: in either case just after all that wait
   * to be accepted were, since the end of listening resets those that are left.
   */
  async drained(timeout: number): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#resume();
    }, timeout);
    for (;;) {
      if (this.#connections.size > 0 && !isOver) {
        this.#emptied ??= Promise.withResolvers();
        await this.#emptied.promise;
      }
      // Node accepts at the beginning of each round of its loop, and does this at the end.
      await setImmediate();
      if (this.#connections.size === 0 || isOver) break;
    }
    clearTimeout(timer);
  }

  #resume(): void {
    this.#emptied?.resolve();
    this.#emptied = undefined;
  }
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
