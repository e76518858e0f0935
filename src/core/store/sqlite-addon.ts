import { createHash, randomUUID } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** As the addon's own package names its files. */
const FILE = `${process.platform}-${process.arch}.node`;

/**
 * The file of SQLite's addon, where it is not where its package looks for it: in a single executable it lies
 * inside, and the system loads only files. All connections of a process use the same one: two copies of SQLite
 * would not see each other's locks.
 */
export function findAddon(): string | undefined {
  if (!('pkg' in process)) return undefined;
  const home = dirname(createRequire(import.meta.url).resolve('better-sqlite3/package.json'));
  const addon = readFileSync(join(home, 'prebuilds', FILE));
  const name = `better-sqlite3-${createHash('sha256').update(addon).digest('hex')}.node`;
  const user = process.getuid?.() ?? '';
  const folders = [join(homedir(), '.cache', 'stats-service'), join(tmpdir(), `stats-service-${user}`)];
  const errors: unknown[] = [];
  // A service account may have no folder of its own.
  for (const folder of folders) {
    try {
      return keep(folder, name, addon);
    } catch (error) {
      errors.push(error);
    }
  }
  throw new AggregateError(errors, `SQLite's addon can be written to none of ${folders.join(' and ')}.`);
}

/** Written once, under the hash of its content, in a folder that nobody else may change. */
function keep(folder: string, name: string, content: Buffer): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = lstatSync(folder);
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
  if (!isOurs) throw new Error(`Others may write into ${folder}.`);
  const file = join(folder, name);
  if (!existsSync(file) || !readFileSync(file).equals(content)) {
    const temporary = join(folder, `${name}.${randomUUID()}`);
    writeFileSync(temporary, content, { mode: 0o600, flag: 'wx' });
    renameSync(temporary, file);
  }
  return file;
}
