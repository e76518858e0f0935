import { BIN, type CommandLine } from './cli.js';
import { findProgram } from './program.js';

const isRoot = process.getuid?.() === 0;
const setpriv = findProgram('setpriv');

/** Pass it to `skip` of a test that uses `unprivileged`. */
export const NO_PERMISSIONS =
  process.platform === 'win32' ? 'Windows has no permission bits' : isRoot && setpriv.skip;

const PROGRAM = new URL('../../dist/src/cli/main.js', import.meta.url).href;

/** Runs commands until one fails. */
const RUN_ALL = `
  import { main } from '${PROGRAM}';
  const { stdin, stdout, stderr } = process;
  const { signal } = new AbortController();
  const io = { stdin, stdout, stderr, env: {}, version: '', terminal: false, stderrTerminal: false, signal };
  for (const argv of JSON.parse(process.argv[1])) {
    process.exitCode = await main(argv, io);
    if (process.exitCode !== 0) break;
  }`;

/** The command line of the built program without the capabilities of root, to which no permission bit applies. */
export function unprivileged(...argv: readonly string[]): CommandLine {
  return withoutCapabilities(BIN, ...argv);
}

/** Like {@link unprivileged}, with several commands in one process, which takes a fifth of the time. */
export function allUnprivileged(commands: readonly (readonly string[])[]): CommandLine {
  return withoutCapabilities('--eval', RUN_ALL, JSON.stringify(commands));
}

function withoutCapabilities(...argv: readonly string[]): CommandLine {
  const program: CommandLine = [process.execPath, ...argv];
  return isRoot ? [setpriv.path, '--inh-caps=-all', '--bounding-set=-all', ...program] : program;
}
