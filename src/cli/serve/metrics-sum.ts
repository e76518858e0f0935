import { AggregatorRegistry } from 'prom-client';
import * as z from 'zod';

const snapshotSchema = z.array(z.looseObject({ type: z.string() }));

/**
 * The sum of the metrics of all workers. It includes the counters of workers that have ended, as of their last
 * snapshot: a counter that falls would look like a restart to Prometheus, which would then count the others twice.
 */
export class MetricsSum {
  /** The last snapshot of each running worker. */
  readonly #snapshots = new Map<number, z.infer<typeof snapshotSchema>>();
  #ended: object[] = [];

  update(worker: number, snapshot: unknown): void {
    const { data } = snapshotSchema.safeParse(snapshot);
    if (data) this.#snapshots.set(worker, data);
  }

  end(worker: number): void {
    const snapshot = this.#snapshots.get(worker) ?? [];
    this.#snapshots.delete(worker);
    const counters = snapshot.filter(({ type }) => type !== 'gauge');
    this.#ended = AggregatorRegistry.aggregate([this.#ended, counters]).getMetricsAsArray();
  }

  /** Returns the sum in the Prometheus text format. */
  read(): Promise<string> {
    return AggregatorRegistry.aggregate([this.#ended, ...this.#snapshots.values()]).metrics();
  }
}
