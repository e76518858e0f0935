import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { newUserId, sessionContent } from '../support/factories.js';
import { createDatabase } from '../support/databases.js';
import { Attack } from '../support/http-attacks.js';
import { HttpClient } from '../support/http-client.js';
import { head } from '../support/http-raw.js';
import { p99 } from '../support/latency.js';
import { NO_MEMORY, peakMemory, residentMemory } from '../support/process-memory.js';
import { makeCourse } from '../support/recorder.js';
import { startService, type Service } from '../support/service.js';
import { until } from '../support/condition.js';

const MEGABYTE = 1024 * 1024;
const REQUESTS = 2_000;
/** Milliseconds added to twice the latency without an attack, for other load on the machine. */
const SLACK = 200;
const PAGE = 1_000;

interface Target {
  readonly service: Service;
  readonly courseId: string;
  readonly userId: string;
}

const attacks: readonly [what: string, megabytes: number, begin: (target: Target) => Promise<Attack>][] = [
  ['500 clients that send headers slowly', 64, ({ service: { url } }) => Attack.slowHeaders(url, 500)],
  [
    '500 clients that send bodies slowly',
    96,
    ({ service: { url }, userId }) => Attack.slowBodies(url, 500, userId),
  ],
  [
    '1,000 idle connections',
    96,
    ({ service: { url } }) => Attack.send(url, 1_000, head('GET /livez HTTP/1.1', 'Host: localhost')),
  ],
  [
    // The responses would be gigabytes in total.
    '10 clients that request 2,000 large pages and read none',
    320,
    ({ service: { url }, courseId, userId }) => {
      const path = `/courses/${courseId}/sessions?limit=${PAGE}`;
      const page = head(`GET ${path} HTTP/1.1`, 'Host: localhost', `X-User-Id: ${userId}`);
      return Attack.send(url, 10, page.repeat(2_000));
    },
  ],
];

describe(
  'a server under attack: bounded latency for other clients and bounded memory',
  { skip: NO_MEMORY },
  () => {
    for (const [what, megabytes, begin] of attacks) {
      test(`Latency and memory stay bounded during an attack of ${what}`, async () => {
        await using database = await createDatabase('sqlite');
        await using service = await startService(['--database', database.url, '--port', '0']);
        const userId = newUserId();
        const courseId = await fill(service.url, userId);
        const { url, pid } = service;
        await p99(url, courseId, REQUESTS);
        const usual = await p99(url, courseId, REQUESTS);
        const before = residentMemory(pid);

        using attack = await begin({ service, courseId, userId });
        assert.ok(attack.connected > 0);
        const attacked = await p99(url, courseId, REQUESTS);
        assert.ok(attacked < 2 * usual + SLACK, `p99 went from ${usual} to ${attacked} ms`);
        const growth = peakMemory(pid) - before;
        assert.ok(growth < megabytes * MEGABYTE, `${Math.round(growth / MEGABYTE)} MiB more`);
      });
    }
  },
);

test(
  'A flood of calls gets 503 beyond the limit, while /livez and /metrics respond in time',
  { skip: NO_MEMORY },
  async () => {
    await using database = await createDatabase('sqlite');
    await using service = await startService(['--database', database.url, '--port', '0'], {
      STATS_LOG_LEVEL: 'warn',
    });
    const { url, pid } = service;
    await using client = new HttpClient(url);
    const userId = newUserId();
    const courseId = await makeCourse(client);
    await p99(url, courseId, REQUESTS);
    const before = residentMemory(pid);
    const record = () => {
      const body = JSON.stringify(sessionContent());
      const lines = [`POST /courses/${courseId} HTTP/1.1`, 'Host: localhost', `X-User-Id: ${userId}`];
      return head(...lines, 'Content-Type: application/json', `Content-Length: ${body.length}`) + body;
    };

    const connections = 100;
    const pipelined = 200;
    const statuses = new Map<string, number>();
    using attack = await Attack.send(url, connections, Array.from({ length: pipelined }, record).join(''));
    const answered = () => statuses.values().reduce((sum, count) => sum + count, 0);
    attack.onData((chunk) => {
      for (const [, status = ''] of chunk.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    });
    let slowest = 0;
    await until(
      'every call of the flood has a response',
      async () => {
        for (const path of ['/livez', '/metrics']) {
          const begin = performance.now();
          assert.equal((await client.send('GET', path)).status, 200);
          slowest = Math.max(slowest, performance.now() - begin);
        }
        return answered() >= 0.99 * connections * pipelined;
      },
      60_000,
    );
    assert.deepEqual([...statuses.keys()].toSorted(), ['201', '503']);
    assert.ok(slowest < 2_000, `/livez and /metrics took ${slowest} ms`);
    const growth = peakMemory(pid) - before;
    assert.ok(growth < 192 * MEGABYTE, `${Math.round(growth / MEGABYTE)} MiB more`);
    await p99(url, courseId, REQUESTS);
  },
);

async function fill(url: string, userId: string): Promise<string> {
  await using client = new HttpClient(url);
  const courseId = await makeCourse(client);
  const record = () => client.send('POST', `/courses/${courseId}`, { userId, json: sessionContent() });
  const answers = await Promise.all(Array.from({ length: PAGE }, record));
  assert.ok(answers.every(({ status }) => status === 201));
  return courseId;
}
