import { once } from 'node:events';
import type { Command } from 'commander';
import {
  describeDatabase,
  toCourseId,
  toUserId,
  verify,
  type Difference,
  type Verification,
} from '../../core/index.js';
import { interruptible, type Io } from '../io.js';
import { count, writeJson, writeLine, writeTable, type Cell } from '../output.js';
import { startProgress } from '../progress.js';
import { addOwnDatabaseOption, ownDatabaseUrl } from '../target.js';

/** The rows are kept in memory to compute the widths of the columns. */
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
      'compare the lifetime stats and module counts with the sessions, also while the database is in use',
    )
    .option('--user <id>', 'only this learner')
    .option('--course <id>', 'only this course')
    .option('--rebuild', 'recompute the stats that differ; sessions are never changed')
    .option(
      '--json',
      'print every difference as one JSON document per line (NDJSON); default: a table of the first 100',
    )
    .option('--quiet', 'print nothing if there are no differences')
    .action((options: Options) => compare(io, options));
}

async function compare(io: Io, options: Options): Promise<void> {
  const { json = false, quiet = false, rebuild = false } = options;
  const database = ownDatabaseUrl(io, options, 'verify');
  const userId = options.user === undefined ? undefined : toUserId(options.user);
  const courseId = options.course === undefined ? undefined : toCourseId(options.course);
  if (!quiet) writeLine(io.stderr, `Database: ${describeDatabase(database)}`);

  const rows: Cell[][] = [];
  let more = 0;
  const onDifference = async (difference: Difference) => {
    if (json) {
      writeJson(io.stdout, difference);
      // Backpressure: a long list must not be buffered in memory.
      if (io.stdout.writableNeedDrain) await once(io.stdout, 'drain');
    } else if (rows.length < MAX_ROWS) rows.push(differenceRow(difference));
    else more++;
  };
  // On a terminal, the list shows the progress.
  const progress = startProgress(io, { unit: 'lines', quiet: quiet || (json && io.terminal) });
  const onProgress = (sessions: number) => progress.add(sessions);
  const config = { database, userId, courseId, rebuild, onDifference, onProgress };
  const verified = await interruptible(io.signal, verify(config)).finally(() => {
    progress.end();
    if (rows.length > 0) writeTable(io.stdout, rows, DIFFERENCE_HEADING);
    if (more > 0)
      writeLine(io.stdout, `… and ${more.toLocaleString('en-US')} more. --json lists all of them.`);
  });
  const lines = describeVerification(verified, { rebuild, user: userId, course: courseId });
  if (!verified.isConsistent) throw new Error(lines.join(' '));
  if (!quiet) for (const line of lines) writeLine(json ? io.stderr : io.stdout, line);
}

const DIFFERENCE_HEADING = ['Learner', 'Course', 'Field', 'Stored', 'Expected'];

function differenceRow(difference: Difference): Cell[] {
  const { kind, userId, courseId, field, stored } = difference;
  if (kind === 'session') {
    return [userId, courseId, `${field} of session ${difference.sessionId}`, stored, difference.rule];
  }
  const ofModule = kind === 'module' ? ` of module ${difference.moduleId}` : '';
  return [userId, courseId, `${field}${ofModule}`, stored, difference.expected];
}

interface VerificationScope {
  readonly rebuild: boolean;
  readonly user: string | undefined;
  readonly course: string | undefined;
}

function describeVerification(
  verified: Verification,
  { rebuild, user, course }: VerificationScope,
): string[] {
  const { differingStats, differingModules, invalidSessions, repaired, notRepaired } = verified;
  const rollups = count(verified.lifetimeStats, 'rollup');
  const modules = count(verified.moduleCounts, 'module count');
  const sessions = count(verified.sessions, 'session');
  const scope = [
    ...(user === undefined ? [] : [`learner ${user}`]),
    ...(course === undefined ? [] : [`course ${course}`]),
  ];
  if (scope.length > 0 && verified.sessions + verified.lifetimeStats + verified.moduleCounts === 0) {
    return [`The database has no data of ${scope.join(' in ')}; there is nothing to compare.`];
  }
  if (differingStats + differingModules + invalidSessions === 0) {
    return [`${rollups} and ${modules} match the ${sessions}.`];
  }
  return [
    ...(differingStats + differingModules === 0
      ? []
      : [
          `${count(differingStats, 'rollup')} and ${count(differingModules, 'module count')} do not match the sessions.`,
          ...(rebuild
            ? describeRepair(repaired, notRepaired)
            : ['Make a backup, then repair them with --rebuild.']),
        ]),
    ...(invalidSessions === 0
      ? []
      : [
          `${count(invalidSessions, 'session')} ${invalidSessions === 1 ? 'has invalid values; replace or delete it' : 'have invalid values; replace or delete them'}.`,
        ]),
  ];
}

function describeRepair(repaired: number, notRepaired: number): string[] {
  return [
    `Repaired ${count(repaired, 'rollup')} and their module counts.`,
    ...(notRepaired === 0
      ? []
      : [
          `Could not repair ${count(notRepaired, 'rollup')}, because the learner is locked, the course is missing or a total is out of range.`,
        ]),
  ];
}
