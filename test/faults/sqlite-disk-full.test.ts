import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runBin } from '../support/cli.js';
import { TestDirectory } from '../support/directory.js';
import { assertProblem } from '../support/http-answer.js';
import { HttpClient } from '../support/http-client.js';
import { makeCourse, Recorder } from '../support/recorder.js';
import { assertRollups } from '../support/rollups.js';
import { startService } from '../support/service.js';
import { event, linesOf } from '../support/statements.js';
import { mountSmallDisk, NO_SMALL_DISK } from '../support/small-disk.js';
import { runSql } from '../support/sql.js';

const MEGABYTE = 1024 * 1024;
const ROUND = 24;
const MAX_ROUNDS = 2_000;
/** Statements that need more space than the disk and the page cache have. */
const MANY = 120_000;

describe('a SQLite file on a full disk', { skip: NO_SMALL_DISK }, () => {
  test('Writes return 503 on a full disk while reads succeed, and succeed again with free space', async () => {
    await using disk = await mountSmallDisk(4);
    const database = `sqlite:${join(disk.path, 'stats.db')}`;
    const ballast = join(disk.path, 'ballast');
    writeFileSync(ballast, Buffer.alloc(2 * MEGABYTE));
    const argv = ['--database', database, '--port', '0'];
    await using service = await startService(argv);
    await using client = new HttpClient(service.url, ROUND);
    const recorder = new Recorder(await makeCourse(client));
    const round = () => Promise.all(Array.from({ length: ROUND }, () => recorder.record(client)));

    let refused = false;
    for (let rounds = 0; !refused; rounds++) {
      assert.ok(rounds < MAX_ROUNDS, 'the disk is not full');
      for (const answer of await round()) {
        if (answer.status === 201) continue;
        assertProblem(answer, 503, 'database-unavailable');
        assert.equal(answer.headers['retry-after'], '2');
        refused = true;
      }
    }
    await round();
    const acknowledged = recorder.acknowledged;
    for (const path of ['/livez', '/readyz', '/metrics', '/courses']) {
      const { status } = await client.send('GET', path, { userId: recorder.userId });
      assert.equal(status, 200, path);
    }

    rmSync(ballast);
    // A few sessions of a later round may have found free space.
    const repeated = await recorder.repeat(client);
    assert.ok(repeated.length > 0);
    for (const answer of repeated) assert.ok(answer.status < 300, answer.text);
    await round();
    assert.ok(recorder.acknowledged >= acknowledged + ROUND);
    await recorder.assertTotals(client);
    assert.equal((await service.stop()).code, 0);

    await using again = await startService(argv);
    await using reader = new HttpClient(again.url);
    await recorder.assertTotals(reader);
    await again.stop();
    assert.deepEqual(await runSql(database, 'pragma integrity_check'), [{ integrity_check: 'ok' }]);
    await assertRollups(database);
  });

  test('`serve` on a full disk names the database file and leaves other files unchanged', async () => {
    await using disk = await mountSmallDisk(1);
    const note = join(disk.path, 'note');
    writeFileSync(note, Buffer.alloc(MEGABYTE, 'x'));
    const path = join(disk.path, 'stats.db');
    const { code, stderr } = await runBin(['serve', '--port', '0', '--database', `sqlite:${path}`]);
    assert.ok(code === 1 || code === 4, `exit code ${code}`);
    assert.match(stderr, /^stats-service: .*\n$/);
    assert.ok(stderr.includes(path), stderr);
    assert.deepEqual(readdirSync(disk.path), ['note']);
    assert.equal(readFileSync(note).length, MEGABYTE);
  });

  test('`serve` on a read-only disk names the database file, whether it exists or not', async () => {
    await using disk = await mountSmallDisk(2);
    const path = join(disk.path, 'stats.db');
    const argv = ['--port', '0', '--database', `sqlite:${path}`];
    {
      await using service = await startService(argv);
      await service.stop();
    }
    disk.makeReadOnly();
    const before = readFileSync(path);
    for (const [target, reason] of [
      [path, /cannot be written\. Check the permissions .*--read-only/],
      [
        join(disk.path, 'another.db'),
        /cannot be opened\. Check the path and its permissions\. \(.*read-only file system/,
      ],
    ] as const) {
      const { code, stderr } = await runBin(['serve', '--port', '0', '--database', `sqlite:${target}`]);
      assert.equal(code, 1);
      assert.match(stderr, /^stats-service: The database .* \(.*\)\n$/);
      assert.match(stderr, reason);
      assert.ok(stderr.includes(target), stderr);
    }
    assert.deepEqual(readdirSync(disk.path), ['stats.db']);
    assert.deepEqual(readFileSync(path), before);
  });

  test('An import of statements names the full disk of its temporary database and records nothing', async () => {
    await using disk = await mountSmallDisk(4);
    await using directory = await TestDirectory.create();
    const object = { id: `https://lms.example/${'x'.repeat(100)}` };
    const lines = Array.from({ length: MANY }, () => linesOf([{ ...event, object }]));
    const path = await directory.write('statements.ndjson', lines.join('\n'));
    const database = `sqlite:${join(directory.path, 'stats.db')}`;
    const argv = ['import', path, '--format', 'xapi', '--create-courses', '--quiet', '--database', database];
    const { code, stdout, stderr } = await runBin(argv, { env: { TMPDIR: disk.path } });
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.equal(
      stderr,
      'stats-service: The temporary database cannot be used. The disk is full. Free some space. TMPDIR can name another directory for temporary files. (database or disk is full)\n',
    );
    assert.deepEqual(readdirSync(disk.path), []);
  });
});
