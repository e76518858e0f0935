import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { HttpAnswer } from './http-answer.js';

const END_OF_HEAD = '\r\n\r\n';

/** A connection for requests that no HTTP client would send. */
export class RawConnection implements Disposable {
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Buffer>;
  #received: Buffer = Buffer.alloc(0);

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]();
  }

  static async open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    await once(socket, 'connect');
    // The async iterator reports the error.
    socket.on('error', () => undefined);
    return new RawConnection(socket);
  }

  write(data: string | Buffer): void {
    this.#socket.write(data);
  }

  get isReset(): boolean {
    return this.#socket.destroyed;
  }

  /** Reads a response. A response to HEAD has no body, whatever its `Content-Length`. */
  async read(method = 'GET'): Promise<HttpAnswer> {
    const [statusLine = '', ...lines] = (await this.#takeHead()).split('\r\n');
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
    }
    const length = method === 'HEAD' ? 0 : Number(headers['content-length'] ?? 0);
    return {
      status: Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(statusLine)?.[1]),
      headers,
      text: (await this.#take(length)).toString(),
    };
  }

  /** Asserts that the server ends the connection without sending more data. */
  async assertEnded(): Promise<void> {
    assert.equal(this.#received.length, 0, this.#received.toString());
    assert.equal((await this.#chunks.next()).done, true);
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  async #takeHead(): Promise<string> {
    while (!this.#received.includes(END_OF_HEAD)) await this.#receive();
    const length = this.#received.indexOf(END_OF_HEAD) + END_OF_HEAD.length;
    return (await this.#take(length)).toString('latin1').slice(0, -END_OF_HEAD.length);
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#received.length < length) await this.#receive();
    const taken = this.#received.subarray(0, length);
    this.#received = this.#received.subarray(length);
    return taken;
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    assert.ok(!done, `The server ended the connection after ${JSON.stringify(this.#received.toString())}.`);
    this.#received = Buffer.concat([this.#received, value]);
  }
}

export async function exchange(url: string, ...parts: readonly (string | Buffer)[]): Promise<HttpAnswer> {
  using connection = await RawConnection.open(url);
  for (const part of parts) connection.write(part);
  return await connection.read();
}

export function head(...lines: readonly string[]): string {
  return `${lines.join('\r\n')}${END_OF_HEAD}`;
}
