/**
 * Asks a server without end whether it lives, on a thread of its own: what the test itself does must not count as
 * the server's time. Tells how long the slowest answer took, in milliseconds, and how many there were.
 */
import assert from 'node:assert/strict';
import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import * as z from 'zod';

const url = z.string().parse(workerData);
const agent = new Agent({ keepAlive: true });
const ended = new AbortController();
let slowest = 0;
let answers = 0;
parentPort?.once('message', () => ended.abort());
while (!ended.signal.aborted) {
  const start = performance.now();
  assert.equal(await ask(), 200);
  slowest = Math.max(slowest, performance.now() - start);
  answers += 1;
  await setTimeout(5);
}
agent.destroy();
parentPort?.postMessage({ slowest, answers });

async function ask(): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  get(url, { agent }, (answer) => {
    text(answer).then(() => resolve(answer.statusCode), reject);
  }).on('error', reject);
  return promise;
}
