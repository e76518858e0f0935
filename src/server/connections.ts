/*
 * Open connections, and the responses that are still due on them.
 *
 * `serve` shuts down without losing a request that was sent:
 * 1. From `closeConnections()` on, every response says `Connection: close`. Node alone would keep connections alive.
 * 2. `drained()` waits until the clients have closed all connections. A client that keeps a connection under load uses
 *    it once more within that time, and learns that it ends.
 * 3. Then `serve` stops listening. This resets connections that the kernel has established but Node has not accepted,
 *    so `drained()` resolves right after Node has accepted what was waiting.
 *
 * A connection keeps its entry while it is open, and there are no listeners per response: entries and listeners that
 * come and go with each request link the garbage of one request to that of the next, and fill the old generation.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

export interface Connection {
  /** The response to the last request, pending or not. */
  lastResponse?: ServerResponse;
  /** Requests without a response: more than one if the client pipelines. */
  pending: number;
  /** Bytes sent at the last check if more were waiting to be sent. */
  sentBefore?: number | undefined;
}

export class ConnectionTracker {
  readonly #connections = new Map<Socket, Connection>();
  #closing = false;
  #wakeUp = Promise.withResolvers<void>();

  add(socket: Socket): void {
    this.#connections.set(socket, { pending: 0 });
    socket.once('close', () => {
      this.#connections.delete(socket);
      if (this.#connections.size === 0) this.#wakeUp.resolve();
    });
  }

  /** The connection of a request, which counts as pending until `RequestContext.end()`. */
  addRequest({ socket }: IncomingMessage, response: ServerResponse): Connection {
    if (this.#closing) announceClose(response);
    // A request may be parsed after its connection has closed.
    const connection = this.#connections.get(socket) ?? { pending: 0 };
    connection.lastResponse = response;
    connection.pending++;
    return connection;
  }

  /** The response that a connection is waiting for or receiving. */
  pendingResponse(socket: Duplex): ServerResponse | undefined {
    const last = socket instanceof Socket ? this.#connections.get(socket)?.lastResponse : undefined;
    // If a request was answered before its end, the rest of it must not get a second response.
    return last?.closed && last.req.complete ? undefined : last;
  }

  /** Closes connections whose clients have read nothing of their responses since the last call. */
  closeStuck(): void {
    for (const [socket, connection] of this.#connections) {
      const sent = socket.writableLength > 0 ? socket.bytesWritten - socket.writableLength : undefined;
      if (sent !== undefined && sent === connection.sentBefore) socket.destroy();
      connection.sentBefore = sent;
    }
  }

  closeConnections(): void {
    this.#closing = true;
    for (const { lastResponse } of this.#connections.values()) if (lastResponse) announceClose(lastResponse);
  }

  /** Resolves when no connection is left, or after `timeout` milliseconds. */
  async drained(timeout: number): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#wakeUp.resolve();
    }, timeout);
    for (;;) {
      this.#wakeUp = Promise.withResolvers();
      if (this.#connections.size > 0) await this.#wakeUp.promise;
      // Node accepts connections in the poll phase of the event loop, and runs this after it.
      await setImmediate();
      if (this.#connections.size === 0 || isOver) break;
    }
    clearTimeout(timer);
  }
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
