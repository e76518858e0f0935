import cluster from 'node:cluster';
import type { Io } from '../io.js';
import { runPrimary } from './primary.js';
import type { ServerSettings } from './server.js';
import { runWorker } from './worker.js';

/** The primary runs the same command in each worker. */
export async function runWorkers(io: Io, settings: ServerSettings, count: number): Promise<void> {
  if (cluster.worker) await runWorker(io, settings, cluster.worker);
  else await runPrimary(io, settings, count);
}
