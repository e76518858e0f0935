import type { Command } from 'commander';
import { backUp } from '../../core/index.js';
import { assertNotDatabaseFile } from '../database-files.js';
import { Interruption, UsageError } from '../errors.js';
import { AtomicFile, fileError } from '../atomic-file.js';
import { interruptible, type Io } from '../io.js';
import { writeLine } from '../output.js';
import { startProgress, type Progress } from '../progress.js';
import { addOwnDatabaseOption, ownDatabaseUrl, type TargetOptions } from '../target.js';

interface Options extends TargetOptions {
  readonly quiet?: boolean;
}

const POSTGRES =
  'backup copies SQLite files only. For Postgres, run "pg_dump --format=custom --file=FILE URL"; ' +
  'to restore, run "pg_restore --dbname=URL FILE" on an empty database.';

export function addBackup(program: Command, io: Io): void {
  addOwnDatabaseOption(program.command('backup'))
    .description('copy a SQLite database as one snapshot, also while it is in use, and check the copy')
    .argument('<file>', 'the path of the copy; an existing file is not overwritten')
    .option('--quiet', 'print errors only')
    .action((file: string, options: Options) => backUpTo(io, file, options));
}

async function backUpTo(io: Io, file: string, options: Options): Promise<void> {
  const database = ownDatabaseUrl(io, options, 'backup');
  if (/^postgres(ql)?:/.test(database)) throw new Error(POSTGRES);
  if (file === '-') throw new UsageError('backup cannot write to stdout; name a file');
  await assertNotDatabaseFile(database, file);
  const { quiet = false } = options;
  const pending = await AtomicFile.forNew(file);
  try {
    await interruptible(io.signal, copy(io, database, pending.path, quiet));
    await pending.commit();
  } catch (error) {
    await pending.discard();
    if (error instanceof Interruption) throw new Interruption(`interrupted; ${file} was not created`);
    throw fileError(file, error);
  }
  if (!quiet) writeLine(io.stderr, `Backed up to ${file}; the copy was checked.`);
}

async function copy(io: Io, database: string, file: string, quiet: boolean): Promise<void> {
  let progress: Progress | undefined;
  const onCopied = (bytes: number, total: number) => {
    progress ??= startProgress(io, { total, unit: 'MB', quiet });
    progress.add(bytes);
  };
  try {
    await backUp({ database, file, onCopied, signal: io.signal });
  } finally {
    progress?.end();
  }
}
