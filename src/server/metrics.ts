import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Activity, ErrorCode, Observer, QueueName } from '../core/index.js';
import type { CompletedRequest } from './request.js';

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Seconds, from a fast read to the longest wait for a database. */
const DURATIONS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const BATCH_SIZES = [1, 2, 5, 10, 20, 50, 100, 200, 500];

export interface MetricsOptions {
  /** Adds process metrics: memory, CPU, event loop and garbage collection. Default: false. */
  readonly process?: boolean | undefined;
  /** Adds `stats_build_info`, whose label is this version. Default: none. */
  readonly version?: string | undefined;
  /** Adds `stats_log_lines_dropped_total`, whose value it returns. Default: none. */
  readonly droppedLogLines?: (() => number) | undefined;
}

/**
 * Metrics of a server. They include the database if the object is also the `observer` of `openStats`.
 *
 * @example
 * const metrics = new Metrics();
 * const stats = await openStats({ database: 'sqlite::memory:', observer: metrics });
 * const server = await serve(stats, { port: 0, metrics });
 */
export class Metrics implements Observer {
  readonly #registry = new Registry();
  readonly #requests = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the headers of a request to its response, in seconds.',
    labelNames: ['method', 'route', 'status'],
    buckets: DURATIONS,
    registers: [this.#registry],
  });
  readonly #batches = new Histogram({
    name: 'stats_batch_size',
    help: 'Calls per batch.',
    labelNames: ['queue'],
    buckets: BATCH_SIZES,
    registers: [this.#registry],
  });
  readonly #databaseErrors = new Counter({
    name: 'stats_database_errors_total',
    help: 'Calls that failed because of the database, by error code.',
    labelNames: ['code'],
    registers: [this.#registry],
  });

  constructor({ process = false, version, droppedLogLines }: MetricsOptions = {}) {
    if (process) collectDefaultMetrics({ register: this.#registry });
    if (version !== undefined) this.#addVersion(version);
    if (droppedLogLines) this.#addDroppedLogLines(droppedLogLines);
  }

  /** @internal */
  completed({ method, route = '', status, duration }: CompletedRequest): void {
    this.#requests.observe({ method, route, status }, duration / 1_000);
  }

  batch(queue: QueueName, size: number): void {
    this.#batches.observe({ queue }, size);
  }

  databaseError(code: ErrorCode): void {
    this.#databaseErrors.inc({ code });
  }

  opened(activity: () => Activity): void {
    this.#gauge('stats_calls', 'Calls in flight.', (gauge) => gauge.set(activity().calls));
    this.#gauge('stats_queue_depth', 'Calls waiting in each queue.', (gauge) => {
      for (const [queue, waiting] of Object.entries(activity().waiting)) gauge.set({ queue }, waiting);
    });
    if (!activity().connections) return;
    this.#gauge('stats_connections', 'Database connections by state, and calls waiting for one.', (gauge) => {
      for (const [state, count] of Object.entries(activity().connections ?? {})) gauge.set({ state }, count);
    });
  }

  /** Returns the metrics in the Prometheus text format. */
  read(): Promise<string> {
    return this.#registry.metrics();
  }

  /**
   * Returns the metrics in the JSON of prom-client, whose `AggregatorRegistry` adds those of several processes.
   *
   * @internal
   */
  snapshot(): Promise<object[]> {
    return this.#registry.getMetricsAsJSON();
  }

  #addVersion(version: string): void {
    const gauge = new Gauge({
      name: 'stats_build_info',
      help: 'Always 1. The label is the version of the server.',
      labelNames: ['version'],
      registers: [this.#registry],
      // The sum of several processes would not be 1.
      aggregator: 'first',
    });
    gauge.set({ version }, 1);
  }

  #addDroppedLogLines(read: () => number): void {
    const counter: Counter = new Counter({
      name: 'stats_log_lines_dropped_total',
      help: 'Log lines dropped because stdout is not read fast enough.',
      registers: [this.#registry],
      collect() {
        counter.reset();
        counter.inc(read());
      },
    });
  }

  #gauge(name: string, help: string, collect: (gauge: Gauge) => void): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: ['queue', 'state'],
      registers: [this.#registry],
      collect: () => collect(gauge),
    });
  }
}
