import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { diagnose, openMigrator, openStats, StatsError, verify } from '../../src/core/index.js';
import { createEmptyDatabase, DIALECTS } from '../support/databases.js';
import { runSql } from '../support/sql.js';

/** Creates the migrations table of the preview release. */
async function createPreview(url: string): Promise<void> {
  if (url.startsWith('sqlite:')) await (await openMigrator({ database: url })).close();
  await runSql(
    url,
    'create table schema_migrations (name text primary key, is_breaking integer, created_at text, updated_at text)',
  );
  await runSql(url, `insert into schema_migrations values ('0001-courses-and-sessions', 1, 'now', 'now')`);
}

function isRejected(error: unknown): boolean {
  assert.ok(error instanceof StatsError);
  assert.equal(error.code, 'schema-unsupported');
  assert.match(error.message, /^[^\n]*"stats-service export"[^\n]*"stats-service import"[^\n]*$/);
  return true;
}

for (const dialect of DIALECTS) {
  describe(`a database of the preview on ${dialect}`, () => {
    test('A database of the preview is rejected with one line that explains how to move the data', async () => {
      await using database = await createEmptyDatabase(dialect);
      const { url } = database;
      await createPreview(url);
      await using migrator = await openMigrator({ database: url });
      for (const open of [
        () => openStats({ database: url }),
        () => openStats({ database: url, migrate: false }),
        () => migrator.status(),
        () => migrator.up(),
        () => migrator.down(),
        () => verify({ database: url }),
      ]) {
        await assert.rejects(open(), isRejected);
      }
      const [, schema] = await diagnose({ database: url });
      assert.partialDeepStrictEqual(schema, { check: 'schema', state: 'problem' });
    });
  });
}
