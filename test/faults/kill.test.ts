import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { until } from '../support/condition.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { FULL } from '../support/full.js';
import { seeded } from '../support/http-sessions.js';
import { Load } from '../support/load.js';
import { assertRollups } from '../support/rollups.js';
import { addCourse } from '../support/served.js';
import { startService } from '../support/service.js';
import { runSql } from '../support/sql.js';

const ROUNDS = FULL ? 50 : 6;
const CLIENTS = 16;
/** Maximum number of responses before the kill, which is a few batches. */
const MAX_ANSWERS = 200;
/** Maximum milliseconds from the last of these to the kill, longer than a batch takes. */
const MAX_DELAY = 12;

for (const dialect of DIALECTS) {
  test(`A server killed ${ROUNDS} times on ${dialect} loses no acknowledged session`, async (context) => {
    const seed = randomInt(2 ** 31);
    context.diagnostic(`seed ${seed}`);
    const random = seeded(seed);
    await using database = await createDatabase(dialect);
    const { courseId } = await addCourse(database.url);
    const load = new Load(courseId);

    for (let round = 0; round < ROUNDS; round += 1) {
      await using service = await startService(['--database', database.url, '--port', '0']);
      const running = load.run(service.url, CLIENTS, new AbortController().signal);
      const enough = load.acknowledged + 1 + random(MAX_ANSWERS);
      await Promise.race([
        running,
        until('the responses before the kill', () => load.acknowledged >= enough),
      ]);
      await setTimeout(random(MAX_DELAY));
      const { code, stderr } = await service.stop('SIGKILL');
      await running;
      assert.equal(code, null, stderr);
    }

    await load.assertStored(database.url);
    await assertRollups(database.url);
    if (dialect === 'sqlite') {
      assert.deepEqual(await runSql(database.url, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
    }
    const { acknowledged, statuses } = load;
    context.diagnostic(`${acknowledged} acknowledged, ${statuses.get(200) ?? 0} of them when sent again`);
    assert.ok(acknowledged >= ROUNDS);
    assert.deepEqual(
      Array.from(statuses.keys()).filter((status) => status !== 200 && status !== 201),
      [],
    );
  });
}
