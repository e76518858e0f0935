import type { Worker } from 'node:cluster';
import * as z from 'zod';

const messageSchema = z.union([
  z.object({ question: z.int() }),
  z.object({ answer: z.int(), metrics: z.unknown() }),
]);

/**
 * The messages between the primary and a worker about metrics: a worker asks for those of all workers, and the
 * primary asks each worker for its own.
 */
export class MetricsChannel {
  readonly #worker: Worker;
  readonly #read: () => Promise<unknown>;
  /** The questions without an answer. */
  readonly #asked = new Map<number, (metrics: unknown) => void>();
  #last = 0;

  /** @param read returns the metrics that this side sends */
  constructor(worker: Worker, read: () => Promise<unknown>) {
    this.#worker = worker;
    this.#read = read;
    worker.on('message', (message: unknown) => void this.#receive(message));
  }

  /** Returns `undefined` if there is no answer within `timeout` milliseconds. */
  async ask(timeout: number): Promise<unknown> {
    const question = ++this.#last;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const timer = setTimeout(resolve, timeout);
    this.#asked.set(question, resolve);
    this.#send({ question });
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#asked.delete(question);
    }
  }

  async #receive(received: unknown): Promise<void> {
    const { data: message } = messageSchema.safeParse(received);
    if (message === undefined) return;
    if ('answer' in message) this.#asked.get(message.answer)?.(message.metrics);
    else {
      // Without an answer, the other side reports a timeout.
      const metrics = await this.#read().catch(() => undefined);
      if (metrics !== undefined) this.#send({ answer: message.question, metrics });
    }
  }

  #send(message: z.input<typeof messageSchema>): void {
    // Fails if the other process has exited.
    this.#worker.send(message, () => undefined);
  }
}
