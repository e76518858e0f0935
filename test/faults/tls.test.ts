import assert from 'node:assert/strict';
import { before, after, describe, test } from 'node:test';
import { Client } from 'pg';
import { openStats } from '../../src/core/index.js';
import { createAuthority, type Authority } from '../support/certificates.js';
import { runBin } from '../support/cli.js';
import { until } from '../support/condition.js';
import { createDatabase } from '../support/databases.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { runSql } from '../support/sql.js';

/** The host name in the certificate. The IP address is not in it. */
const NAME = 'localhost';

describe('Postgres with TLS', () => {
  let authority: Authority;
  let untrusted: Authority;
  let postgres: PostgresServer;

  before(async () => {
    [authority, untrusted, postgres] = await Promise.all([
      createAuthority(),
      createAuthority(),
      startPostgres(),
    ]);
    await secure(postgres.url, await authority.issue(NAME));
  });
  after(async () => {
    await Promise.all([postgres.stop(), authority[Symbol.asyncDispose](), untrusted[Symbol.asyncDispose]()]);
  });

  const urlWith = (parameters: Readonly<Record<string, string>>, host = NAME) => {
    const url = new URL(postgres.url);
    url.hostname = host;
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  };

  test('The service connects over TLS if the certificate is trusted or is not verified', async () => {
    for (const url of [
      urlWith({ sslmode: 'verify-full', sslrootcert: authority.file }),
      // pg treats `require` like `verify-full`.
      urlWith({ sslmode: 'require', sslrootcert: authority.file }),
      urlWith({ sslmode: 'no-verify' }),
      urlWith({ uselibpqcompat: 'true', sslmode: 'require' }),
      urlWith({ uselibpqcompat: 'true', sslmode: 'verify-ca', sslrootcert: authority.file }, '127.0.0.1'),
    ]) {
      await using stats = await openStats({ database: url });
      const page = await stats.listCourses({});
      assert.deepEqual(page.items, []);
      const encrypted = `select distinct ssl from pg_stat_ssl join pg_stat_activity using (pid)
        where application_name = 'stats-service'`;
      assert.deepEqual(await runSql(postgres.url, encrypted), [{ ssl: true }], url);
    }
  });

  test('A Postgres URL with any `sslmode` prints nothing on stderr', async () => {
    const modes: readonly Readonly<Record<string, string>>[] = [
      { sslmode: 'prefer', sslrootcert: authority.file },
      { sslmode: 'require', sslrootcert: authority.file },
      { sslmode: 'verify-ca', sslrootcert: authority.file },
      { uselibpqcompat: 'true', sslmode: 'require' },
      { sslmode: 'no-verify' },
    ];
    for (const parameters of modes) {
      const argv = ['course', 'add', '--name', crypto.randomUUID(), '--json', '--database'];
      const { code, stderr } = await runBin([...argv, urlWith(parameters)]);
      assert.deepEqual([code, stderr], [0, ''], JSON.stringify(parameters));
    }
    // libpq requires a CA for this mode, and so does the driver.
    const withoutCa = urlWith({ uselibpqcompat: 'true', sslmode: 'verify-ca' });
    const { code, stderr } = await runBin(['course', 'list', '--database', withoutCa]);
    assert.equal(code, 1);
    assert.match(stderr, /^stats-service: [^\n]*sslrootcert[^\n]*\n$/);
  });

  test('The service rejects an untrusted Postgres certificate and reports the reason', async () => {
    for (const [url, why] of [
      [urlWith({ sslmode: 'verify-full', sslrootcert: untrusted.file }), /certificate/],
      [urlWith({ sslmode: 'verify-full' }), /certificate/],
      [urlWith({ sslmode: 'require' }), /certificate/],
      [
        urlWith({ sslmode: 'verify-full', sslrootcert: authority.file }, '127.0.0.1'),
        /does not match certificate/,
      ],
      [
        urlWith({ sslmode: 'verify-full', sslrootcert: '/nowhere/root.crt' }),
        /\/nowhere\/root\.crt does not exist/,
      ],
    ] as const) {
      await assert.rejects(openStats({ database: url }), { code: 'database-unusable' }, url);
      const { code, stderr } = await runBin(['serve', '--database', url, '--port', '0']);
      assert.equal(code, 1, stderr);
      assert.match(
        stderr,
        /^stats-service: (The TLS connection failed|A file in the URL cannot be read)\. Check .*\. \(.*\)\n$/,
      );
      assert.match(stderr, why);
      assert.ok(!stderr.includes('    at '), stderr);
    }
  });
});

test('The service rejects a Postgres without TLS if the URL requires TLS', async () => {
  await using database = await createDatabase('postgres');
  const url = `${database.url}?sslmode=verify-full`;
  await assert.rejects(openStats({ database: url }), {
    code: 'database-unusable',
    message: /does not offer TLS/,
  });
});

/** Lets the server write its certificate and key, because it must own the key file. */
async function secure(url: string, files: { readonly certificate: string; readonly key: string }) {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const [name, text] of [
      ['server.crt', files.certificate],
      ['server.key', files.key],
    ] as const) {
      const lines = `select line from string_to_table(${client.escapeLiteral(text.trimEnd())}, E'\\n') as line`;
      await client.query(`copy (${lines}) to program 'umask 077 && cat > ${name}'`);
    }
    await client.query('alter system set ssl = on');
    await client.query('select pg_reload_conf()');
  } finally {
    await client.end();
  }
  // A reload applies to new connections only.
  await until('TLS', async () => {
    const [row] = await runSql(url, `select current_setting('ssl') as ssl`);
    return JSON.stringify(row) === '{"ssl":"on"}';
  });
}
