import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The answers that are under way, by connection. */
export class OpenAnswers {
  readonly #answers = new Map<Duplex, ServerResponse>();
  #closing = false;

  add(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    this.#answers.set(socket, response);
    response.once('close', () => {
      if (this.#answers.get(socket) === response) this.#answers.delete(socket);
    });
    if (this.#closing) announceClose(response);
  }

  of(socket: Duplex): ServerResponse | undefined {
    return this.#answers.get(socket);
  }

  /** From now on every answer is the last of its connection, and says so: Node itself would keep it alive. */
  closeConnections(): void {
    this.#closing = true;
    for (const response of this.#answers.values()) announceClose(response);
  }
}

function announceClose(response: ServerResponse): void {
  if (!response.headersSent) response.setHeader('Connection', 'close');
}
