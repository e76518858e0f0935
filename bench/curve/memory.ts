import { openDatabases } from '../databases/open.js';
import type { LoadProcess } from '../load-process.js';
import { residentMemory } from '../measure.js';
import { COURSES, LEARNERS, SMALL, statementsOf } from '../seed.js';
import { startServer } from '../server-process.js';
import { table } from '../table.js';

const CONNECTIONS = 64;
const REQUESTS = [0, 100_000, 500_000, 1_000_000];
/** Short enough that the numbers of requests are not far exceeded. */
const SECONDS = 1;

/** What a server keeps in memory as it goes on recording. */
export async function memoryCurve(load: LoadProcess): Promise<string> {
  const databases = await openDatabases('sqlite');
  const url = await databases.create(statementsOf('sqlite', SMALL));
  const server = await startServer('ours', 'sqlite', url);
  const rows: string[][] = [];
  let recorded = 0;
  for (const requests of REQUESTS) {
    while (recorded < requests) {
      const report = await load.run({
        port: server.port,
        work: 'record',
        connections: CONNECTIONS,
        seconds: SECONDS,
        learners: { from: 0, count: LEARNERS },
        courses: { from: 0, count: COURSES },
      });
      recorded += report.requests;
    }
    rows.push([recorded.toLocaleString('en'), (residentMemory(server.pid) / 1e6).toFixed(0)]);
  }
  await server.stop();
  await databases.close();
  return table(['recorded', 'RSS MB'], rows);
}
