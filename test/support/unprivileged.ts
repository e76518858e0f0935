import { BIN, type CommandLine } from './cli.js';
import { findProgram } from './program.js';

const isRoot = process.getuid?.() === 0;
const setpriv = findProgram('setpriv');

/** Pass it to `skip` of a test that uses `unprivileged`. */
export const NO_PERMISSIONS =
  process.platform === 'win32' ? 'Windows has no permission bits' : isRoot && setpriv.skip;

/** The command line of the built program without the capabilities of root, to which no permission bit applies. */
export function unprivileged(...argv: readonly string[]): CommandLine {
  const program: CommandLine = [process.execPath, BIN, ...argv];
  return isRoot ? [setpriv.path, '--inh-caps=-all', '--bounding-set=-all', ...program] : program;
}
