import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readExpiry } from '../../src/cli/expiry.js';
import { parseApiKey } from '../../src/core/index.js';
import { runCli } from '../support/cli.js';
import { DIALECTS } from '../support/databases.js';
import { newCourseId } from '../support/factories.js';
import { createFixture } from '../support/fixture.js';
import { runSql } from '../support/sql.js';

const NOW = Date.parse('2026-11-22T10:00:00.000Z');
const CREATE = ['key', 'create', '--name', 'Reports', '--scope', 'stats:read'];

for (const dialect of DIALECTS) {
  describe(`\`key\` on ${dialect}`, () => {
    test('`key create` prints only the key on stdout, and the rest on stderr', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const at = ['--database', database.url];
      const { code, stdout, stderr } = await runCli([
        ...CREATE,
        'sessions:write',
        '--course',
        courseId.toUpperCase(),
        '--expires',
        '90d',
        ...at,
      ]);
      assert.equal(code, 0, stderr);
      const parts = parseApiKey(stdout.trimEnd());
      assert.ok(parts && stdout.endsWith('\n'));
      assert.equal(stderr, `Created key ${parts.keyId}. This key is shown only once; store it now.\n`);
      const [key] = await stats.keys.list();
      assert.deepEqual(key?.scopes, ['sessions:write', 'stats:read']);
      assert.deepEqual(key.courses, [courseId]);
      const validity = Date.parse(key.expiresAt ?? '') - Date.parse(key.createdAt);
      assert.ok(Math.abs(validity - 90 * 86_400_000) < 60_000, `${validity}`);

      const printed = JSON.parse((await runCli([...CREATE, '--json', ...at])).stdout);
      const { text, status, ...created } = printed;
      assert.equal(status, 'active');
      assert.equal(parseApiKey(text)?.keyId, created.keyId);
      const listed = (await stats.keys.list()).filter(({ keyId }) => keyId === created.keyId);
      assert.deepEqual([created], listed);
    });

    test('`key revoke` revokes once, and exits with code 3 for an unknown key', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, database } = fixture;
      const at = ['--database', database.url];
      const { key, text } = await stats.keys.create({ name: 'Reports', scopes: ['stats:read'] });
      const first = await runCli(['key', 'revoke', key.keyId, ...at]);
      assert.equal(first.code, 0);
      assert.equal(first.stdout, '');
      assert.match(first.stderr, new RegExp(`^Key ${key.keyId} \\(Reports\\) was revoked at 20.*Z\\.\n$`));
      // The whole key is what the user has after a leak.
      assert.deepEqual(await runCli(['key', 'revoke', text, ...at]), first);
      const { stdout } = await runCli(['key', 'revoke', key.keyId, '--json', ...at]);
      const [stored] = await stats.keys.list();
      assert.ok(stored?.revokedAt);
      assert.deepEqual(JSON.parse(stdout), { ...stored, status: 'revoked' });

      const unknown = await runCli(['key', 'revoke', '0123456789abcdef', ...at]);
      assert.equal(unknown.code, 3);
      assert.match(
        unknown.stderr,
        /no API key 0123456789abcdef\. List the keys with "stats-service key list"/,
      );
      const cut = await runCli(['key', 'revoke', text.slice(0, -1), ...at]);
      assert.equal(cut.code, 2);
      assert.equal(cut.stderr, 'stats-service: The key id must be 16 hexadecimal digits\n');
    });

    test('`key list` shows each key with its status', async () => {
      await using fixture = await createFixture(dialect);
      const { stats, courseId, database } = fixture;
      const create = async (name: string, courses?: (typeof courseId)[]) =>
        (await stats.keys.create({ name, scopes: ['stats:read'], courses })).key.keyId;
      const [active, expired, revoked] = [
        await create('A'),
        await create('B', [courseId]),
        await create('C'),
      ];
      await runSql(
        database.url,
        `update api_keys set expires_at = '2020-01-01T00:00:00.000Z' where key_id <> '${active}'`,
      );
      await stats.keys.revoke(revoked);
      await stats.keys.touch(new Map([[active, '2026-11-22T10:05:00.000Z']]));

      const list = ['key', 'list', '--database', database.url];
      const { code, stdout, stderr } = await runCli(list);
      assert.deepEqual([code, stderr], [0, '']);
      const [heading, ...rows] = stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split(/ {2,}/));
      assert.deepEqual(heading, ['Key', 'Status', 'Last used', 'Courses', 'Scopes', 'Name']);
      assert.deepEqual(
        rows.toSorted((a, b) => (String(a[5]) < String(b[5]) ? -1 : 1)),
        [
          [active, 'active', '2026-11-22', 'all', 'stats:read', 'A'],
          [expired, 'expired', 'never', '1', 'stats:read', 'B'],
          [revoked, 'revoked', 'never', 'all', 'stats:read', 'C'],
        ],
      );
      const documents = (await runCli([...list, '--json'])).stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      const statuses = new Map([
        [active, 'active'],
        [expired, 'expired'],
        [revoked, 'revoked'],
      ]);
      const stored = await stats.keys.list();
      assert.deepEqual(
        documents,
        stored.map((key) => ({ ...key, status: statuses.get(key.keyId) })),
      );
    });
  });
}

test('The table of keys fits 80 columns, however long the names and scopes are', async () => {
  await using fixture = await createFixture('sqlite');
  const { keys } = fixture.stats;
  const { key } = await keys.create({
    name: 'N'.repeat(100),
    scopes: ['admin', 'courses:write', 'sessions:write', 'stats:read'],
  });
  const { stdout, stderr } = await runCli(['key', 'list', '--database', fixture.database.url], {
    columns: 80,
  });
  assert.equal(stderr, '');
  const lines = stdout.trimEnd().split('\n');
  assert.equal(Math.max(...lines.map((line) => line.length)), 80);
  assert.match(
    lines[1] ?? '',
    new RegExp(`^${key.keyId}  active  never      all      admin courses:.*…  N{7}…$`),
  );
});

describe('mistakes with `key`', () => {
  const mistakes: readonly (readonly [argv: readonly string[], code: number, message: RegExp])[] = [
    [['key', 'create', '--scope', 'admin'], 2, /required option '--name <name>'/],
    [['key', 'create', '--name', 'a'], 2, /required option '--scope <scope\.\.\.>'/],
    [['key', 'create', '--name', 'a', '--scope', 'all'], 2, /Allowed choices are stats:read, /],
    [['key', 'create', '--name', '', '--scope', 'admin'], 2, /--name is ""; it must be text of 1 to 100/],
    [[...CREATE, '--course', 'x'], 2, /--course is "x"; it must be a UUID/],
    [[...CREATE, '--course', newCourseId()], 3, /There is no course .* "stats-service course add"/],
    [[...CREATE, '--expires', '90'], 2, /--expires is "90"; it must be a duration such as 90d/],
    [[...CREATE, '--expires', '2020-01-01'], 2, /--expires is "2020-01-01T00:00:00Z".*in the future/],
    [[...CREATE, '--expires', '2027-02-30'], 2, /--expires is "2027-02-30T00:00:00Z"/],
    [[...CREATE, '--expires', '4000d'], 2, /--expires is .* at most 10 years ahead/],
    [['key', 'list', '--server', 'http://x'], 2, /key list cannot use a server; use --database/],
  ];
  for (const [argv, code, message] of mistakes) {
    test(`\`${argv.join(' ')}\` fails, and no key is created`, async () => {
      await using fixture = await createFixture('sqlite');
      const database = argv.includes('--server') ? [] : ['--database', fixture.database.url];
      const result = await runCli([...argv, ...database]);
      assert.deepEqual([result.code, result.stdout], [code, '']);
      assert.match(result.stderr, message);
      assert.deepEqual(await fixture.stats.keys.list(), []);
    });
  }
});

test('No `key` command creates a database', async () => {
  for (const argv of [CREATE, ['key', 'list'], ['key', 'revoke', '0123456789abcdef']]) {
    const { code, stderr } = await runCli([...argv, '--database', 'sqlite:/nowhere/stats.db']);
    assert.equal(code, 3);
    assert.match(stderr, /no database at \/nowhere\/stats\.db/);
  }
});

test('`--expires` takes durations, dates in UTC and RFC 3339 times', () => {
  const cases = [
    ['90d', '2027-02-20T10:00:00.000Z'],
    ['1h30m', '2026-11-22T11:30:00.000Z'],
    ['P2W', '2026-12-06T10:00:00.000Z'],
    ['99999999999d', '9999-12-31T00:00:00.000Z'],
    ['2027-01-31', '2027-01-31T00:00:00Z'],
    ['2027-01-31T10:00:00+01:00', '2027-01-31T10:00:00+01:00'],
  ] as const;
  for (const [text, time] of cases) assert.equal(readExpiry(text, NOW), time);
  for (const text of ['', '90', '90 days', 'tomorrow', '1e9d', '-1d']) {
    assert.throws(() => readExpiry(text, NOW), { name: 'UsageError' });
  }
});
