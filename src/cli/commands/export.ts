import { Option, type Command } from 'commander';
import { codeOf, fileError } from '../atomic-file.js';
import { exportEnrolments, exportSessions, toCourseId, toUserId } from '../../core/index.js';
import { assertNotDatabaseFile } from '../database-files.js';
import { Interruption, UsageError } from '../errors.js';
import {
  bytesOf,
  ENROLMENT_LINES,
  FORMATS,
  SESSION_LINES,
  type Bytes,
  type Format,
  type Pages,
} from '../export/format.js';
import { openOutput } from '../export/output.js';
import type { Io } from '../io.js';
import { count, writeLine } from '../output.js';
import { startProgress } from '../progress.js';
import { addRangeOptions, readRange, type RangeOptions } from '../range.js';
import { addOwnDatabaseOption, ownDatabaseUrl, type TargetOptions } from '../target.js';

interface Options extends TargetOptions, RangeOptions {
  readonly format?: Format;
  readonly enrolments?: string;
  readonly gzip?: boolean;
  readonly course?: string;
  readonly user?: string;
  readonly quiet?: boolean;
}

export function addExport(program: Command, io: Io): void {
  const command = addOwnDatabaseOption(program.command('export'))
    .description('write all sessions to a file as one snapshot, also while the database is in use')
    .argument(
      '[file]',
      'the file to create or replace; only you can read a new file; - is stdout (default: -)',
    )
    .addOption(
      new Option(
        '--format <format>',
        'default: by file extension, else csv; text is as stored, not changed for spreadsheets',
      ).choices(FORMATS),
    )
    .option('--enrolments <file>', 'write the enrolments to this file, instead of the sessions')
    .option('--gzip', 'compress the output (default: if the name of the file ends in .gz)')
    .option('--course <id>', 'only this course')
    .option('--user <id>', 'only this learner');
  addRangeOptions(command)
    .option('--quiet', 'print errors only')
    .action((file: string | undefined, options: Options) =>
      options.enrolments === undefined
        ? exportTo(io, file ?? '-', options)
        : exportEnrolmentsTo(io, file, options.enrolments, options),
    );
}

async function exportTo(io: Io, file: string, options: Options): Promise<void> {
  const database = ownDatabaseUrl(io, options, 'export');
  const { from, to } = await readRange(options);
  const pages = exportSessions({ database, ...filterOf(options), from, to });
  await write(io, file, options, 'session', (counted) =>
    bytesOf(counted(pages), SESSION_LINES, file, options),
  );
}

async function exportEnrolmentsTo(
  io: Io,
  sessions: string | undefined,
  file: string,
  options: Options,
): Promise<void> {
  if (sessions !== undefined) {
    throw new UsageError('use a file of sessions or --enrolments, not both; export one after the other');
  }
  const { from, to } = options;
  if (from !== undefined || to !== undefined) {
    throw new UsageError('--from and --to cannot be used with --enrolments; remove them');
  }
  const database = ownDatabaseUrl(io, options, 'export');
  const pages = exportEnrolments({ database, ...filterOf(options) });
  await write(io, file, options, 'enrolment', (counted) =>
    bytesOf(counted(pages), ENROLMENT_LINES, file, options),
  );
}

function filterOf({ user, course }: Options) {
  return {
    userId: user === undefined ? undefined : toUserId(user),
    courseId: course === undefined ? undefined : toCourseId(course),
  };
}

/** @param open returns the content of the file, from pages that it passes through `counted` */
async function write(
  io: Io,
  file: string,
  options: Options,
  noun: string,
  open: (counted: <Row>(pages: Pages<Row>) => Pages<Row>) => Bytes,
): Promise<void> {
  const { quiet = false } = options;
  if (file !== '-') await assertNotDatabaseFile(ownDatabaseUrl(io, options, 'export'), file);
  const output = await openOutput(io, file);
  // On a terminal, the exported lines show the progress.
  const isShown = file === '-' && io.terminal;
  const progress = startProgress(io, { unit: 'lines', quiet: quiet || isShown });
  let exported = 0;
  const counted = async function* <Row>(pages: Pages<Row>) {
    for await (const rows of pages) {
      yield rows;
      exported += rows.length;
      progress.add(rows.length);
    }
  };
  try {
    await output.write(open(counted));
  } catch (error) {
    // EPIPE is not an error: the reader of a named pipe (for example `head`) has exited.
    if (codeOf(error) === 'EPIPE') return;
    if (!(error instanceof Interruption)) throw fileError(file, error);
    const read = `after ${count(exported, 'line')}`;
    throw new Interruption(`interrupted ${read}${output.afterInterruption}`);
  } finally {
    progress.end();
  }
  if (!quiet) writeLine(io.stderr, `Exported ${count(exported, noun)}.`);
}
