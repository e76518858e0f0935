import { once } from 'node:events';
import type { Command } from 'commander';
import type { Difference } from '../../core/index.js';
import type { Io } from '../io.js';
import { writeJson, writeLine, writeTable, type Cell } from '../output.js';
import { startProgress } from '../progress.js';
import { addOwnDatabaseOption, describeDatabase, interruptible, ownDatabaseUrl } from '../target.js';
import { describeVerification, DIFFERENCE_HEADING, differenceRow } from '../verification-view.js';

/** A table's columns are as wide as their widest cells, so its rows are kept until the end. */
const MAX_ROWS = 100;

interface Options {
  readonly database?: string;
  readonly user?: string;
  readonly course?: string;
  readonly rebuild?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addVerify(program: Command, io: Io): void {
  addOwnDatabaseOption(program.command('verify'))
    .description(
      'compare the lifetime stats and module counts with the sessions, also while the service runs',
    )
    .option('--user <id>', 'only this learner')
    .option('--course <id>', 'only this course')
    .option('--rebuild', 'make the stats what the sessions add up to; the sessions stay as they are')
    .option(
      '--json',
      'every difference as a JSON document a line (NDJSON); default: the first 100, as a table',
    )
    .option('--quiet', 'say nothing where nothing differs')
    .action((options: Options) => compare(io, options));
}

/** @throws if something differs, or is left after rebuilding */
async function compare(io: Io, options: Options): Promise<void> {
  const { json = false, quiet = false, rebuild = false } = options;
  const database = ownDatabaseUrl(io, options, 'verify');
  const { toCourseId, toUserId, verify } = await import('../../core/index.js');
  const userId = options.user === undefined ? undefined : toUserId(options.user);
  const courseId = options.course === undefined ? undefined : toCourseId(options.course);
  if (!quiet) writeLine(io.stderr, `Database: ${describeDatabase(database)}`);

  const rows: Cell[][] = [];
  let more = 0;
  const onDifference = async (difference: Difference) => {
    if (json) {
      writeJson(io.stdout, difference);
      // A long list must not wait in memory for a slow reader.
      if (io.stdout.writableNeedDrain) await once(io.stdout, 'drain');
    } else if (rows.length < MAX_ROWS) rows.push(differenceRow(difference));
    else more++;
  };
  // A list that is shown as it comes needs no other sign of life.
  const progress = startProgress(io, { unit: 'lines', quiet: quiet || (json && io.terminal) });
  const onProgress = (sessions: number) => progress.add(sessions);
  const config = { database, userId, courseId, rebuild, onDifference, onProgress };
  const verified = await interruptible(io, verify(config)).finally(() => {
    progress.end();
    // Also after an interruption.
    if (rows.length > 0) writeTable(io.stdout, rows, DIFFERENCE_HEADING);
    if (more > 0) writeLine(io.stdout, `… and ${more.toLocaleString('en-US')} more: --json lists all.`);
  });
  const lines = describeVerification(verified, { rebuild, user: userId, course: courseId });
  if (!verified.isRight) throw new Error(lines.join(' '));
  // Nothing but the list is data for a program.
  if (!quiet) for (const line of lines) writeLine(json ? io.stderr : io.stdout, line);
}
