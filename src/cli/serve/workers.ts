/*
 * The worker processes of `serve --workers`, as their primary sees them:
 * - A worker that ends is replaced. If workers keep ending early, the pauses before that grow.
 * - The logs pass through the primary in whole lines, so that those of several workers do not mix. If stdout
 *   is not read, the primary stops reading from the workers, which then drop and count lines.
 * - Workers exit when the primary does, because that closes their channel.
 */
import cluster, { type Worker } from 'node:cluster';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerLog } from '../log.js';
import { MetricsChannel } from './metrics-channel.js';
import { MetricsSum } from './metrics-sum.js';
import { STOP } from './worker.js';

/** Milliseconds after which the end of a worker is not counted as early. */
const EARLY = 10_000;
/** Milliseconds before a replacement; doubled for each worker in a row that ended early. */
const FIRST_PAUSE = 50;
const MAX_PAUSE = 10_000;
/** Milliseconds to wait for the metrics of a worker, whose event loop may be blocked. */
const METRICS_TIMEOUT = 1_000;
/** Milliseconds for the last log lines of the workers. */
const LOG_TIMEOUT = 500;

interface Running {
  readonly worker: Worker;
  readonly start: number;
  readonly channel: MetricsChannel;
  readonly ended: PromiseWithResolvers<void>;
  readonly relayed: Promise<void>;
  isListening: boolean;
}

interface EndReason {
  readonly code?: number | null;
  readonly signal?: string | null;
  readonly error?: string;
}

export class Workers {
  readonly #log: ServerLog;
  readonly #count: number;
  readonly #env: Readonly<Record<string, string>>;
  readonly #running = new Map<number, Running>();
  readonly #metrics = new MetricsSum();
  readonly #started = Promise.withResolvers<void>();
  /** Then workers need not wait for a reader of the log: they could not exit. */
  readonly #stopping = Promise.withResolvers<void>();
  #isStarted = false;
  #isStopping = false;
  #earlyEnds = 0;
  #replacement: NodeJS.Timeout | undefined;

  /** @param env variables of the workers, in addition to those of the primary */
  constructor(log: ServerLog, count: number, env: Readonly<Record<string, string>>) {
    this.#log = log;
    this.#count = count;
    this.#env = env;
  }

  /**
   * Resolves when each worker listens or has ended.
   *
   * @throws {Error} if no worker listens
   */
  start(): Promise<void> {
    this.#fill();
    return this.#started.promise;
  }

  /** Resolves when all workers have served their last requests and exited. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#stopping.resolve();
    clearTimeout(this.#replacement);
    const running = Array.from(this.#running.values());
    for (const { worker, isListening } of running) {
      // A worker that does not listen yet may not receive the message. It has no requests.
      if (isListening) worker.send(STOP, () => undefined);
      else worker.process.kill('SIGKILL');
    }
    await Promise.all(running.map(({ ended }) => ended.promise));
    const relayed = Promise.all(running.map((each) => each.relayed));
    await Promise.race([relayed, delay(LOG_TIMEOUT, undefined, { ref: false })]);
  }

  kill(): void {
    for (const { worker } of this.#running.values()) worker.process.kill('SIGKILL');
  }

  #fill(): void {
    while (this.#running.size < this.#count) this.#fork();
  }

  #fork(): void {
    const worker = cluster.fork(this.#env);
    const { stdout } = worker.process;
    const running: Running = {
      worker,
      start: performance.now(),
      channel: new MetricsChannel(worker, () => this.#readMetrics()),
      ended: Promise.withResolvers(),
      relayed: stdout ? this.#relay(stdout) : Promise.resolve(),
      isListening: false,
    };
    this.#running.set(worker.id, running);
    worker.once('listening', () => {
      running.isListening = true;
      this.#checkStart();
    });
    worker.once('exit', (code, signal) => this.#end(running, { code, signal }));
    worker.on('error', (error) => {
      // The process could not be started. Any other error, such as a message to a killed worker, precedes `exit`.
      if (worker.process.pid === undefined) this.#end(running, { error: error.message });
    });
  }

  #end({ worker: { id }, start, ended }: Running, reason: EndReason): void {
    this.#running.delete(id);
    this.#metrics.end(id);
    ended.resolve();
    if (reason.code === 0) this.#log.event('worker ended', { worker: id, ...reason });
    else this.#log.error('worker ended', { worker: id, ...reason });
    if (this.#isStopping) return;
    if (this.#isStarted) this.#replace(start);
    else this.#checkStart();
  }

  /** The start ends when each worker listens or has ended. */
  #checkStart(): void {
    const running = Array.from(this.#running.values());
    if (this.#isStarted || !running.every(({ isListening }) => isListening)) return;
    if (running.length === 0) {
      this.#started.reject(new Error('No worker could start. Each one has printed its error.'));
      return;
    }
    this.#isStarted = true;
    this.#started.resolve();
    if (running.length < this.#count) this.#replace(performance.now());
  }

  #replace(start: number): void {
    this.#earlyEnds = performance.now() - start < EARLY ? this.#earlyEnds + 1 : 0;
    const pause = Math.min(FIRST_PAUSE * 2 ** this.#earlyEnds, MAX_PAUSE);
    this.#replacement ??= setTimeout(() => {
      this.#replacement = undefined;
      this.#fill();
    }, pause);
  }

  async #relay(stdout: Readable): Promise<void> {
    let line = '';
    for await (const chunk of stdout.setEncoding('utf8')) {
      const text = `${line}${chunk}`;
      const end = text.lastIndexOf('\n') + 1;
      line = text.slice(end);
      if (end > 0) await Promise.race([this.#log.relay(text.slice(0, end)), this.#stopping.promise]);
    }
  }

  async #readMetrics(): Promise<string> {
    const update = async ([id, { channel, isListening }]: [number, Running]) => {
      if (!isListening) return;
      const snapshot = await channel.ask(METRICS_TIMEOUT);
      if (this.#running.has(id)) this.#metrics.update(id, snapshot);
    };
    await Promise.all(Array.from(this.#running, update));
    return this.#metrics.read();
  }
}
