import assert from 'node:assert/strict';
import { runCommand, type CommandLine, type Finished, type ProcessOptions } from '../../test/support/cli.js';
import { startCommand, type Service } from '../../test/support/service.js';

/** The program in one of its released forms. */
export interface Program extends ProcessOptions {
  readonly command: CommandLine;
  /** True if a wrapper that does not forward signals starts the program. */
  readonly group?: boolean;
}

export function run({ command, ...options }: Program, argv: readonly string[]): Promise<Finished> {
  return runCommand([...command, ...argv], options);
}

/** Runs a command with `--json`, which must succeed, and returns the document. */
export async function runJson(program: Program, argv: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(program, [...argv, '--json']);
  assert.equal(code, 0, `${argv.join(' ')}: ${stderr}`);
  return JSON.parse(stdout);
}

export function serve(
  { command, ...options }: Program,
  database: string,
  argv: readonly string[] = [],
): Promise<Service> {
  return startCommand([...command, 'serve', '--port', '0', '--database', database, ...argv], options);
}
