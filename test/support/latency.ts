import assert from 'node:assert/strict';
import { newUserId, sessionContent } from './factories.js';
import { HttpClient } from './http-client.js';

const CONNECTIONS = 4;

/** Returns the 99th percentile, in milliseconds, of reads and recordings, which must succeed. */
export async function p99(url: string, courseId: string, requests: number): Promise<number> {
  await using client = new HttpClient(url, CONNECTIONS);
  const durations: number[] = [];
  const worker = async () => {
    const userId = newUserId();
    for (let request = 0; request < requests / CONNECTIONS; request++) {
      const begin = performance.now();
      const path = `/courses/${courseId}`;
      const { status, text } =
        request % 2 === 0
          ? await client.send('GET', path, { userId })
          : await client.send('POST', path, { userId, json: sessionContent() });
      durations.push(performance.now() - begin);
      assert.ok(status === 200 || status === 201, text);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  durations.sort((a, b) => a - b);
  return durations[Math.floor(durations.length * 0.99)] ?? assert.fail('there were no requests');
}
