import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { createDatabase } from '../test/support/databases.js';
import { startPostgres } from '../test/support/postgres.js';
import { installInto, pack, shellEnvironment } from './support/npm.js';
import { assertWorks } from './support/round-trip.js';

await using packed = await pack();
const installed = await installInto([packed.tarball]);
after(() => installed[Symbol.asyncDispose]());

/** As the README says it. */
const program = {
  command: ['npx', '--no-install', 'stats-service'],
  cwd: installed.path,
  env: shellEnvironment(),
  group: true,
} as const;

describe('the package, installed into an empty folder', () => {
  test('works on SQLite', async () => {
    await using database = await createDatabase('sqlite');
    await assertWorks(program, database.url);
  });

  test('works on Postgres', async () => {
    // What `doctor` finds durable.
    await using server = await startPostgres(['fsync=on']);
    await assertWorks(program, server.url);
  });

  test('brings nothing that only its development needs', async () => {
    const modules = await readdir(join(installed.path, 'node_modules'));
    for (const name of ['commander', 'esbuild', 'kysely', 'tsx', 'typescript']) {
      assert.ok(!modules.includes(name), name);
    }
  });
});
