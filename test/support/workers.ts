import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import type { Job } from './jobs.js';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const outcomesSchema = z.array(z.string());

interface Worker {
  run(job: Job): Promise<string[]>;
  stop(): Promise<void>;
}

export class Workers implements AsyncDisposable {
  readonly #workers: readonly Worker[];

  constructor(workers: readonly Worker[]) {
    this.#workers = workers;
  }

  /** Runs one job in each process concurrently and returns the outcomes of their calls. */
  async run(jobOf: (index: number) => Job): Promise<string[][]> {
    return Promise.all(this.#workers.map((worker, index) => worker.run(jobOf(index))));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }
}

export async function startWorkers(amount: number): Promise<Workers> {
  return new Workers(await Promise.all(Array.from({ length: amount }, startWorker)));
}

async function startWorker(): Promise<Worker> {
  const child = spawn(process.execPath, [WORKER], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const line = await lines.next();
    assert.ok(!line.done, 'The worker failed; its error is above.');
    return line.value;
  };
  assert.equal(await nextLine(), 'ready');
  return {
    async run(job) {
      child.stdin.write(`${JSON.stringify(job)}\n`);
      return outcomesSchema.parse(JSON.parse(await nextLine()));
    },
    async stop() {
      child.stdin.end();
      await exited;
    },
  };
}
