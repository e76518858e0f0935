import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { UnclearError, type Command, type Tell } from './step.js';

/**
 * Runs a program to its end; what it prints to stderr is shown as it comes.
 *
 * @throws {UnclearError} if it did not end with 0
 */
export async function runCommand(command: Command, tell: Tell, timeout: number): Promise<string> {
  const { program, args, stdin } = command;
  // A signal when the time is over; `aws` and `docker` end by it.
  const signal = AbortSignal.timeout(timeout);
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], signal });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  // Who does not read what is written ends by itself, with an exit code.
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin === undefined ? '' : tell(stdin));
  try {
    const [stdout, code] = await Promise.all([text(child.stdout), ended]);
    if (code === 0) return stdout;
    throw new UnclearError(`${program} ended with ${code ?? 'a signal'}.`);
  } catch (error) {
    if (signal.aborted) throw new UnclearError(`${program} was given up after ${timeout / 1000} s.`);
    if (error instanceof UnclearError || !(error instanceof Error)) throw error;
    throw new UnclearError(`${program} cannot be run: ${error.message}`);
  }
}
