import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Client } from 'pg';
import { BIN, DIRECTORY, ROOT, run } from './processes.js';
import { coursesJson, SMALL, writeSessions, type Seed } from './seed.js';

type DatabaseName = 'sqlite' | 'postgres';
export const DATABASES: readonly DatabaseName[] = ['sqlite', 'postgres'];

/** Settings as durable as the defaults, for a small dedicated machine. */
export const POSTGRES_SETTINGS =
  'fsync=on shared_buffers=1GB max_wal_size=8GB checkpoint_timeout=30min'.split(' ');

export interface Databases extends AsyncDisposable {
  readonly name: DatabaseName;
  /** Replaces the database of this name with an empty one or a copy of the template, and returns its URL. */
  replace(name: string, template?: string): Promise<string>;
  /** Flushes the database to disk, because a later flush would slow down the measured server. */
  settle(url: string): Promise<void>;
}

export async function openDatabases(name: DatabaseName): Promise<Databases> {
  return name === 'sqlite' ? openSqlite() : openPostgres();
}

/** Replaces a database with one that has the courses and the sessions of the seed, and returns its URL. */
export async function createDatabase(databases: Databases, name: string, seed?: Seed): Promise<string> {
  const url = await databases.replace(name);
  await addSessions(databases, url, seed ?? { ...SMALL, to: 0 });
  return url;
}

export async function addSessions(databases: Databases, url: string, seed: Seed): Promise<void> {
  const file = join(DIRECTORY, 'seed.csv');
  const courses = join(DIRECTORY, 'courses.json');
  await writeSessions(file, seed);
  writeFileSync(courses, coursesJson());
  await run(BIN, 'import', file, '--courses', courses, '--quiet', '--database', url);
  await databases.settle(url);
}

function openSqlite(): Databases {
  return {
    name: 'sqlite',
    async replace(name, template) {
      const path = join(DIRECTORY, `${name}.db`);
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
      const url = `sqlite:${path}`;
      if (template === undefined) return url;
      copyFileSync(template.slice('sqlite:'.length), path);
      execFileSync('sync', [path]);
      return url;
    },
    async settle(url) {
      execFileSync('sync', [url.slice('sqlite:'.length)]);
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** Starts the Postgres of the tests with other settings. It exits when its stdin closes. */
async function openPostgres(): Promise<Databases> {
  const script = join(ROOT, 'test/support/postgres-server.ts');
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...POSTGRES_SETTINGS], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C must not reach Postgres before its supervisor, which removes the data.
    detached: true,
  });
  const exited = once(child, 'exit');
  const [server] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exited]);
  if (typeof server !== 'string') throw new Error('Postgres did not start; its log is above.');
  return {
    name: 'postgres',
    async replace(name, template) {
      const copied = template && `template ${new URL(template).pathname.slice(1)} strategy file_copy`;
      const drop = `drop database if exists ${name} with (force)`;
      await execute(server, drop, `create database ${name} ${copied ?? ''}`, 'checkpoint');
      return server.replace(/[^/]+$/, name);
    },
    settle: (url) => execute(url, 'vacuum analyze', 'checkpoint'),
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await exited;
    },
  };
}

async function execute(url: string, ...statements: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}
