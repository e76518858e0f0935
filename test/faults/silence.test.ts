import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../support/condition.js';
import { Liveness } from '../support/liveness.js';
import { assertRollups } from '../support/rollups.js';
import { serveGated } from '../support/served.js';
import { assertNoDefect, assertUnavailable, visitAll } from '../support/visits.js';

/** Milliseconds after which every call has its answer. */
const PATIENCE = 6_000;
/** Milliseconds until what was given up has made place for others. */
const RECOVERY = 5_000;

test('A silent Postgres causes 503 responses in bounded time until it responds again', async (context) => {
  await using served = await serveGated();
  const { client, service, courseId, gate, url } = served;
  assertNoDefect(await visitAll(client, courseId));
  await using liveness = new Liveness(service.url);

  gate.silence();
  for (const met of ['connections that are there', 'new ones']) {
    if (met === 'new ones') {
      await gate.cut();
      await gate.open();
    }
    const start = performance.now();
    const visiting = Array.from({ length: 3 }, () => visitAll(client, courseId));
    const answers = (await Promise.all(visiting)).flat();
    const elapsed = performance.now() - start;
    context.diagnostic(`${met}: ${elapsed.toFixed()} ms`);
    for (const answer of answers) assertUnavailable(answer);
    assert.ok(elapsed < PATIENCE, `${met}: ${elapsed.toFixed()} ms`);
  }

  gate.speak();
  const isWell = async () => (await visitAll(client, courseId)).every(({ status }) => status !== 503);
  await until('answers', isWell, RECOVERY);
  await liveness.assertLively();
  assertNoDefect(await visitAll(client, courseId));
  await assertRollups(url);
  const { code, stdout } = await service.stop();
  assert.equal(code, 0);
  assert.ok(!stdout.includes('internal error'));
});
