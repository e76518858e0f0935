import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/condition.js';
import { HttpClient } from '../support/http-client.js';
import { Load } from '../support/load.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { assertRollups } from '../support/rollups.js';
import { addCourse } from '../support/served.js';
import { startService } from '../support/service.js';
import { assertNoDefect, sendSamples } from '../support/sample-requests.js';

const CLIENTS = 16;
/** Sessions recorded between two faults. */
const SESSIONS_PER_FAULT = 300;
/** Milliseconds after Postgres accepts connections again. */
const RECOVERY = 5_000;

const FAULTS: readonly (readonly [string, (postgres: PostgresServer) => Promise<void>])[] = [
  ['is shut down', (postgres) => postgres.shutDown()],
  ['is killed', (postgres) => postgres.kill()],
];

for (const [what, fail] of FAULTS) {
  test(`A Postgres that ${what} and restarts causes 503 responses and no other errors`, async (context) => {
    // The service must override this setting, with which a crash loses commits.
    await using postgres = await startPostgres(['synchronous_commit=off']);
    const { url } = postgres;
    const { courseId } = await addCourse(url);
    await using service = await startService(['--database', url, '--port', '0']);
    await using client = new HttpClient(service.url);
    const load = new Load(courseId);
    const refused = () => load.statuses.get(503) ?? 0;
    const ended = new AbortController();
    const running = load.run(service.url, CLIENTS, ended.signal);
    const sending = sendSamplesUntil(ended.signal, client, courseId);

    for (let round = 0; round < 3; round += 1) {
      const enough = load.acknowledged + SESSIONS_PER_FAULT;
      await Promise.race([running, sending, until('recording', () => load.acknowledged >= enough)]);

      await fail(postgres);
      const before = refused();
      await until('503 responses', () => refused() >= before + CLIENTS);
      assert.equal((await client.send('GET', '/livez')).status, 200);
      assert.equal((await client.send('GET', '/readyz')).status, 503);

      await postgres.start();
      const lost = load.acknowledged;
      await until('recording again', () => load.acknowledged > lost, RECOVERY);
      await until('ready again', async () => (await client.send('GET', '/readyz')).status === 200, RECOVERY);
    }
    ended.abort();
    await Promise.all([running, sending]);

    context.diagnostic(`${load.acknowledged} acknowledged, ${refused()} refused`);
    assert.deepEqual(
      Array.from(load.statuses.keys()).filter((status) => ![200, 201, 503].includes(status)),
      [],
    );
    await load.assertStored(url);
    await assertRollups(url);
    const { code, stdout, stderr } = await service.stop();
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^Database: .*\nListening on .*\nStopping\.\n$/);
    assert.ok(!stdout.includes('internal error'));
  });
}

async function sendSamplesUntil(
  signal: AbortSignal,
  ...samples: Parameters<typeof sendSamples>
): Promise<void> {
  while (!signal.aborted) assertNoDefect(await sendSamples(...samples));
}
