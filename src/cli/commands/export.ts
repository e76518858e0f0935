import { Option, type Command } from 'commander';
import { codeOf, fileError } from '../atomic-file.js';
import { exportSessions, toCourseId, toUserId } from '../../core/index.js';
import { assertNotDatabaseFile } from '../database-files.js';
import { Interruption } from '../errors.js';
import { bytesOf, FORMATS, type Format, type Pages } from '../export/format.js';
import { openOutput } from '../export/output.js';
import type { Io } from '../io.js';
import { count, writeLine } from '../output.js';
import { startProgress } from '../progress.js';
import { addRangeOptions, readRange, type RangeOptions } from '../range.js';
import { addOwnDatabaseOption, ownDatabaseUrl, type TargetOptions } from '../target.js';

interface Options extends TargetOptions, RangeOptions {
  readonly format?: Format;
  readonly gzip?: boolean;
  readonly course?: string;
  readonly user?: string;
  readonly quiet?: boolean;
}

export function addExport(program: Command, io: Io): void {
  const command = addOwnDatabaseOption(program.command('export'))
    .description('write all sessions to a file as one snapshot, also while the database is in use')
    .argument('[file]', 'the file to create or replace; only you can read a new file; - is stdout', '-')
    .addOption(new Option('--format <format>', 'default: by file extension, else csv').choices(FORMATS))
    .option('--gzip', 'compress the output (default: if the name of the file ends in .gz)')
    .option('--course <id>', 'only this course')
    .option('--user <id>', 'only this learner');
  addRangeOptions(command)
    .option('--quiet', 'print errors only')
    .action((file: string, options: Options) => exportTo(io, file, options));
}

async function exportTo(io: Io, file: string, options: Options): Promise<void> {
  const { quiet = false } = options;
  const database = ownDatabaseUrl(io, options, 'export');
  const pages = await openPages(database, options);
  if (file !== '-') await assertNotDatabaseFile(database, file);
  const output = await openOutput(io, file);
  // On a terminal, the exported lines show the progress.
  const isShown = file === '-' && io.terminal;
  const progress = startProgress(io, { unit: 'lines', quiet: quiet || isShown });
  let exported = 0;
  const counted = async function* (): Pages {
    for await (const sessions of pages) {
      yield sessions;
      exported += sessions.length;
      progress.add(sessions.length);
    }
  };
  try {
    await output.write(bytesOf(counted(), file, options));
  } catch (error) {
    // EPIPE is not an error: the reader of a named pipe (for example `head`) has exited.
    if (codeOf(error) === 'EPIPE') return;
    if (!(error instanceof Interruption)) throw fileError(file, error);
    const read = `after ${count(exported, 'line')}`;
    throw new Interruption(`interrupted ${read}${output.afterInterruption}`);
  } finally {
    progress.end();
  }
  if (!quiet) writeLine(io.stderr, `Exported ${count(exported, 'session')}.`);
}

async function openPages(database: string, options: Options): Promise<Pages> {
  const { user, course } = options;
  const { from, to } = await readRange(options);
  const userId = user === undefined ? undefined : toUserId(user);
  const courseId = course === undefined ? undefined : toCourseId(course);
  return exportSessions({ database, userId, courseId, from, to });
}
