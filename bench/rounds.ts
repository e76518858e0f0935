import type { Cell, ServerName } from './cells.js';
import type { Databases } from './databases/databases.js';
import type { LoadProcess } from './load-process.js';
import { measured, type Round } from './measure.js';
import { assertSameAnswers } from './parity.js';
import { COURSES, LEARNERS } from './seed.js';
import { startServer, type ServerProcess } from './server-process.js';

export interface RoundsOptions {
  readonly servers: readonly ServerName[];
  readonly rounds: number;
  readonly seconds: number;
  readonly nodeOptions: readonly string[];
}

/**
 * Enough for the compiler to have seen all of the hot code, and for SQLite's log to have begun anew: as long as its
 * file grows, each wait for the disk takes twice as long.
 */
const WARM_UP_REQUESTS = 10_000;
const WARM_UP_SECONDS = 2;

/**
 * Measures the servers in turn, so that what else the machine does falls on all of them alike. Each has a
 * process and a copy of the database of its own, new for every cell.
 */
export async function runRounds(
  cell: Cell,
  databases: Databases,
  template: string,
  load: LoadProcess,
  { servers, rounds, seconds, nodeOptions }: RoundsOptions,
): Promise<Map<ServerName, Round[]>> {
  const running = new Map<ServerName, ServerProcess>();
  const results = new Map<ServerName, Round[]>(servers.map((server) => [server, []]));
  const urls: string[] = [];
  try {
    for (const server of servers) {
      const url = await databases.copy(template);
      urls.push(url);
      running.set(server, await startServer(server, cell.database, url, nodeOptions));
    }
    const order = (port: number, duration: number) => ({
      port,
      work: cell.work,
      connections: cell.connections,
      seconds: duration,
      learners: { from: 0, count: LEARNERS },
      courses: { from: 0, count: COURSES },
    });
    await assertSameAnswers(cell, running);
    for (const { port } of running.values()) {
      let requests = 0;
      while (requests < WARM_UP_REQUESTS) {
        const report = await load.run(order(port, WARM_UP_SECONDS));
        requests += report.requests;
      }
    }
    for (let round = 0; round < rounds; round++) {
      for (const [server, { pid, port }] of running) {
        results.get(server)?.push(await measured(pid, () => load.run(order(port, seconds))));
      }
    }
    return results;
  } finally {
    for (const server of running.values()) await server.stop();
    for (const url of urls) await databases.drop(url);
  }
}
