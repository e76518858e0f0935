import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/condition.js';
import { Liveness } from '../support/liveness.js';
import { assertRollups } from '../support/rollups.js';
import { serveGated } from '../support/served.js';
import { assertNoDefect, assertUnavailable, sendSamples } from '../support/sample-requests.js';

/** Deadline of every response, in milliseconds. */
const PATIENCE = 6_000;
/** Milliseconds until the abandoned connections are replaced. */
const RECOVERY = 5_000;

test('A silent Postgres causes 503 responses in bounded time until it responds again', async (context) => {
  await using served = await serveGated();
  const { client, service, courseId, gate, url } = served;
  assertNoDefect(await sendSamples(client, courseId));
  await using liveness = new Liveness(service.url);

  gate.silence();
  for (const met of ['connections that are there', 'new ones']) {
    if (met === 'new ones') {
      await gate.cut();
      await gate.open();
    }
    const start = performance.now();
    const sending = Array.from({ length: 3 }, () => sendSamples(client, courseId));
    const answers = (await Promise.all(sending)).flat();
    const elapsed = performance.now() - start;
    context.diagnostic(`${met}: ${elapsed.toFixed()} ms`);
    for (const answer of answers) assertUnavailable(answer);
    assert.ok(elapsed < PATIENCE, `${met}: ${elapsed.toFixed()} ms`);
  }

  gate.resume();
  const isWell = async () => (await sendSamples(client, courseId)).every(({ status }) => status !== 503);
  await until('successful responses', isWell, RECOVERY);
  await liveness.assertResponsive();
  assertNoDefect(await sendSamples(client, courseId));
  await assertRollups(url);
  const { code, stdout } = await service.stop();
  assert.equal(code, 0);
  assert.ok(!stdout.includes('internal error'));
});
