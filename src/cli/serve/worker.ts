import type { Worker } from 'node:cluster';
import * as z from 'zod';
import { Metrics, type MetricsOptions } from '../../server/index.js';
import type { Io } from '../io.js';
import { ServerLog } from '../log.js';
import { MetricsChannel } from './metrics-channel.js';
import { runServer, type ServerSettings } from './server.js';

/** Milliseconds, more than the primary waits for the other workers. */
const ALL_METRICS_TIMEOUT = 3_000;

/** The message that stops a worker. A signal to the process group reaches it too, and a second one would kill it. */
export const STOP = 'stop';

/** Serves in this worker until the primary stops it. The primary has migrated the database. */
export async function runWorker(io: Io, settings: ServerSettings, worker: Worker): Promise<void> {
  const stop = new AbortController();
  worker.on('message', (message: unknown) => {
    if (message === STOP) stop.abort();
  });
  await using log = new ServerLog(io, worker.id);
  const options = { process: true, version: io.version, droppedLogLines: () => log.dropped };
  const metrics = new WorkerMetrics(worker, options);
  const signal = AbortSignal.any([io.signal, stop.signal]);
  await runServer({ ...io, signal }, { ...settings, migrate: false }, { log, metrics });
}

/** Serves the metrics of all workers. */
class WorkerMetrics extends Metrics {
  readonly #primary: MetricsChannel;

  constructor(worker: Worker, options: MetricsOptions) {
    super(options);
    this.#primary = new MetricsChannel(worker, () => this.snapshot());
  }

  override async read(): Promise<string> {
    const { data } = z.string().safeParse(await this.#primary.ask(ALL_METRICS_TIMEOUT));
    if (data !== undefined) return data;
    throw new Error(`The primary has not sent the metrics within ${ALL_METRICS_TIMEOUT} milliseconds.`);
  }
}
