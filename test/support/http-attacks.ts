import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { head } from './http-raw.js';

const HOST = 'Host: localhost';
/** Milliseconds between two writes of a slow client, far less than any timeout. */
const DRIP = 100;

/** Connections of an attack, which runs until it is disposed. */
export class Attack implements Disposable {
  readonly #sockets: readonly Socket[];
  readonly #timer: NodeJS.Timeout | undefined;

  private constructor(sockets: readonly Socket[], drip = '') {
    this.#sockets = sockets;
    if (drip === '') return;
    this.#timer = setInterval(() => {
      for (const socket of sockets) if (socket.writable) socket.write(drip);
    }, DRIP);
  }

  /** Each connection sends this text and then stays idle. */
  static async send(url: string, amount: number, text: string | Buffer): Promise<Attack> {
    return new Attack(await open(url, amount, text));
  }

  static async slowHeaders(url: string, amount: number): Promise<Attack> {
    return new Attack(await open(url, amount, `GET /livez HTTP/1.1\r\n${HOST}\r\n`), 'X: 1\r\n');
  }

  static async slowBodies(url: string, amount: number, userId: string): Promise<Attack> {
    const lines = ['POST /courses HTTP/1.1', HOST, `X-User-Id: ${userId}`, 'Content-Type: application/json'];
    const begin = head(...lines, 'Content-Length: 1000000');
    return new Attack(await open(url, amount, begin), ' ');
  }

  onData(listener: (chunk: string) => void): void {
    for (const socket of this.#sockets) socket.setEncoding('utf8').on('data', listener);
  }

  get connected(): number {
    return this.#sockets.filter(({ readyState }) => readyState === 'open').length;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket.destroy();
  }
}

async function open(url: string, amount: number, text: string | Buffer): Promise<Socket[]> {
  const { hostname, port } = new URL(url);
  return Promise.all(
    Array.from({ length: amount }, async () => {
      const socket = createConnection({ host: hostname, port: Number(port) });
      await once(socket, 'connect');
      // The server may reset the connection.
      socket.on('error', () => undefined);
      socket.write(text);
      return socket;
    }),
  );
}
