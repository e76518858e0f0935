import { fstatSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { sqlitePath } from '../core/index.js';
import { UsageError } from './errors.js';

const STDIN = 0;

/** Compares the files behind two paths by device and inode. The second path may be `-` for stdin. */
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

/** Suffixes of the files that SQLite creates next to a database. */
export const SIDECAR_SUFFIXES = ['-journal', '-wal', '-shm'];

/** @throws {UsageError} if the file belongs to the database */
export async function assertNotDatabaseFile(database: string, file: string): Promise<void> {
  const path = sqlitePath(database);
  if (path === undefined) return;
  const target = await withoutLinks(file);
  // SQLite resolves links before it appends the suffixes.
  const main = await withoutLinks(path);
  for (const own of ['', ...SIDECAR_SUFFIXES].map((suffix) => `${main}${suffix}`)) {
    // Missing files have no inode, so the names are compared too.
    if (own === target || (await isSameFile(file, own))) {
      throw new UsageError(`${file} belongs to the database; name another file`);
    }
  }
}

/** Returns the absolute path of the file behind links. The file need not exist. */
export async function withoutLinks(path: string): Promise<string> {
  const target = resolve(path);
  return realpath(target).catch(async () => {
    const directory = await realpath(dirname(target)).catch(() => dirname(target));
    return join(directory, basename(target));
  });
}
