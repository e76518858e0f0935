import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openMigrator, openStats } from '../../src/core/index.js';
import { createDatabase, DIALECTS } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';

test('A handle can be closed after calls that failed because of the clock', async () => {
  let time = Date.now();
  const stats = await openStats({ database: 'sqlite::memory:', clock: () => time });
  time = Number.NaN;
  await assert.rejects(stats.addCourse({ course: { name: 'Algebra' } }), RangeError);
  await stats.close();
});

for (const dialect of DIALECTS) {
  describe(`closing a handle on ${dialect}`, () => {
    test('Closing a handle finishes the calls in flight', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const userId = newUserId();
      const session = sessionContent();
      const recording = Array.from({ length: 8 }, () => stats.recordSession({ userId, courseId, session }));
      await stats.close();
      for (const { outcome } of await Promise.all(recording)) assert.equal(outcome, 'recorded');
      await using reopened = await openStats({ database: database.url });
      assert.equal((await reopened.getStats({ userId, courseId })).sessionCount, 8);
    });

    test('A handle can be closed twice, and before its first call', async () => {
      await using database = await createDatabase(dialect);
      const migrator = await openMigrator({ database: database.url });
      await migrator.close();
      await migrator.close();
      const stats = await openStats({ database: database.url });
      await stats.close();
      await stats.close();
    });
  });
}
