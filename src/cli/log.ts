import { once } from 'node:events';
import { pino, type Logger } from 'pino';
import { StatsError } from '../core/index.js';
import { AccessError, type CompletedRequest } from '../server/index.js';
import { describeCause, UsageError, withValue } from './errors.js';
import type { Io } from './io.js';
import { writeLine } from './output.js';
import { SETTINGS } from './settings.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/** Bytes per write. A write per line would take longer than a request. */
const BUFFER = 4_096;
/** Milliseconds between writes of a smaller buffer. */
const FLUSH_INTERVAL = 500;
/** Bytes buffered for a slow reader of the log. Further lines are dropped and counted. */
const MAX_BACKLOG = 8 * 1024 * 1024;

/** Deadline for writing the last lines, in milliseconds. */
const FLUSH_TIMEOUT = 500;

const STDOUT = 1;

type Destination = ReturnType<typeof pino.destination>;

/** Logs to stdout as NDJSON, without personal data. */
export class ServerLog implements AsyncDisposable {
  /** Lines dropped since the start. */
  dropped = 0;
  readonly #destination: Destination;
  readonly #logger: Logger;
  #reported = 0;

  /**
   * @param worker the number of this worker, which is added to each line
   * @throws {UsageError} for an invalid `STATS_LOG_LEVEL`
   */
  constructor({ env, stderr }: Pick<Io, 'env' | 'stderr'>, worker?: number) {
    const level = levelOf(env);
    this.#destination = openStdout(stderr);
    this.#destination.on('drop', () => this.dropped++);
    this.#destination.on('drain', () => this.#reportDropped());
    this.#logger = pino(
      {
        level,
        base: worker === undefined ? undefined : { worker },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      this.#destination,
    );
  }

  event(message: string, fields: Readonly<Record<string, unknown>> = {}): void {
    this.#logger.info(fields, message);
  }

  /** A line of the security log, which has no credential and no id of a learner. */
  security(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#logger.warn({ security: true, ...fields }, message);
  }

  error(message: string, fields: Readonly<Record<string, unknown>>): void {
    this.#logger.error(fields, message);
  }

  /** Writes lines of another process. Resolves when there is space for more. */
  async relay(lines: string): Promise<void> {
    if (this.#destination.write(lines)) return;
    // Unlike `once()` of node:events, this also waits while the log cannot be written.
    await new Promise<void>((resolve) => this.#destination.once('drain', () => resolve()));
  }

  completed({ requestId, method, route, status, duration }: CompletedRequest): void {
    const milliseconds = Math.round(duration * 1_000) / 1_000;
    this.#logger.info({ requestId, method, route, status, milliseconds }, 'request');
  }

  /** Logs one line for an expected error, and the stack for a defect. */
  failed(error: unknown, requestId: string): void {
    if (error instanceof StatsError || error instanceof AccessError)
      this.#logger.warn({ requestId, error: `${error.message}${describeCause(error.cause)}` }, 'unavailable');
    else this.#logger.error({ requestId, error: details(error) }, 'internal error');
  }

  #reportDropped(): void {
    const count = this.dropped - this.#reported;
    if (count === 0) return;
    this.#reported = this.dropped;
    this.#logger.warn({ count }, 'log lines dropped');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#reportDropped();
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), FLUSH_TIMEOUT);
    const written = once(this.#destination, 'close', limit);
    this.#destination.end();
    await written.catch(() => undefined);
    clearTimeout(timer);
  }
}

function levelOf(env: Io['env']): string {
  const { env: name, fallback } = SETTINGS.logLevel;
  const level = env[name] ?? fallback;
  if (!LEVELS.includes(level)) {
    throw new UsageError(`${name} ${withValue(level, `must be one of ${LEVELS.join(', ')}`)}`);
  }
  return level;
}

function openStdout(stderr: Io['stderr']): Destination {
  const stream = pino.destination({
    dest: STDOUT,
    sync: false,
    minLength: BUFFER,
    maxLength: MAX_BACKLOG,
    periodicFlush: FLUSH_INTERVAL,
  });
  // The lines of each worker may wait for `drain`.
  stream.setMaxListeners(0);
  // The server continues, and the stream tries again at the next flush.
  stream.once('error', (error) => {
    writeLine(stderr, `stats-service: The log cannot be written to stdout.${describeCause(error)}`);
    stream.on('error', () => undefined);
  });
  // pino calls this at exit, and retries forever if the log has no reader or the disk is full.
  stream.flushSync = () => undefined;
  return stream;
}

/** Omits the other properties of driver errors, which may contain a learner's row. */
function details(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  return { stack: error.stack, ...(error.cause !== undefined && { cause: details(error.cause) }) };
}
