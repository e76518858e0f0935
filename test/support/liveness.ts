import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';

const WORKER = new URL('liveness-worker.ts', import.meta.url);
/** Milliseconds: shorter than any blocking wait, longer than the delays of a busy machine. */
const LIMIT = 500;

const measuredSchema = z.tuple([z.object({ slowest: z.number(), answers: z.int() })]);

/** Checks that a server responds to `/livez` all the time. */
export class Liveness {
  readonly #worker: Worker;

  constructor(server: string) {
    this.#worker = new Worker(WORKER, { workerData: `${server}/livez` });
  }

  async assertResponsive(): Promise<void> {
    const measured = once(this.#worker, 'message');
    this.#worker.postMessage('stop');
    const [{ slowest, answers }] = measuredSchema.parse(await measured);
    assert.ok(answers > 0);
    assert.ok(slowest < LIMIT, `the slowest answer took ${slowest.toFixed()} ms`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker.terminate();
  }
}
