import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { Interruption, UsageError } from './errors.js';

/** A stream that has a number of columns if it is a terminal. */
type Terminal = Writable & { readonly columns?: number | undefined };

/** The environment of a command. Commands do not use `process`. */
export interface Io {
  readonly stdin: AsyncIterable<Buffer>;
  readonly stdout: Terminal;
  readonly stderr: Terminal;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Adds the variables of `.env` to `env` before a command runs. */
  readonly loadDotEnv?: () => void;
  /** True if stdout is a terminal. */
  readonly terminal: boolean;
  /** True if stderr is a terminal. */
  readonly stderrTerminal: boolean;
  /** Asks the user; `undefined` without a terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** The version of the package. */
  readonly version: string;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
}

/** @throws {Interruption} as soon as the signal is aborted, although the work continues */
export async function interruptible<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const interrupted = Promise.withResolvers<never>();
  const interrupt = () => interrupted.reject(new Interruption('interrupted'));
  if (signal.aborted) interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    return await Promise.race([work, interrupted.promise]);
  } finally {
    // Otherwise the listener would keep the result of the work in memory.
    signal.removeEventListener('abort', interrupt);
  }
}

/** @throws {UsageError} without a terminal */
export async function askToConfirm(io: Io, command: string, question: string): Promise<boolean> {
  if (!io.ask) {
    throw new UsageError(
      `${command} needs a terminal to ask for confirmation; add --yes to skip the question`,
    );
  }
  return /^y(es)?$/i.test((await interruptible(io.signal, io.ask(`${question} [y/N] `))).trim());
}

/**
 * Applies backpressure, so that the output is not buffered in memory.
 *
 * @throws EPIPE if the reader of the stream has exited; any other error ends the program
 */
export async function drained(stream: Writable): Promise<void> {
  const closed = closedPipeError(stream);
  if (closed) throw closed;
  if (stream.writableNeedDrain) await once(stream, 'drain');
}

/** Returns EPIPE if the reader of the stream has exited. */
export function closedPipeError({ errored }: Pick<Writable, 'errored'>): Error | undefined {
  return errored instanceof Error && 'code' in errored && errored.code === 'EPIPE' ? errored : undefined;
}
