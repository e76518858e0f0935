/**
 * Polls `/livez` on another thread, so that work of the test does not count as latency of the server. Reports
 * the slowest response, in milliseconds, and the number of responses.
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
