import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newUserId, sessionContent } from '../support/factories.js';
import { HttpClient } from '../support/http-client.js';
import { makeCourse } from '../support/recorder.js';
import { startService } from '../support/service.js';

const MEGABYTE = 1024 * 1024;
/** Enough for a young generation of 64 MB if it has no limit, as the second test shows. */
const BATCHES = 20;
/** Sessions per batch. */
const SIZE = 1_000;
/** In bytes. */
const LIMIT = 16 * MEGABYTE;

describe('the young generation of a server', () => {
  test('`serve` keeps its young generation at 16 MB under load', async () => {
    assert.equal(await youngGeneration(), LIMIT);
  });

  test("`serve` leaves the young generation to the operator's own --max-semi-space-size", async () => {
    assert.ok((await youngGeneration({ NODE_OPTIONS: '--max-semi-space-size=64' })) > LIMIT);
  });
});

/** Returns the size of the young generation, in bytes, after some load. */
async function youngGeneration(env: Readonly<Record<string, string>> = {}): Promise<number> {
  await using service = await startService(['--database', 'sqlite::memory:', '--port', '0'], env);
  await using client = new HttpClient(service.url);
  const courseId = await makeCourse(client);
  const userId = newUserId();
  const record = async () => {
    const sessions = Array.from({ length: SIZE }, () => ({ userId, courseId, ...sessionContent() }));
    const { status, text } = await client.send('POST', '/sessions', { userId, json: { sessions } });
    assert.equal(status, 200, text);
  };
  await Promise.all(Array.from({ length: BATCHES }, record));
  const { text } = await client.send('GET', '/metrics');
  const size = /^nodejs_heap_space_size_total_bytes\{space="new"\} (\d+)$/m.exec(text)?.[1];
  return Number(size ?? assert.fail(text));
}
