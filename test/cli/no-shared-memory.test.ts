import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { backUp } from '../../src/core/index.js';
import { runCli } from '../support/cli.js';
import { mountDirect, NO_DIRECT_MOUNT } from '../support/direct-mount.js';
import { createFixture } from '../support/fixture.js';
import { sqlitePath } from '../support/sql.js';

const CANNOT_MAP =
  /^stats-service: The database .*\.db cannot be opened\. The file system cannot map shared memory, .* Move the database to a local disk\. \(disk I\/O error\)\n$/;

describe('a file system without shared memory maps', { skip: NO_DIRECT_MOUNT }, () => {
  test('A command that creates a database there fails for good and leaves no file', async () => {
    await using mount = await mountDirect();
    const target = ['--database', `sqlite:${join(mount.path, 'stats.db')}`];
    for (const argv of [
      ['serve', '--port', '0'],
      ['migrate', 'up'],
      ['course', 'add', '--name', 'Algebra'],
    ]) {
      const { code, stderr } = await runCli([...argv, ...target]);
      assert.equal(code, 1, stderr);
      assert.match(stderr.replace(/^Database: .*\n/, ''), CANNOT_MAP);
      assert.deepEqual(readdirSync(mount.source), []);
    }
  });

  test('A copy there can be read, and a failed `serve` leaves it unchanged', async () => {
    await using mount = await mountDirect();
    await using fixture = await createFixture('sqlite');
    const file = join(mount.path, 'copy.db');
    await backUp({ database: fixture.database.url, file });
    const target = ['--database', `sqlite:${file}`];
    const served = await runCli(['serve', '--port', '0', ...target]);
    assert.equal(served.code, 1);
    assert.match(served.stderr, CANNOT_MAP);
    const { code, stdout } = await runCli(['doctor', ...target]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /journal_mode=delete synchronous=full/);
    assert.deepEqual(readdirSync(mount.source), ['copy.db']);
  });

  test('A file in WAL mode there is refused with the same reason and left unchanged', async () => {
    await using mount = await mountDirect();
    await using fixture = await createFixture('sqlite');
    await fixture.stats.close();
    const original = sqlitePath(fixture.database.url);
    copyFileSync(original, join(mount.source, 'stats.db'));
    const target = ['--database', `sqlite:${join(mount.path, 'stats.db')}`];
    for (const argv of [['doctor'], ['course', 'list'], ['serve', '--port', '0']]) {
      const { code, stderr } = await runCli([...argv, ...target]);
      assert.equal(code, 1, stderr);
      assert.match(stderr.replace(/^Database: .*\n/, ''), CANNOT_MAP);
      assert.deepEqual(readdirSync(mount.source), ['stats.db'], argv[0]);
    }
    assert.deepEqual(readFileSync(join(mount.source, 'stats.db')), readFileSync(original));
  });
});
