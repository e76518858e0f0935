import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import type { HttpAnswer } from './http-answer.js';
import { HttpClient } from './http-client.js';

/** Milliseconds between two readiness checks. */
const INTERVAL = 20;

interface Target {
  readonly client: HttpClient;
  isReady: boolean;
}

/** A load balancer, which sends each request to a ready server and retries refused connections elsewhere. */
export class Balancer implements AsyncDisposable {
  readonly #targets: readonly Target[];
  readonly #watching: Promise<void>;
  #ended = false;

  constructor(urls: readonly string[], connections: number) {
    this.#targets = urls.map((url) => ({ client: new HttpClient(url, connections), isReady: true }));
    this.#watching = this.#watch();
  }

  async send(...request: Parameters<HttpClient['send']>): Promise<HttpAnswer> {
    for (const target of this.#targets.filter(({ isReady }) => isReady)) {
      try {
        return await target.client.send(...request);
      } catch (error) {
        if (!isRefused(error)) throw error;
        target.isReady = false;
      }
    }
    return assert.fail('No server is ready.');
  }

  get ready(): number {
    return this.#targets.filter(({ isReady }) => isReady).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#watching;
    await Promise.all(this.#targets.map(({ client }) => client[Symbol.asyncDispose]()));
  }

  async #watch(): Promise<void> {
    while (!this.#ended) {
      await Promise.all(
        this.#targets.map(async (target) => {
          target.isReady = await checkReady(target.client);
        }),
      );
      await setTimeout(INTERVAL);
    }
  }
}

async function checkReady(client: HttpClient): Promise<boolean> {
  try {
    return (await client.send('GET', '/readyz')).status === 200;
  } catch (error) {
    // The connection of a check may be in the queue when the server closes its listening socket.
    if (error instanceof Error && 'code' in error && error.code === 'ECONNRESET') return false;
    if (isRefused(error)) return false;
    throw error;
  }
}

/** True if the server has closed its listening socket. That also resets connections in its queue. */
function isRefused(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && 'syscall' in error)) return false;
  return error.syscall === 'connect' && (error.code === 'ECONNREFUSED' || error.code === 'ECONNRESET');
}
