import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { diagnose, openMigrator, openStats, verify } from '../../src/core/index.js';
import { createOnCitus } from '../support/citus.js';
import { runCli } from '../support/cli.js';
import { createDatabase } from '../support/databases.js';
import { newUserId, sessionContent } from '../support/factories.js';

/** The coordinator of a Citus cluster. */
const COORDINATOR = process.env['STATS_TEST_CITUS_URL'] ?? '';
const skip = COORDINATOR === '' ? 'STATS_TEST_CITUS_URL names no Citus cluster' : false;

const STORE_TESTS =
  /^(api-keys|batches|close|clock|concurrency|course-view|courses|enrolments|erase|export|history|learner-activity|modules|property|record|sessions|stats|unscored|verify)/;

/** Tests that are about a single Postgres: they use triggers, count connections or need an empty database. */
const OF_ONE_SERVER = [
  'cannot be stored fails alone',
  'writes a batch in the order of its keys',
  'does not wait for a session that is being recorded',
  'releases its connection',
  'a missing schema',
  'has an outdated schema',
];

test('The store tests pass on Citus', { skip }, async () => {
  const directory = fileURLToPath(new URL('.', import.meta.url));
  const files = readdirSync(directory).filter((name) => STORE_TESTS.test(name));
  const child = spawn(
    process.execPath,
    [
      ...process.execArgv.filter((argument) => !argument.startsWith('--test')),
      '--test',
      '--test-reporter=tap',
      '--test-timeout=120000',
      ...OF_ONE_SERVER.map((name) => `--test-skip-pattern=${name}`),
      ...files.map((name) => `${directory}${name}`),
    ],
    {
      // Within the context of a test, Node would skip the files.
      env: { ...process.env, STATS_TEST_ON_CITUS: COORDINATOR, NODE_TEST_CONTEXT: undefined },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (output += chunk));
  const [code] = await once(child, 'close');
  assert.equal(
    code,
    0,
    output
      .split('\n')
      .filter((line) => /^ *not ok|^ *error:/.test(line))
      .join('\n'),
  );
  assert.match(output, /^# pass [1-9]\d\d/m);
});

test('An existing database is distributed once, with its data', { skip }, async () => {
  await using database = await createOnCitus(COORDINATOR, { distributed: false });
  await using stats = await openStats({ database: database.url });
  const { courseId } = await stats.addCourse({ course: { name: 'Algebra', moduleIds: ['a', 'b'] } });
  const users = Array.from({ length: 50 }, newUserId);
  const record = () =>
    Promise.all(
      users.map((userId) =>
        stats.recordSession({ userId, courseId, session: sessionContent({ moduleIds: ['a'] }) }),
      ),
    );
  await record();
  const read = () => Promise.all(users.map((userId) => stats.getStats({ userId, courseId })));
  const before = await read();
  const argv = ['migrate', 'distribute', '--database', database.url];
  assert.match((await runCli(argv)).stderr, /Distributed courses\.\n(.*\n)*Distributed studied_modules\.\n$/);
  assert.match((await runCli(argv)).stderr, /Every table is distributed\.\n$/);
  assert.deepEqual(await read(), before);
  await record();
  assert.ok((await verify({ database: database.url })).isConsistent);
  const [finding] = await diagnose({ database: database.url });
  assert.match(finding?.detail ?? '', /^Postgres .*, Citus .*, \d+ workers, \d+ shards$/);
});

test('A database without the Citus extension cannot be distributed', async () => {
  for (const [dialect, message] of [
    ['postgres', /has no Citus extension\. Run "create extension citus"/],
    ['sqlite', /Only a Postgres database with Citus can be distributed/],
  ] as const) {
    await using database = await createDatabase(dialect);
    await using migrator = await openMigrator({ database: database.url });
    await migrator.up();
    await assert.rejects(migrator.distribute(), { code: 'database-unusable', message });
  }
});
