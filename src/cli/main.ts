import { inspect } from 'node:util';
import { Command, CommanderError, Help } from 'commander';
import { addBackup } from './commands/backup.js';
import { addCourse } from './commands/course.js';
import { addDoctor } from './commands/doctor.js';
import { addErase } from './commands/erase.js';
import { addExport } from './commands/export.js';
import { addHistory } from './commands/history.js';
import { addImport } from './commands/import.js';
import { addMigrate } from './commands/migrate.js';
import { addRecord } from './commands/record.js';
import { addServe } from './commands/serve.js';
import { addSession, addSessions } from './commands/session.js';
import { addStats } from './commands/stats.js';
import { addVerify } from './commands/verify.js';
import { describeError, EXIT, exitCodeOf } from './errors.js';
import type { Io } from './io.js';
import { escapeControls, writeLine } from './output.js';

export type { Io } from './io.js';

const HELP = `
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
  try {
    await program.parseAsync(argv, { from: 'user' });
    return EXIT.done;
  } catch (error) {
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
    .addHelpText('after', HELP);
  for (const add of [
    addServe,
    addMigrate,
    addDoctor,
    addCourse,
    addRecord,
    addStats,
    addSession,
    addSessions,
    addHistory,
    addExport,
    addBackup,
    addErase,
    addImport,
    addVerify,
  ]) {
    add(program, io);
  }
  return program;
}
