import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

/** A request and its answer, which is under way. */
export interface OpenAnswer {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** A connection that has a place among {@link OpenAnswers}. */
export interface Connection {
  /** The last request, which is under way as long as its answer is. */
  last: OpenAnswer | undefined;
  /** Requests that have no answer yet: more than one where the client does not wait for them. */
  unanswered: number;
  /** Bytes of answers that were sent when others were not, at the last look. */
  sentBefore: number;
}

const NONE = -1;

/**
 * The answers that are under way, by connection. A connection keeps its place while it lasts, and no answer is
 * listened to: places and listeners that come and go with each request would tie the garbage of one request to
 * that of the next, until the old generation is full of it.
 */
export class OpenAnswers {
  readonly #connections = new Map<Socket, Connection>();
  #closing = false;
  /** While somebody waits for it. */
  #emptied: PromiseWithResolvers<void> | undefined;

  connected(socket: Socket): void {
    this.#connections.set(socket, { last: undefined, unanswered: 0, sentBefore: NONE });
    socket.once('close', () => {
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#resume();
    });
  }

  add(request: IncomingMessage, response: ServerResponse): Connection | undefined {
    if (this.#closing) announceClose(response);
    const connection = this.#connections.get(request.socket);
    if (!connection) return undefined;
    connection.last = { request, response };
    connection.unanswered++;
    return connection;
  }

  of(socket: Duplex): OpenAnswer | undefined {
    const last = socket instanceof Socket ? this.#connections.get(socket)?.last : undefined;
    // What is still to come of a request that is answered must not be answered again.
    return last?.response.closed && last.request.complete ? undefined : last;
  }

  /** Ends the connections that have taken nothing of their answers since this was called before. */
  cutStuck(): void {
    for (const [socket, connection] of this.#connections) {
      const sent = socket.writableLength > 0 ? socket.bytesWritten - socket.writableLength : NONE;
      if (sent !== NONE && sent === connection.sentBefore) socket.destroy();
      connection.sentBefore = sent;
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
