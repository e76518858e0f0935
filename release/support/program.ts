import assert from 'node:assert/strict';
import { runCommand, type CommandLine, type Finished, type ProcessOptions } from '../../test/support/cli.js';
import { startCommand, type Service } from '../../test/support/service.js';

/** `stats-service` in one of the forms in which it is shipped. */
export interface Program extends ProcessOptions {
  readonly command: CommandLine;
  /** It is started by another program, which passes no signals on. */
  readonly group?: boolean;
}

export function run({ command, ...options }: Program, argv: readonly string[]): Promise<Finished> {
  return runCommand([...command, ...argv], options);
}

/** Runs a command that must be done; what it prints with `--json`. */
export async function ask(program: Program, argv: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(program, [...argv, '--json']);
  assert.equal(code, 0, `${argv.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Serves a database on a free port. */
export function serve({ command, ...options }: Program, database: string): Promise<Service> {
  return startCommand([...command, 'serve', '--port', '0', '--database', database], options);
}
