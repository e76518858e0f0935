import { inspect } from 'node:util';
import { Command, CommanderError, Help } from 'commander';
import { addActivity } from './commands/activity.js';
import { addBackup } from './commands/backup.js';
import { addCourse } from './commands/course.js';
import { addDashboard } from './commands/dashboard.js';
import { addDemo } from './commands/demo.js';
import { addDoctor } from './commands/doctor.js';
import { addEnrol } from './commands/enrol.js';
import { addErase } from './commands/erase.js';
import { addExport } from './commands/export.js';
import { addHistory } from './commands/history.js';
import { addId } from './commands/id.js';
import { addImport } from './commands/import.js';
import { addKey } from './commands/key.js';
import { addMigrate } from './commands/migrate.js';
import { addRecord } from './commands/record.js';
import { addReport } from './commands/report.js';
import { addRoster } from './commands/roster.js';
import { addServe } from './commands/serve.js';
import { addSession, addSessions } from './commands/session.js';
import { addStats } from './commands/stats.js';
import { addSummary } from './commands/summary.js';
import { addVerify } from './commands/verify.js';
import { addWhoami } from './commands/whoami.js';
import { checkEnvironment } from './environment.js';
import { describeError, EXIT, exitCodeOf } from './errors.js';
import { closedPipeError, type Io } from './io.js';
import { escapeControls, writeLine } from './output.js';

export { loadDotEnv } from './environment.js';
export { describeCause } from './errors.js';
export type { Io } from './io.js';

const COMMANDS: readonly (readonly [
  heading: string,
  commands: readonly ((program: Command, io: Io) => void)[],
])[] = [
  ['Record:', [addCourse, addEnrol, addRecord]],
  [
    'Read:',
    [
      addStats,
      addHistory,
      addActivity,
      addSession,
      addSessions,
      addRoster,
      addSummary,
      addReport,
      addDashboard,
      addDemo,
    ],
  ],
  ['Move data:', [addImport, addExport, addId]],
  ['Operate:', [addServe, addKey, addWhoami, addMigrate, addDoctor, addVerify, addBackup, addErase]],
];

const HELP = `
Examples:
  stats-service demo
  stats-service serve
  stats-service course add --name Logic
  stats-service record --user ID --course ID --modules 6 --score 68.4 --time 25m
  stats-service stats --user ID
  stats-service import sessions.csv --create-courses
  stats-service backup copy.db

Exit codes: 0 success, 1 failure, 2 usage error, 3 not found, 4 unavailable (try again),
5 partial import (lines were rejected), 130 interrupted.`;

/**
 * Runs a command. The promise never rejects.
 *
 * @param argv the arguments after the name of the program
 * @returns the exit code
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const program = createProgram(io);
  // Recorded here, because `process.stdout` soon forgets its error.
  let stdoutError: Error | null = null;
  io.stdout.once('error', (error: Error) => (stdoutError = error));
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.done;
  } catch (error) {
    // The reader of stdout (for example `head`) has exited, so the command stopped early.
    const closed = closedPipeError({ errored: stdoutError ?? io.stdout.errored });
    if (closed && error === closed) return EXIT.done;
    // Commander has already printed its own errors.
    if (!(error instanceof CommanderError)) {
      writeLine(io.stderr, `stats-service: ${escapeControls(describeError(error))}`);
      if (program.opts()['verbose'] === true && error instanceof Error) writeLine(io.stderr, inspect(error));
    }
    return exitCodeOf(error);
  }
}

/** Commands import large modules only when they run. */
export function createProgram(io: Io): Command {
  const program = new Command('stats-service')
    .description("records learners' study sessions exactly once and serves their lifetime stats")
    .version(io.version)
    .option('--verbose', 'print the stack and the cause of an error')
    .exitOverride()
    .configureHelp({
      optionDescription: (option) =>
        Help.prototype.optionDescription(option) + (option.mandatory ? ' (required)' : ''),
    })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) =>
        write(
          `${escapeControls(
            text
              .trimEnd()
              .replace(/^error: /, 'stats-service: ')
              .replaceAll('\n', ' '),
          )}\n`,
        ),
    })
    .addHelpText('after', HELP)
    .hook('preAction', () => {
      io.loadDotEnv?.();
      checkEnvironment(io.env);
    });
  for (const [heading, commands] of COMMANDS) {
    program.commandsGroup(heading);
    for (const add of commands) add(program, io);
  }
  program.helpCommand(true);
  return program;
}
