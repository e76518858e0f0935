import { readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/** The threads of a SQLite store. Each is a file beside this one. */
type ThreadName = 'checkpoint-thread' | 'reader-thread';

/** The `workerData` of each thread. */
export interface ThreadData {
  readonly path: string;
  /** The file of SQLite's addon in a single executable. */
  readonly addon: string | undefined;
}

/** Starts a thread that does not keep the process alive. */
export function startThread(
  name: ThreadName,
  workerData: ThreadData,
  options: Pick<WorkerOptions, 'resourceLimits'> = {},
): Worker {
  // A thread cannot read files inside a single executable, so it gets its program as text.
  const thread =
    workerData.addon === undefined
      ? new Worker(new URL(`./${name}${extname(import.meta.url)}`, import.meta.url), {
          ...options,
          workerData,
        })
      : new Worker(readFileSync(fileURLToPath(new URL(`./${name}.cjs`, import.meta.url)), 'utf8'), {
          ...options,
          workerData,
          eval: true,
        });
  thread.unref();
  return thread;
}
