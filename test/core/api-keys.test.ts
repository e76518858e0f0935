import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import {
  backUp,
  diagnose,
  hashSecret,
  openStats,
  parseApiKey,
  toCourseId,
  type StatsError,
} from '../../src/core/index.js';
import { DIALECTS } from '../support/databases.js';
import { assertNoDeadlocks } from '../support/deadlocks.js';
import { TestDirectory } from '../support/directory.js';
import { newCourseId, newUserId, sessionContent } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql, sqlitePath } from '../support/sql.js';

const reports = { name: 'Reports', scopes: ['stats:read'] } as const;
const UNKNOWN = '0123456789abcdef';

const at = (minute: number) => `2026-11-22T10:0${minute}:00.000Z`;

function partsOf(text: string) {
  const parts = parseApiKey(text);
  assert.ok(parts, 'The text is not an API key.');
  return parts;
}

for (const dialect of DIALECTS) {
  describe(`API keys on ${dialect}`, () => {
    test('A created key is listed without its secret, and found with the hash of it', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, clock } = fixture;
      const { keys } = stats;
      assert.deepEqual(await keys.list(), []);
      const first = await keys.create({
        name: ' Import ',
        scopes: ['sessions:write', 'courses:write', 'sessions:write'],
        courses: [courseId, toCourseId(courseId.toUpperCase())],
        expiresAt: '2027-01-31T00:00:00+01:00',
      });
      clock.advance(1);
      const second = await keys.create(reports);

      const { keyId, secret } = partsOf(first.text);
      assert.deepEqual(first.key, {
        keyId,
        name: 'Import',
        scopes: ['courses:write', 'sessions:write'],
        courses: [courseId],
        createdAt: '2026-11-22T10:00:00.000Z',
        expiresAt: '2027-01-30T23:00:00.000Z',
        lastUsedAt: null,
        revokedAt: null,
      });
      assert.deepEqual([second.key.courses, second.key.expiresAt], [null, null]);
      assert.deepEqual(await keys.list(), [first.key, second.key]);
      assert.deepEqual(await keys.find(keyId), { ...first.key, secretHash: hashSecret(secret) });
      for (const unknown of [UNKNOWN, '', 'a\0b', first.text]) {
        assert.equal(await keys.find(unknown), undefined);
      }
    });

    test('The secret of a key is nowhere in the database', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const { text } = await stats.keys.create(reports);
      const { keyId, secret } = partsOf(text);
      const bytes = Buffer.from(secret, 'hex');
      const forms = [secret, bytes.toString('base64'), bytes.toString('base64url')];
      const rows = inspect(await runSql(database.url, 'select * from api_keys'), { depth: null });
      assert.ok(rows.includes(keyId));
      for (const form of forms) assert.ok(!rows.toLowerCase().includes(form.toLowerCase()));
      const hash = dialect === 'sqlite' ? 'hex(secret_hash)' : "encode(secret_hash, 'hex')";
      assert.deepEqual(await runSql(database.url, `select lower(${hash}) as hash from api_keys`), [
        { hash: hashSecret(secret).toString('hex') },
      ]);
      if (dialect !== 'sqlite') return;
      const path = sqlitePath(database.url);
      const files = [await readFile(path), await readFile(`${path}-wal`)];
      assert.ok(files.some((file) => file.includes(keyId)));
      for (const file of files) for (const form of [...forms, bytes]) assert.ok(!file.includes(form));
    });

    test('An invalid key, or one for a missing course, is rejected and nothing is stored', async () => {
      await using fixture = await createFixture(dialect);
      const { keys } = fixture.stats;
      await assert.rejects(keys.create({ ...reports, name: '', scopes: [] }), {
        code: 'invalid-request',
        message: '2 validation errors.',
      });
      const missing = newCourseId();
      const courses = [fixture.courseId, missing];
      await assert.rejects(keys.create({ ...reports, courses }), {
        code: 'course-not-found',
        message: new RegExp(missing),
      });
      assert.deepEqual(await keys.list(), []);
    });

    test('A key stays limited to its courses when they are deleted', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      const { key } = await stats.keys.create({ ...reports, courses: [courseId] });
      await stats.deleteCourse({ courseId });
      assert.deepEqual(await stats.keys.list(), [key]);
    });

    test('What is stored wrongly gives a key fewer rights, never more', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      await stats.keys.create({ ...reports, courses: [courseId] });
      await runSql(database.url, "update api_keys set scopes = 'later:scope;stats:read', course_ids = ''");
      const [key] = await stats.keys.list();
      assert.deepEqual([key?.scopes, key?.courses], [['stats:read'], []]);
    });

    test('A key is revoked once, and the time of the first revocation stays', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, clock } = fixture;
      const { key, text } = await stats.keys.create(reports);
      const other = await stats.keys.create(reports);
      clock.advance(1_000);
      const revoked = { ...key, revokedAt: '2026-11-22T10:00:01.000Z' };
      assert.deepEqual(await stats.keys.revoke(key.keyId), revoked);
      clock.advance(1_000);
      assert.deepEqual(await stats.keys.revoke(key.keyId.toUpperCase()), revoked);
      assert.equal((await stats.keys.find(key.keyId))?.revokedAt, revoked.revokedAt);
      assert.equal((await stats.keys.find(other.key.keyId))?.revokedAt, null);

      await assert.rejects(stats.keys.revoke(UNKNOWN), { code: 'key-not-found', kind: 'not-found' });
      const { secret } = partsOf(text);
      await assert.rejects(stats.keys.revoke(text), (error: StatsError) => {
        assert.equal(error.code, 'invalid-request');
        assert.ok(!inspect(error).includes(secret.slice(0, 8)));
        return true;
      });
    });

    test('The last use of a key moves only forward, and only for known keys', async () => {
      await using fixture = await createFixture(dialect);
      const { keys } = fixture.stats;
      const [one, two, three] = await Promise.all([1, 2, 3].map(() => keys.create(reports)));
      assert.ok(one && two && three);
      const lastUses = async () => {
        const listed = new Map((await keys.list()).map((key) => [key.keyId, key.lastUsedAt]));
        return [one, two, three].map(({ key }) => listed.get(key.keyId));
      };
      await keys.touch(new Map());
      await keys.touch(new Map([[UNKNOWN, at(1)]]));
      await keys.touch(new Map([['a\0b', at(1)]]));
      assert.deepEqual(await lastUses(), [null, null, null]);
      for (const minute of [2, 3, 1]) {
        await keys.touch(new Map([one, two].map(({ key }) => [key.keyId, at(minute)])));
      }
      assert.deepEqual(await lastUses(), [at(3), at(3), null]);
      await assert.rejects(keys.touch(new Map([[one.key.keyId, 'today']])), { code: 'invalid-request' });
    });

    test('Processes write the last uses of the same keys in any order without a deadlock', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const keyIds: string[] = [];
      for (let index = 0; index < 20; index += 1) keyIds.push((await stats.keys.create(reports)).key.keyId);
      const orders = [keyIds, keyIds.toReversed()];
      for (let second = 10; second < 40; second += 1) {
        const time = `2026-11-22T10:00:${second}.000Z`;
        await Promise.all(orders.map((ids) => stats.keys.touch(new Map(ids.map((id) => [id, time])))));
      }
      const uses = new Set((await stats.keys.list()).map(({ lastUsedAt }) => lastUsedAt));
      assert.deepEqual(Array.from(uses), ['2026-11-22T10:00:39.000Z']);
      await stats.close();
      await assertNoDeadlocks(database.url);
    });

    test('With `readOnly`, keys are read, changes are rejected, and uses are not written', async () => {
      await using fixture = await createFixture(dialect);
      const { key } = await fixture.stats.keys.create(reports);
      await using stats = await openStats({ database: fixture.database.url, readOnly: true });
      const readOnly = { code: 'read-only', kind: 'forbidden' };
      await assert.rejects(stats.keys.create(reports), readOnly);
      await assert.rejects(stats.keys.revoke(key.keyId), readOnly);
      await stats.keys.touch(new Map([[key.keyId, '2026-11-22T10:00:00.000Z']]));
      assert.deepEqual(await stats.keys.list(), [key]);
      assert.equal((await stats.keys.find(key.keyId))?.name, 'Reports');
    });

    test('Keys and sessions are written at the same time', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId } = fixture;
      await using other = await openStats({ database: fixture.database.url });
      const userId = newUserId();
      await Promise.all(
        Array.from({ length: 20 }, (_, index) => [
          stats.recordSession({ userId, courseId, session: sessionContent() }),
          (index % 2 === 0 ? stats : other).keys.create(reports),
        ]).flat(),
      );
      assert.equal((await stats.keys.list()).length, 20);
      assert.equal((await stats.getStats({ userId, courseId })).sessionCount, 20);
    });

    test('Erasing a learner keeps the keys, and `doctor` finds nothing', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const userId = newUserId();
      await stats.recordSession({ userId, courseId, session: sessionContent() });
      const { key } = await stats.keys.create({ ...reports, courses: [courseId] });
      await stats.eraseUser({ userId });
      assert.deepEqual(await stats.keys.list(), [key]);
      const findings = await diagnose({ database: database.url });
      assert.ok(findings.filter(({ check }) => check !== 'durability').every(({ state }) => state === 'ok'));
    });

    test('A closed handle accepts no calls about keys', async () => {
      await using fixture = await createFixture(dialect);
      await fixture.stats.close();
      for (const call of [fixture.stats.keys.list(), fixture.stats.keys.create(reports)]) {
        await assert.rejects(call, /closed/);
      }
    });
  });
}

test('A backup has the keys', async () => {
  await using fixture = await createFixture('sqlite');
  await using directory = await TestDirectory.create();
  const { key } = await fixture.stats.keys.create(reports);
  const file = join(directory.path, 'copy.db');
  await backUp({ database: fixture.database.url, file });
  await using restored = await openStats({ database: `sqlite:${file}` });
  assert.deepEqual(await restored.keys.find(key.keyId), await fixture.stats.keys.find(key.keyId));
});
