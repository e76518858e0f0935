import { once } from 'node:events';
import type { Command } from 'commander';
import { toCourseId, toUserId, verify, type Difference, type Verification } from '../../core/index.js';
import { interruptible, type Io } from '../io.js';
import { count, writeJson, writeLine, writeTable, type Cell } from '../output.js';
import { startProgress } from '../progress.js';
import { addOwnDatabaseOption, describeDatabase, ownDatabaseUrl } from '../target.js';

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
    .option('--rebuild', 'recompute the stats from the sessions, which stay as they are')
    .option(
      '--json',
      'every difference as a JSON document a line (NDJSON); default: the first 100, as a table',
    )
    .option('--quiet', 'print nothing if nothing differs')
    .action((options: Options) => compare(io, options));
}

/** @throws if something differs, or is left after rebuilding */
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
      // Backpressure, so that a long list is never all in memory.
      if (io.stdout.writableNeedDrain) await once(io.stdout, 'drain');
    } else if (rows.length < MAX_ROWS) rows.push(differenceRow(difference));
    else more++;
  };
  // A list on the terminal shows the progress itself.
  const progress = startProgress(io, { unit: 'lines', quiet: quiet || (json && io.terminal) });
  const onProgress = (sessions: number) => progress.add(sessions);
  const config = { database, userId, courseId, rebuild, onDifference, onProgress };
  const verified = await interruptible(io.signal, verify(config)).finally(() => {
    progress.end();
    // Also after an interruption.
    if (rows.length > 0) writeTable(io.stdout, rows, DIFFERENCE_HEADING);
    if (more > 0) writeLine(io.stdout, `… and ${more.toLocaleString('en-US')} more: --json lists all.`);
  });
  const lines = describeVerification(verified, { rebuild, user: userId, course: courseId });
  if (!verified.isConsistent) throw new Error(lines.join(' '));
  // With --json, stdout has only the list.
  if (!quiet) for (const line of lines) writeLine(json ? io.stderr : io.stdout, line);
}

const DIFFERENCE_HEADING = ['Learner', 'Course', 'Field', 'Stored', 'Expected'];

function differenceRow(difference: Difference): Cell[] {
  const { kind, userId, courseId, field, stored } = difference;
  if (kind === 'session') {
    return [userId, courseId, `${field} of session ${difference.sessionId}`, stored, difference.rule];
  }
  const whose = kind === 'module' ? ` of module ${difference.moduleId}` : '';
  return [userId, courseId, `${field}${whose}`, stored, difference.expected];
}

/** The options that the messages depend on. */
interface VerificationScope {
  readonly rebuild: boolean;
  readonly user: string | undefined;
  readonly course: string | undefined;
}

/** The result for people, in whole sentences. */
function describeVerification(
  verified: Verification,
  { rebuild, user, course }: VerificationScope,
): string[] {
  const { differingStats, differingModules, invalidSessions, repaired, notRepaired } = verified;
  const stats = count(verified.lifetimeStats, 'lifetime stats');
  const modules = count(verified.moduleCounts, 'module count');
  const sessions = count(verified.sessions, 'session');
  const scope = [
    ...(user === undefined ? [] : [`learner ${user}`]),
    ...(course === undefined ? [] : [`course ${course}`]),
  ];
  if (scope.length > 0 && verified.sessions + verified.lifetimeStats + verified.moduleCounts === 0) {
    return [`Nothing is stored for ${scope.join(' in ')}: there is nothing to compare.`];
  }
  if (differingStats + differingModules + invalidSessions === 0) {
    return [`All ${stats} and ${modules} are what ${sessions} add up to.`];
  }
  return [
    ...(differingStats + differingModules === 0
      ? []
      : [
          `${count(differingStats, 'lifetime stats')} and ${count(differingModules, 'module count')} are not what the sessions add up to.`,
          ...(rebuild ? outcome(repaired, notRepaired) : ['"--rebuild" repairs them; make a backup first.']),
        ]),
    ...(invalidSessions === 0
      ? []
      : [
          `${count(invalidSessions, 'session')} ${invalidSessions === 1 ? 'breaks' : 'break'} the rules: replace or delete ${invalidSessions === 1 ? 'it' : 'them'}.`,
        ]),
  ];
}

function outcome(repaired: number, notRepaired: number): string[] {
  return [
    `Repaired: ${count(repaired, 'lifetime stats')}, with the module counts.`,
    ...(notRepaired === 0
      ? []
      : [
          `Not repaired: ${count(notRepaired, 'lifetime stats')}: the learner was locked, the course is missing, or the totals are out of range.`,
        ]),
  ];
}
