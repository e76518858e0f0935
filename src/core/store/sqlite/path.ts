import { accessSync, constants, existsSync, realpathSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describeValue, StatsError } from '../../errors.js';

interface PathOptions {
  /** The file may be missing. */
  readonly create: boolean;
  /** The file need not be writable. */
  readonly readOnly: boolean;
}

/**
 * Checks the path of a database file before SQLite opens it.
 *
 * @throws {StatsError} `invalid-database-url`, `database-not-found`, `database-unusable`
 * @throws the error of the operating system if the path cannot be accessed
 */
export function checkPath(path: string, { create, readOnly }: PathOptions): void {
  checkSyntax(path);
  // Throws for any other reason than a missing file, for example without permission to enter a directory.
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found && !create) {
    throw new StatsError(
      'database-not-found',
      `There is no database at ${path}. Check the path, or create it with "stats-service migrate up".`,
    );
  }
  const directory = dirname(resolve(path));
  if (!found && !existsSync(directory)) {
    throw new StatsError(
      'database-unusable',
      `The directory of the database does not exist: ${directory}. Create it, or name another path.`,
    );
  }
  if (found?.isDirectory()) {
    throw new StatsError('database-unusable', `${path} is a directory, not a database.`);
  }
  if (found && !readOnly) assertWritable(path);
}

/** SQLite has neither parameters nor a home directory in its paths, and would create a file of that name. */
function checkSyntax(path: string): void {
  if (/^~(\/|$)/.test(path)) {
    const full = join(homedir(), path.slice(1));
    throw invalidPath(
      path,
      `must not begin with ~. Write the full path: ${describeValue(`sqlite:${full}`)}.`,
    );
  }
  const query = path.indexOf('?');
  if (query >= 0) {
    const file = path.slice(0, query);
    throw invalidPath(
      `${file}?`,
      `must not contain a ?, because a SQLite URL has no parameters. Write ${describeValue(`sqlite:${file}`)}.`,
    );
  }
}

function invalidPath(path: string, advice: string): StatsError {
  return new StatsError(
    'invalid-database-url',
    `The database URL is ${describeValue(`sqlite:${path}`)}; its path ${advice}`,
  );
}

/** SQLite would open the file read-only and fail at the first write. */
function assertWritable(path: string): void {
  try {
    accessSync(path, constants.W_OK);
    const file = realpathSync(path);
    // Without its log, SQLite must create files beside the database.
    if (!existsSync(`${file}-wal`)) accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new StatsError(
      'database-unusable',
      `The database ${path} cannot be written. Check the permissions of the file and of its directory. Commands that only read work without them, also "stats-service serve --read-only".`,
      { cause: error },
    );
  }
}
