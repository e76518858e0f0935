import { Option, type Command } from 'commander';
import { assertOutside } from '../database-files.js';
import { Interruption } from '../errors.js';
import { bytesOf, FORMATS, type Format, type Pages } from '../export/format.js';
import { openOutput } from '../export/outputs.js';
import type { Io } from '../io.js';
import { count, writeLine } from '../output.js';
import { codeOf, fileError } from '../pending-file.js';
import { startProgress } from '../progress.js';
import { addOwnDatabaseOption, ownDatabaseUrl, type TargetOptions } from '../target.js';

interface Options extends TargetOptions {
  readonly format?: Format;
  readonly gzip?: boolean;
  readonly course?: string;
  readonly user?: string;
  readonly from?: string;
  readonly to?: string;
  readonly quiet?: boolean;
}

export function addExport(program: Command, io: Io): void {
  addOwnDatabaseOption(program.command('export'))
    .description('every session of a database, in use or not, as it is at one moment')
    .argument(
      '[file]',
      'where it goes, whole or not at all: what is there is replaced, a new file is for you alone; - is stdout',
      '-',
    )
    .addOption(
      new Option('--format <format>', "how (default: as the file's name says, else csv)").choices(FORMATS),
    )
    .option('--gzip', 'compress it (default: where the file is named .gz)')
    .option('--course <id>', 'only this course')
    .option('--user <id>', 'only this learner')
    .option('--from <time>', 'only those completed at this time or later: RFC 3339 with offset')
    .option('--to <time>', 'only those completed before this time')
    .option('--quiet', 'say nothing but what went wrong')
    .action((file: string, options: Options) => exportTo(io, file, options));
}

async function exportTo(io: Io, file: string, options: Options): Promise<void> {
  const { quiet = false } = options;
  const database = ownDatabaseUrl(io, options, 'export');
  const pages = await openPages(database, options);
  if (file !== '-') await assertOutside(database, file);
  const output = await openOutput(io, file);
  // A person sees the lines themselves.
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
    const written = `${count(exported, 'line')} written`;
    throw new Interruption(`interrupted; ${written}${output.afterInterruption}`);
  } finally {
    progress.end();
  }
  if (!quiet) writeLine(io.stderr, `Exported ${count(exported, 'session')}.`);
}

async function openPages(database: string, options: Options): Promise<Pages> {
  const { user, course, from, to } = options;
  const { exportSessions, toCourseId, toUserId } = await import('../../core/index.js');
  const userId = user === undefined ? undefined : toUserId(user);
  const courseId = course === undefined ? undefined : toCourseId(course);
  return exportSessions({ database, userId, courseId, from, to });
}
