import assert from 'node:assert/strict';
import { newUserId, sessionContent } from './factories.js';
import { head, RawConnection } from './http-raw.js';

const CONNECTIONS = 24;

/**
 * Records sessions on long-lived connections. Each request names its connection, so that the log shows which
 * worker serves it. A connection ends at `Connection: close`, like that of a client that then uses another server.
 */
export class ConnectionLoad {
  readonly connections = CONNECTIONS;
  /** The prefix of all request ids. */
  readonly name = crypto.randomUUID();
  readonly #url: string;
  readonly #courseId: string;
  answered = 0;
  /** The number of connections that the server has closed after a response. */
  closed = 0;
  /** The connections with a request that got no response. */
  readonly failed: number[] = [];

  constructor(url: string, courseId: string) {
    this.#url = url;
    this.#courseId = courseId;
  }

  /** Records until there are `amount` responses, or until all connections have ended. */
  async run(amount: number): Promise<void> {
    const running: Promise<void>[] = [];
    for (let connection = 0; connection < CONNECTIONS; connection++) {
      running.push(this.#record(connection, await RawConnection.open(this.#url), amount));
    }
    await Promise.all(running);
  }

  /** The prefix of the request ids of a connection. */
  nameOf(connection: number): string {
    return `${this.name}-${connection}-`;
  }

  async #record(index: number, open: RawConnection, amount: number): Promise<void> {
    using connection = open;
    for (let request = 0; this.answered < amount; request++) {
      connection.write(recording(this.#courseId, `${this.nameOf(index)}${request}`));
      const response = await connection.read().catch(() => undefined);
      if (!response) {
        this.failed.push(index);
        return;
      }
      assert.equal(response.status, 201, response.text);
      this.answered++;
      if (response.headers['connection'] === 'close') {
        await connection.assertEnded();
        this.closed++;
        return;
      }
    }
  }
}

function recording(courseId: string, requestId: string): string {
  const body = JSON.stringify(sessionContent());
  const lines = [
    `POST /courses/${courseId} HTTP/1.1`,
    'Host: localhost',
    `X-User-Id: ${newUserId()}`,
    `X-Request-Id: ${requestId}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  return head(...lines) + body;
}
