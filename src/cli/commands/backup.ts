import type { Command } from 'commander';
import { assertOutside } from '../database-files.js';
import { Interruption, UsageError } from '../errors.js';
import type { Io } from '../io.js';
import { writeLine } from '../output.js';
import { fileError, PendingFile } from '../pending-file.js';
import { startProgress, type Progress } from '../progress.js';
import { addOwnDatabaseOption, interruptible, ownDatabaseUrl, type TargetOptions } from '../target.js';

interface Options extends TargetOptions {
  readonly quiet?: boolean;
}

const POSTGRES =
  'Postgres copies itself: "pg_dump --format=custom --file=FILE URL" makes a backup, ' +
  '"pg_restore --dbname=URL FILE" fills an empty database with it.';

export function addBackup(program: Command, io: Io): void {
  addOwnDatabaseOption(program.command('backup'))
    .description('copy a SQLite database, in use or not, as it is at one moment, and check the copy')
    .argument('<file>', 'the copy; what is there already is not overwritten')
    .option('--quiet', 'say nothing but what went wrong')
    .action((file: string, options: Options) => backUpTo(io, file, options));
}

async function backUpTo(io: Io, file: string, options: Options): Promise<void> {
  const database = ownDatabaseUrl(io, options, 'backup');
  if (/^postgres(ql)?:/.test(database)) throw new Error(POSTGRES);
  if (file === '-') throw new UsageError('backup writes a file, not to stdout');
  await assertOutside(database, file);
  const { quiet = false } = options;
  const pending = await PendingFile.forNew(file);
  try {
    await interruptible(io, copy(io, database, pending.path, quiet));
    await pending.keep();
  } catch (error) {
    await pending.discard();
    if (error instanceof Interruption) throw new Interruption(`interrupted; ${file} was not made`);
    throw fileError(file, error);
  }
  if (!quiet) writeLine(io.stderr, `Backed up to ${file}; the copy was checked.`);
}

async function copy(io: Io, database: string, file: string, quiet: boolean): Promise<void> {
  const { backUp } = await import('../../core/index.js');
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
