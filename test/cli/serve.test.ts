import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { BIN, runBin, runCli } from '../support/cli.js';
import { createDatabase, createEmptyDatabase, DIALECTS } from '../support/databases.js';
import { listen } from '../support/ports.js';
import { startService } from '../support/service.js';
import { workersWith } from '../support/worker-log.js';

for (const dialect of DIALECTS) {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    test(`\`serve\` on ${dialect} creates its database and shuts down gracefully on ${signal}`, async () => {
      await using database = await createEmptyDatabase(dialect);
      await using service = await startService(['--database', database.url, '--port', '0']);
      // A keep-alive connection would delay the shutdown by a second.
      const ready = await fetch(`${service.url}/readyz`, { headers: { Connection: 'close' } });
      assert.equal(ready.status, 200);
      const { code, stdout, stderr } = await service.stop(signal);
      assert.equal(code, 0);
      const log = stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        log.map(({ msg }) => msg),
        ['started', 'request', 'stopping', 'stopped'],
      );
      assert.match(stderr, /^Database: (sqlite:|postgres:\/\/postgres@).*\nListening on .*\nStopping\.\n$/);
    });
  }
}

test('`serve` reads its host and port from STATS_HOST and STATS_PORT', async () => {
  await using database = await createDatabase('sqlite');
  const env = { STATS_DATABASE_URL: database.url, STATS_HOST: '::1', STATS_PORT: '0' };
  await using service = await startService([], env);
  assert.match(service.url, /^http:\/\/\[::1\]:\d+$/);
  assert.equal((await fetch(`${service.url}/livez`)).status, 200);
});

test('`serve` reads its keep-alive timeout from `--keep-alive`, which overrides STATS_KEEP_ALIVE', async () => {
  assert.equal(await keepAliveOf([]), 'timeout=72');
  assert.equal(await keepAliveOf([], { STATS_KEEP_ALIVE: '3m' }), 'timeout=180');
  assert.equal(await keepAliveOf(['--keep-alive', 'PT24H'], { STATS_KEEP_ALIVE: '3m' }), 'timeout=86400');
});

test('`serve --frame-ancestors` lets only the named sites show the dashboard in a frame', async () => {
  const argv = ['--database', 'sqlite::memory:', '--port', '0'];
  await using service = await startService([
    ...argv,
    '--frame-ancestors',
    "'self' https://learn.example.com",
  ]);
  const { headers } = await fetch(`${service.url}/dashboard`);
  const policy = headers.get('content-security-policy') ?? '';
  assert.match(policy, /; frame-ancestors 'self' https:\/\/learn\.example\.com$/);
  const { code, stderr } = await runCli(['serve', ...argv], { env: { STATS_FRAME_ANCESTORS: '*' } });
  assert.equal(code, 2);
  assert.match(stderr, /STATS_FRAME_ANCESTORS is "\*"; it must be 'none', or 'self' and origins/);
});

test('`serve` reports an invalid keep-alive timeout or host with its name', async () => {
  const rule = 'it must be a duration from 1s to 24h, such as 72s';
  for (const [argv, env, message] of [
    [['--keep-alive', '25h'], {}, `--keep-alive is "25h"; ${rule}`],
    [['--keep-alive', 'soon'], {}, `--keep-alive is "soon"; ${rule}`],
    [['--keep-alive', '0'], {}, `--keep-alive is "0"; ${rule}`],
    [['--keep-alive', '75'], {}, '--keep-alive is "75"; add a unit: 75s or 75m'],
    [[], { STATS_KEEP_ALIVE: '999ms' }, `STATS_KEEP_ALIVE is "999ms"; ${rule}`],
    [['--host', ''], {}, '--host is ""; it must be a host or an address'],
    [[], { STATS_PORT: '99999' }, 'STATS_PORT is "99999"; it must be a port from 0 to 65,535'],
  ] as const) {
    const { code, stderr } = await runCli(['serve', '--database', 'sqlite::memory:', ...argv], { env });
    assert.deepEqual([code, stderr], [2, `stats-service: ${message}\n`]);
  }
});

test('`serve` reports an invalid number of workers with its name', async () => {
  const rule = 'it must be auto or a number from 1 to 256';
  const onSqlite = 'it must be 1 or auto on SQLite, because more processes do not write faster';
  const cases: readonly (readonly [readonly string[], Readonly<Record<string, string>>, string])[] = [
    ...['0', '257', '1.5', 'all', '-1'].map(
      (workers) => [['--workers', workers], {}, `--workers is "${workers}"; ${rule}\n`] as const,
    ),
    [[], { STATS_WORKERS: 'Auto' }, `STATS_WORKERS is "Auto"; ${rule}\n`],
    [['--workers', '2'], {}, `--workers is "2"; ${onSqlite}; use Postgres for more\n`],
    [[], { STATS_WORKERS: '16' }, `STATS_WORKERS is "16"; ${onSqlite}; use Postgres for more\n`],
  ];
  for (const [argv, env, message] of cases) {
    const { code, stderr } = await runCli(['serve', '--database', 'sqlite::memory:', ...argv], { env });
    assert.deepEqual({ code, stderr }, { code: 2, stderr: `stats-service: ${message}` });
  }
});

test('`serve --workers auto` is one process on SQLite', async () => {
  const argv = ['--database', 'sqlite::memory:', '--port', '0', '--workers', 'auto'];
  await using service = await startService(argv);
  const { code, stdout } = await service.stop();
  assert.equal(code, 0);
  assert.deepEqual(workersWith({ log: stdout }, 'started'), []);
});

test('`serve` reports a port that is in use in one line and exits with code 1', async () => {
  await using other = createServer();
  const port = await listen(other);
  const { code, stderr } = await runBin(['serve', '--database', 'sqlite::memory:', '--port', String(port)]);
  assert.equal(code, 1);
  assert.equal(
    stderr,
    `stats-service: 127.0.0.1:${port} is in use; stop the program that uses it, or choose another --port.\n`,
  );
});

test('`serve` reports an address that it cannot use in one line of its own', async () => {
  for (const [host, message] of [
    [
      '203.0.113.1',
      /^stats-service: 203\.0\.113\.1 is not an address of this machine; choose another --host, .*\n$/,
    ],
    [
      'nowhere.invalid',
      /^stats-service: nowhere\.invalid (is an unknown host name|cannot be resolved).*; check.*\n$/,
    ],
  ] as const) {
    const { code, stderr } = await runBin([
      'serve',
      '--database',
      'sqlite::memory:',
      '--port',
      '0',
      '--host',
      host,
      '--trusted-proxies',
      'any',
    ]);
    assert.equal(code, 1);
    assert.match(stderr, message);
  }
});

test('`serve` reports a port that needs a permission', { skip: !hasPrivilegedPorts() }, async () => {
  const argv = [BIN, 'serve', '--database', 'sqlite::memory:', '--port', '1'];
  const user = process.getuid?.() === 0 ? { uid: 65_534 } : {};
  const child = spawn(process.execPath, argv, { env: {}, stdio: ['ignore', 'ignore', 'pipe'], ...user });
  const [stderr] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  assert.equal(child.exitCode, 1);
  assert.match(
    stderr,
    /^stats-service: 127\.0\.0\.1:1 needs a permission .*; choose a --port from 1024\.\n$/,
  );
});

/** Containers often let every user listen on every port. */
function hasPrivilegedPorts(): boolean {
  const file = '/proc/sys/net/ipv4/ip_unprivileged_port_start';
  return process.platform === 'linux' && Number(readFileSync(file, 'utf8')) > 1;
}

test('`serve --no-migrate` rejects a database whose schema is not current', async () => {
  await using database = await createEmptyDatabase('postgres');
  const argv = ['serve', '--database', database.url, '--port', '0', '--no-migrate'];
  const { code, stderr } = await runBin(argv);
  assert.equal(code, 1);
  assert.match(stderr, /run "stats-service migrate up"\.\n$/);
});

async function keepAliveOf(argv: readonly string[], env = {}): Promise<string | null> {
  await using service = await startService(['--database', 'sqlite::memory:', '--port', '0', ...argv], env);
  const { headers } = await fetch(`${service.url}/livez`);
  return headers.get('keep-alive');
}

test('`serve` refuses settings of authentication that are unsafe, invalid or without effect', async () => {
  const issuer = ['--jwt-issuer', 'https://issuer.example'];
  for (const [options, message] of [
    [['--host', '0.0.0.0'], /0\.0\.0\.0 can be reached from other machines.*--trusted-proxies/],
    [['--trusted-proxies', '10.0.0'], /"10\.0\.0" is not an address or a CIDR range/],
    [['--auth', 'tokens'], /--auth is "tokens"; it must be gateway or token/],
    [['--auth', 'token', '--trusted-proxies', 'any'], /--trusted-proxies has no effect with --auth token/],
    [['--auth', 'token', ...issuer], /a JWT needs --jwt-issuer and --jwt-audience; set both/],
    [[...issuer, '--jwt-audience', 'stats'], /--jwt-issuer has no effect with --auth gateway/],
  ] as const) {
    const { code, stderr } = await runCli([
      'serve',
      '--database',
      'sqlite::memory:',
      '--port',
      '0',
      ...options,
    ]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, message);
  }
  const secret = { STATS_SESSION_SECRET: 'x'.repeat(31) };
  const short = await runCli(['serve', '--database', 'sqlite::memory:', '--auth', 'token'], { env: secret });
  assert.equal(
    short.stderr,
    'stats-service: STATS_SESSION_SECRET has 31 bytes; it must have at least 32, such as the output of "openssl rand -base64 32"\n',
  );
  // A container image may set the variable of the other mode. Then only the address is wrong.
  const env = { STATS_TRUSTED_PROXIES: '172.16.0.0/12', STATS_AUTH: 'token' };
  const argv = ['serve', '--database', 'sqlite::memory:', '--port', '0', '--host', '203.0.113.1'];
  const { code, stderr } = await runCli(argv, { env });
  assert.equal(code, 1);
  assert.match(stderr, /203\.0\.113\.1 is not an address of this machine/);
});
