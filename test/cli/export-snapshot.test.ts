import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUserId } from '../../src/core/index.js';
import { runBin } from '../support/cli.js';
import { DIALECTS } from '../support/databases.js';
import { record } from '../support/exports.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

const FIRST = '00000000-0000-4000-8000-000000000000';
const LAST = 'ffffffff-ffff-4fff-bfff-ffffffffffff';

for (const dialect of DIALECTS) {
  test(`An export from ${dialect} during writes of another process is a consistent snapshot`, async () => {
    await using fixture = await createFixture(dialect);
    const { stats, database, courseId } = fixture;
    const others = await record(fixture, [newUserId(), newUserId()], 2_500);
    const over = new AbortController();
    const recorded = { [FIRST]: 0, [LAST]: 0 };
    // Recorded in turn, so that in every snapshot the session counts differ by at most 1.
    const recording = (async () => {
      while (!over.signal.aborted) {
        for (const userId of [FIRST, LAST] as const) {
          await stats.recordSession({ userId: toUserId(userId), courseId, session: sessionContent() });
          recorded[userId]++;
        }
      }
    })();
    try {
      for (let round = 0; round < 2; round++) {
        const before = recorded[LAST];
        const { code, stdout } = await runBin(['export', '--database', database.url]);
        assert.equal(code, 0);
        assert.ok(recorded[LAST] > before, 'nothing was recorded during the export');
        const users = stdout
          .trimEnd()
          .split('\n')
          .slice(1)
          .map((line) => line.slice(0, FIRST.length));
        const [first, last] = [FIRST, LAST].map((id) => users.filter((userId) => userId === id).length);
        assert.ok(first !== undefined && last !== undefined && last >= before);
        assert.ok(first === last || first === last + 1, `${first} and ${last} in one export`);
        assert.equal(users.length - first - last, others.length);
      }
    } finally {
      over.abort();
      await recording;
    }
  });
}
