import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly incoming: Socket;
  readonly outgoing: Socket;
}

/** A TCP proxy that a test can cut, silence and reopen. */
export class Gate implements AsyncDisposable {
  readonly #target: URL;
  readonly #links = new Set<Link>();
  #server: Server | undefined;
  #port = 0;
  #isSilent = false;

  private constructor(target: URL) {
    this.#target = target;
  }

  static async before(target: string): Promise<Gate> {
    const gate = new Gate(new URL(target));
    await gate.open();
    return gate;
  }

  get url(): string {
    const url = new URL(this.#target);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href;
  }

  async open(): Promise<void> {
    const server = createServer({ pauseOnConnect: true }, (incoming) => {
      const outgoing = createConnection({ host: this.#target.hostname, port: Number(this.#target.port) });
      const link = { incoming, outgoing };
      this.#links.add(link);
      for (const [socket, other] of [
        [incoming, outgoing],
        [outgoing, incoming],
      ] as const) {
        socket.on('close', () => {
          other.end();
          if (other.closed) this.#links.delete(link);
        });
        socket.on('error', () => undefined);
      }
      if (!this.#isSilent) forward(link);
    });
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    assert.ok(address !== null && typeof address === 'object');
    this.#port = address.port;
    this.#server = server;
  }

  /** Resets all connections and refuses new ones. */
  async cut(): Promise<void> {
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = once(server, 'close');
    server.close();
    for (const { incoming, outgoing } of this.#links) {
      incoming.destroy();
      outgoing.destroy();
    }
    await closed;
  }

  /** Accepts connections but forwards no data, like a network that drops packets. */
  silence(): void {
    this.#isSilent = true;
    for (const { incoming, outgoing } of this.#links) {
      incoming.unpipe(outgoing).pause();
      outgoing.unpipe(incoming).pause();
    }
  }

  /** Forwards data again, beginning with the data received meanwhile. */
  resume(): void {
    this.#isSilent = false;
    for (const link of this.#links) forward(link);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cut();
  }
}

function forward({ incoming, outgoing }: Link): void {
  incoming.pipe(outgoing).pipe(incoming);
}
