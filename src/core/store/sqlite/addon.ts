import { createHash, randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const FILE = `${process.platform}-${process.arch}.node`;

/**
 * Extracts SQLite's native addon from a single executable, because the system loads addons only from files.
 * Returns its path, or `undefined` outside a single executable. All connections of a process must use the
 * same file: two copies of SQLite would not see each other's locks.
 */
export function findAddon(): string | undefined {
  if (!('pkg' in process)) return undefined;
  const home = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  const addon = readFileSync(join(home, 'prebuilds', FILE));
  const name = `better-sqlite3-${createHash('sha256').update(addon).digest('hex')}.node`;
  const user = process.getuid?.() ?? '';
  const directories = [join(homedir(), '.cache', 'stats-service'), join(tmpdir(), `stats-service-${user}`)];
  const errors: unknown[] = [];
  // A service account may have no home directory.
  for (const directory of directories) {
    try {
      return writeAddon(directory, name, addon);
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(
    errors,
    `SQLite's addon cannot be written to ${directories.join(' or ')}; make one of them writable.`,
  );
}

/** Writes the addon once, under the hash of its content, to a directory that only this user may write to. */
function writeAddon(directory: string, name: string, content: Buffer): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(directory);
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
  if (!isOurs) throw new Error(`Other users may write to ${directory}; remove their write permission.`);
  const file = join(directory, name);
  if (!existsSync(file) || !readFileSync(file).equals(content)) {
    const temporary = join(directory, `${name}.${randomUUID()}`);
    writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  }
  return file;
}
