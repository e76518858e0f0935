import { fstatSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { sqlitePath } from '../core/index.js';
import { UsageError } from './errors.js';

const STDIN = 0;

/** True if both paths lead to the same file, through any names or links. The other may be `-`, which is stdin. */
export async function isSameFile(one: string, other: string | undefined): Promise<boolean> {
  if (other === undefined) return false;
  try {
    const a = await stat(one, { bigint: true });
    const b = other === '-' ? fstatSync(STDIN, { bigint: true }) : await stat(other, { bigint: true });
    return a.isFile() && a.dev === b.dev && a.ino === b.ino;
  } catch {
    return false;
  }
}

/** Suffixes of the files that SQLite creates beside a database. */
export const COMPANIONS = ['-journal', '-wal', '-shm'];

/** @throws {UsageError} if the file is one of the database's own files */
export async function assertOutside(database: string, file: string): Promise<void> {
  const path = sqlitePath(database);
  if (path === undefined) return;
  const place = await withoutLinks(file);
  // SQLite follows links before it names the other files.
  const main = await withoutLinks(path);
  for (const own of ['', ...COMPANIONS].map((suffix) => `${main}${suffix}`)) {
    // A file that does not exist yet can only be compared by name.
    if (own === place || (await isSameFile(file, own))) {
      throw new UsageError(`${file} is a file of the database itself; name another file`);
    }
  }
}

async function withoutLinks(path: string): Promise<string> {
  const place = resolve(path);
  return realpath(place).catch(async () => {
    const directory = await realpath(dirname(place)).catch(() => dirname(place));
    return join(directory, basename(place));
  });
}
