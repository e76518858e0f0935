import { copyFileSync, openSync, closeSync, fsyncSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import BetterSqlite from 'better-sqlite3';
import { openStats } from '../../src/core/index.js';
import { removeFolder, temporaryFolder } from '../guarded.js';
import type { Databases } from './databases.js';

export function openSqliteDatabases(): Databases {
  const folder = temporaryFolder();
  let made = 0;
  const newUrl = () => {
    made += 1;
    return `sqlite:${join(folder, `${made}.db`)}`;
  };
  return {
    name: 'sqlite',
    async create(statements) {
      const url = newUrl();
      await (await openStats({ database: url })).close();
      runStatements(pathOf(url), statements);
      return url;
    },
    async run(url, statements) {
      runStatements(pathOf(url), statements);
    },
    async copy(url) {
      const copied = newUrl();
      copyFileSync(pathOf(url), pathOf(copied));
      flush(pathOf(copied));
      return copied;
    },
    async drop(url) {
      for (const suffix of ['', '-wal', '-shm']) rmSync(`${pathOf(url)}${suffix}`, { force: true });
    },
    async close() {
      removeFolder(folder);
    },
  };
}

function pathOf(url: string): string {
  return url.slice('sqlite:'.length);
}

/** Without waiting for the disk in between: what fails here is made anew. */
function runStatements(path: string, statements: readonly string[]): void {
  const db = new BetterSqlite(path);
  db.pragma('synchronous = off');
  db.pragma('cache_size = -1000000');
  db.pragma('temp_store = memory');
  db.transaction(() => statements.forEach((statement) => db.exec(statement)))();
  // Closing the last connection moves the log into the file.
  db.close();
  flush(path);
}

/** What is written here must not wait for the disk while a server is measured. */
function flush(path: string): void {
  const file = openSync(path, 'r+');
  fsyncSync(file);
  closeSync(file);
}
