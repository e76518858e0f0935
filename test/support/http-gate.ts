import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly incoming: Socket;
  readonly outgoing: Socket;
}

/** A way over TCP to another server, which a test can cut, silence and open again. */
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

  /** The target's URL, by way of the gate. */
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
        // One end gone, the other has nothing to say.
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

  /** Cuts what is connected and lets nothing in. */
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

  /** Keeps all connections and lets new ones in, but carries nothing: as a network does that has lost its way. */
  silence(): void {
    this.#isSilent = true;
    for (const { incoming, outgoing } of this.#links) {
      incoming.unpipe(outgoing).pause();
      outgoing.unpipe(incoming).pause();
    }
  }

  /** Carries again, first what was said meanwhile. */
  speak(): void {
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
