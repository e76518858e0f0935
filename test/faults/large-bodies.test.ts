import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newUserId, sessionContent } from '../support/factories.js';
import { HttpClient } from '../support/http-client.js';
import { Attack } from '../support/http-attacks.js';
import { head } from '../support/http-raw.js';
import { NO_MEMORY, peakMemory, residentMemory } from '../support/process-memory.js';
import { makeCourse } from '../support/recorder.js';
import { startService } from '../support/service.js';
import { until } from '../support/condition.js';

const MEGABYTE = 1024 * 1024;
const CONNECTIONS = 300;
/** The limit of bodies in flight, with room for garbage, socket buffers and the allocator. */
const PEAK = 4 * 64 * MEGABYTE;

test(
  'The server rejects unfinished 1 MiB bodies beyond its limit, and its memory stays bounded',
  { skip: NO_MEMORY },
  async () => {
    await using service = await startService(['--database', 'sqlite::memory:', '--port', '0']);
    await using client = new HttpClient(service.url);
    const courseId = await makeCourse(client);
    const userId = newUserId();
    const before = residentMemory(service.pid);
    const lines = [
      'POST /courses HTTP/1.1',
      'Host: localhost',
      `X-User-Id: ${userId}`,
      'Content-Type: application/json',
    ];
    const text = head(...lines, `Content-Length: ${MEGABYTE}`) + ' '.repeat(MEGABYTE - 1);
    const largest = () =>
      client.send('POST', '/courses', { userId, body: '{"name":"Logic"}'.padEnd(MEGABYTE) });
    {
      using attack = await Attack.send(service.url, CONNECTIONS, text);
      const answers: string[] = [];
      attack.onData((chunk) => answers.push(chunk));
      // An accepted body counts twice, a rejected one does not count.
      await until('all other bodies are rejected', () => answers.length >= CONNECTIONS - 64);
      for (const answer of answers) {
        assert.match(answer, /^HTTP\/1\.1 503 /);
        assert.match(answer, /\r\nRetry-After: 2\r\n/);
        assert.match(answer, /"code":"overloaded"/);
      }
      assert.ok(answers.length <= CONNECTIONS - 16, 'no body was accepted');

      const small = await client.send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });
      assert.equal(small.status, 201);
      assert.equal((await largest()).status, 503);
      const growth = peakMemory(service.pid) - before;
      assert.ok(growth < PEAK, `${Math.round(growth / MEGABYTE)} MiB more`);
    }
    await until('a large body is accepted again', async () => (await largest()).status === 201);
  },
);
