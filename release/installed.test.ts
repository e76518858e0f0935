import { after, test } from 'node:test';
import { createDatabase } from '../test/support/databases.js';
import { startPostgres } from '../test/support/postgres.js';
import { installInto, pack, shellEnvironment } from './support/npm.js';
import { assertWorks } from './support/round-trip.js';

await using packed = await pack();
const installed = await installInto([packed.tarball]);
after(() => installed[Symbol.asyncDispose]());

const program = {
  command: ['npx', '--no-install', 'stats-service'],
  cwd: installed.path,
  env: shellEnvironment(),
  group: true,
} as const;

test('The package, installed into an empty directory, works with npx on SQLite', async () => {
  await using database = await createDatabase('sqlite');
  await assertWorks(program, database.url);
});

test('The package, installed into an empty directory, works with npx on Postgres', async () => {
  // `doctor` reports a problem if fsync is off.
  await using server = await startPostgres(['fsync=on']);
  await assertWorks(program, server.url);
});
