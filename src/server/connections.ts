/*
 * Tracks open connections and their pending responses, so that a graceful shutdown loses no request:
 * 1. After `closeConnections()`, every response has `Connection: close`, which Node alone does not send.
 * 2. `drained()` waits until the clients have closed their connections. A client under load sends one more
 *    request on its connection in that time, and the response closes it.
 * 3. `serve` stops listening. The kernel then resets the connections that Node has not accepted yet, so
 *    `drained()` resolves right after Node has accepted connections.
 *
 * Node accepts connections in the poll phase of the event loop, before it runs setImmediate() callbacks.
 *
 * Each connection has one entry for its lifetime, and responses have no listeners. Objects that come and go
 * with each request would link the garbage of successive requests and fill the old generation.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

export interface Connection {
  /** The response to the last request, pending or not. */
  lastResponse?: ServerResponse;
  /** Requests without a response. A client that pipelines has more than one. */
  pending: number;
  /** Total bytes sent up to the last check; `undefined` if no bytes were waiting then. */
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

  /** Counts a request as pending until `RequestContext.end()`, and returns its connection. */
  addRequest({ socket }: IncomingMessage, response: ServerResponse): Connection {
    if (this.#closing) announceClose(response);
    // Node can parse a request after its connection has closed.
    const connection = this.#connections.get(socket) ?? { pending: 0 };
    connection.lastResponse = response;
    connection.pending++;
    return connection;
  }

  /** Returns the response that a connection is waiting for or receiving. */
  pendingResponse(socket: Duplex): ServerResponse | undefined {
    const last = socket instanceof Socket ? this.#connections.get(socket)?.lastResponse : undefined;
    // A request that got an early response must not get a second one for the rest of its bytes.
    return last?.closed && last.req.complete ? undefined : last;
  }

  /** Closes each connection whose client has read nothing of its response since the last call. */
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
    let hasTimedOut = false;
    const timer = setTimeout(() => {
      hasTimedOut = true;
      this.#wakeUp.resolve();
    }, timeout);
    for (;;) {
      this.#wakeUp = Promise.withResolvers();
      if (this.#connections.size > 0) await this.#wakeUp.promise;
      await setImmediate();
      if (this.#connections.size === 0 || hasTimedOut) break;
    }
    clearTimeout(timer);
  }
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
